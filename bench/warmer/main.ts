/**
 * `npm run bench -- warmer [--json FILE] [--quick] [--only ingest,endtoend,latency,overload,clients,memory]
 * [--rounds N] [--before FOLDER]`
 * Compares the warmer with the loop of 2014 in one run, with one load generator. The program under test has one core
 * for itself; generator and sink use the other. bench/README.md explains each row and each decision.
 */
import { setPriority } from "node:os";
import { parseArgs } from "node:util";
import { machine } from "../machine.ts";
import { contenders, FULL, QUICK, type Setting } from "./plan.ts";
import { clientRows } from "./rows/clients.ts";
import { endToEndRows } from "./rows/endtoend.ts";
import { ingestRows } from "./rows/ingest.ts";
import { latencyRows } from "./rows/latency.ts";
import { memoryRows } from "./rows/memory.ts";
import { overloadRows } from "./rows/overload.ts";
import { printed, type Row } from "./rows/row.ts";
import { prepareTools } from "./tools.ts";

const PARTS = ["ingest", "endtoend", "latency", "overload", "clients", "memory"] as const;

/** Runs the bench and prints the table. Returns its rows and all figures behind them. */
export async function run(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      rounds: { type: "string" },
      before: { type: "string" },
    },
  });
  const wanted = values.only?.split(",") ?? PARTS;
  const stray = wanted.filter((part) => !PARTS.some((known) => known === part));
  if (stray.length > 0) throw new Error(`--only ${stray.join(",")}: parts are ${PARTS.join(", ")}`);

  const tools = prepareTools();
  if (tools.pinning.nice) setPriority(-10);
  const rounds = Number(values.rounds ?? 1);
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds ${values.rounds}: a whole number above 0`);
  const length = values.quick ? QUICK : FULL;
  const plan = values.rounds === undefined ? length : { ...length, overloadRounds: rounds };
  const setting: Setting = { tools, plan, say: (line) => console.error(line) };
  const { cpu, cores, kernel, node, load } = machine();
  const notes = [`${cores} x ${cpu}, Linux ${kernel}, Node ${node}, load before the run ${load}`, ...tools.notes];
  const rows: Row[] = [];
  const figures: Record<string, unknown> = {};
  try {
    const all = contenders(tools, values.before);
    const parts = {
      ingest: () => ingestRows(setting, all),
      endtoend: () => endToEndRows(setting, all),
      latency: () => latencyRows(setting, all),
      overload: () => overloadRows(setting, all),
      clients: () => clientRows(setting, all),
      memory: async () => memoryRows(),
    };
    for (const part of PARTS) {
      if (!wanted.includes(part)) continue;
      const result = await parts[part]();
      rows.push(...result.rows);
      figures[part] = result.figures;
    }
  } finally {
    tools.remove();
  }
  console.log(`\n${printed(rows)}\n\n${notes.join("\n")}`);
  return { plan, notes, rows, figures };
}
