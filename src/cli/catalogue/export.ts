/** `npm run catalogue -- export RUN --to …` writes the latest outcome of each picture to a database or a file. */
import { readFileSync } from "node:fs";
import { firstPass } from "../../catalogue/outcomeLog.ts";
import { readCommandLine } from "../commandLine.ts";
import { counted } from "../counted.ts";
import { refuse } from "../usage.ts";
import type { Command } from "./command.ts";
import { collectLatest } from "./outcomes/latestOutcomes.ts";
import { LOG_USAGE, LOG_VALUES, readLogArguments } from "./outcomes/logArguments.ts";
import { withLog } from "./outcomes/openLog.ts";
import { formatOf, writeOutcomes } from "./outcomes/writeOutcomes.ts";
import { exportToTable } from "./postgres/exportToTable.ts";
import { isDatabaseUrl } from "./postgres/session.ts";
import { exportTags } from "./recognise/exportTags.ts";

const USAGE = `Usage: npm run catalogue -- export RUN --to postgres://USER@HOST/DATABASE --table image --map FILE [--new]
       npm run catalogue -- export RUN --to FILE.jsonl | FILE.tsv | - [--format jsonl|tsv]
       npm run catalogue -- export RUN --labels --to postgres://… --table image [--key identifier] [--tags tags]
       npm run catalogue -- export RUN --labels --to FILE.jsonl | -
${LOG_USAGE}
FILE of --map is JSON, from fields to columns: {"id": "identifier", "original.width": "width", "dhash": "meta_data->dhash"}.
A killed export goes on where it stopped. --new reads only what the log got since the last export of this run to this table.
--labels writes the tags of machines instead: what was recognised, and the labels of the run's manifest.
Give the password as PGPASSWORD or in ~/.pgpass, and TLS as PGSSLMODE.`;

export const EXPORT: Command = {
  usage: USAGE,
  run: async (argv, env) => {
    const line = readCommandLine(argv, {
      ...{
        values: ["to", "table", "map", "format", "key", "tags", ...LOG_VALUES],
        switches: ["new", "labels"],
        words: true,
      },
    });
    const log = readLogArguments(line, env);
    const problems = [...line.problems, ...log.problems];
    const { to = "", table, map, format } = line.values;
    const toDatabase = isDatabaseUrl(to);
    if (line.switches.has("labels")) {
      problems.push(...labelProblems(line.values, toDatabase));
      if (problems.length > 0) refuse(USAGE, ...problems);
      const { key = "identifier", tags = "tags" } = line.values;
      return exportTags({ ...log.value, to, table: table ?? "", key, tags });
    }
    if (line.values.key !== undefined || line.values.tags !== undefined)
      problems.push("--key and --tags go with --labels");
    const given = format ?? formatOf(to) ?? (to === "-" ? "jsonl" : null);
    if (to === "") problems.push("--to is missing: postgres://…, FILE.jsonl, FILE.tsv, or - for standard output");
    else if (toDatabase) {
      if (table === undefined) problems.push("--table is missing: the table to write to");
      if (map === undefined) problems.push("--map is missing: a JSON file from fields to columns");
      if (format !== undefined) problems.push("--format is for files only");
    } else if (given !== "jsonl" && given !== "tsv") {
      problems.push(`--to ${to}: a file's name ends in .jsonl or .tsv, or --format says which it is`);
    }
    if (!toDatabase && (table !== undefined || map !== undefined || line.switches.has("new"))) {
      problems.push("--table, --map and --new are for a database only");
    }
    let mapText = "";
    try {
      if (toDatabase && map !== undefined) mapText = readFileSync(map, "utf8");
    } catch (error) {
      problems.push(`--map cannot be read: ${error instanceof Error ? error.message : error}`);
    }
    if (problems.length > 0) refuse(USAGE, ...problems);
    const { run } = log.value;
    if (toDatabase) {
      return exportToTable({
        ...log.value,
        url: to,
        table: table ?? "",
        map: mapText,
        onlyNew: line.switches.has("new"),
      });
    }
    return withLog(log.value, "The next run begins anew.", async ({ pages }) => {
      const latest = collectLatest();
      try {
        for await (const { outcomes } of pages(firstPass(run, Date.now()))) for (const one of outcomes) latest.add(one);
        const count = await writeOutcomes(latest.read(), to, given === "tsv" ? "tsv" : "jsonl", null);
        console.error(`Done: ${counted(count, "picture")} written to ${to === "-" ? "standard output" : to}`);
        return 0;
      } finally {
        latest.close();
      }
    });
  },
};

type Values = Readonly<Partial<Record<"to" | "table" | "map" | "format", string>>>;

function labelProblems({ to = "", table, map, format }: Values, toDatabase: boolean): readonly string[] {
  const problems: string[] = [];
  if (!toDatabase && to !== "-" && !to.endsWith(".jsonl"))
    problems.push("--to is missing: postgres://…, FILE.jsonl, or -");
  if (toDatabase !== (table !== undefined)) problems.push("--table is needed for a database, and only there");
  if (map !== undefined || format !== undefined) problems.push("--map and --format do not go with --labels");
  return problems;
}
