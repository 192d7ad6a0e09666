/** Rate and memory of `plan` and `import` on a large manifest, each in a process of its own. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { seeded } from "../../test/support/seeded.ts";
import { type BenchOptions, judged, type Row } from "../row.ts";
import type { ProgramFigures } from "./manifestProgram.ts";

const LINES = { whole: 10_000_000, quick: 1_000_000 } as const;
const HOSTS = 20_000;
/** Of the issue: the limits for 10 million lines. */
const LIMITS = { linesPerSecond: 200_000, megabytes: 300 } as const;
const PROGRAM = fileURLToPath(new URL("manifestProgram.ts", import.meta.url));
const BLOCK = 1 << 20;

export async function measureManifest({ quick, say }: BenchOptions): Promise<Row[]> {
  const lines = quick ? LINES.quick : LINES.whole;
  const folder = mkdtempSync(join(tmpdir(), "firstlight-bench-"));
  try {
    const file = join(folder, "manifest.tsv");
    say(`a manifest of ${lines} lines`);
    const bytes = writeManifest(file, lines);
    say("plan");
    const plan = runProgram("plan", file, folder);
    say("import");
    const imported = runProgram("import", file, folder);
    const detail = `${lines / 1e6} M lines, ${Math.round(bytes / 1e6)} MB`;
    const memory = { limit: LIMITS.megabytes, better: "lower", unit: "MB" } as const;
    const values = (figures: ProgramFigures) => ({ lines, bytes, ...figures });
    return [
      judged({
        ...{
          what: "plan, lines a second",
          value: lines / plan.seconds,
          limit: LIMITS.linesPerSecond,
          better: "higher",
        },
        ...{
          detail: `${detail}, ${(lines / plan.cpuSeconds / 1e6).toFixed(2)} M a second of CPU`,
          values: values(plan),
        },
      }),
      judged({ what: "plan, memory", value: plan.megabytes, ...memory, detail, values: values(plan) }),
      judged({
        ...{ what: "import, memory", value: imported.megabytes, ...memory, values: values(imported) },
        detail: `${detail}, ${Math.round(lines / imported.seconds)} lines/s into a bucket that costs no time`,
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runProgram(what: "plan" | "import", file: string, folder: string): ProgramFigures {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, what, file, folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${what} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as ProgramFigures;
}

/** `id TAB address` a line; few hosts have most of the pictures, as in every catalogue. Gives the bytes. */
function writeManifest(name: string, lines: number): number {
  const random = seeded(16);
  const file = openSync(name, "w");
  let bytes = 0;
  let text = "";
  const flush = () => {
    bytes += writeSync(file, text);
    text = "";
  };
  for (let line = 0; line < lines; line++) {
    const host = Math.floor(random() ** 3 * HOSTS);
    text += `${line.toString(36)}-${host}\thttps://host${host}.example.net/photos/${Math.floor(random() * 1e9)}/large_${line}.jpg\n`;
    if (text.length > BLOCK) flush();
  }
  flush();
  closeSync(file);
  return bytes;
}
