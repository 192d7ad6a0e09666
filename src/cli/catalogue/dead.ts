/** `npm run catalogue -- dead RUN` lists the pictures that are gone or false, so that a search engine stops to show them. */
import type { Outcome } from "../../catalogue/outcome.ts";
import { firstPass } from "../../catalogue/outcomeLog.ts";
import { isDead, STATUS_NAMES } from "../../catalogue/status.ts";
import { readCommandLine } from "../commandLine.ts";
import { refuse } from "../usage.ts";
import type { Command } from "./command.ts";
import type { FieldName } from "./outcomes/fields.ts";
import { collectLatest, type LatestOutcomes } from "./outcomes/latestOutcomes.ts";
import { LOG_USAGE, LOG_VALUES, readLogArguments } from "./outcomes/logArguments.ts";
import { withLog } from "./outcomes/openLog.ts";
import { formatOf, writeOutcomes } from "./outcomes/writeOutcomes.ts";

const DEAD_STATUSES = STATUS_NAMES.filter(isDead);
/** What a search engine needs of a dead picture. */
const SHOWN = ["id", "url", "status", "reason", "http", "final", "checkedAt"] as const satisfies readonly FieldName[];

const USAGE = `Usage: npm run catalogue -- dead RUN [--status ${DEAD_STATUSES.join(",")}] [--to FILE.jsonl | FILE.tsv | -]
         [--format jsonl|tsv]
${LOG_USAGE}
Each line has ${SHOWN.join(", ")}. Counts by status go to standard error.`;

export const DEAD: Command = {
  usage: USAGE,
  run: async (argv, env) => {
    const line = readCommandLine(argv, { values: ["to", "format", "status", ...LOG_VALUES], words: true });
    const log = readLogArguments(line, env);
    const problems = [...line.problems, ...log.problems];
    const { to = "-", format, status } = line.values;
    const given = format ?? formatOf(to) ?? (to === "-" ? "jsonl" : null);
    if (given !== "jsonl" && given !== "tsv") {
      problems.push(`--to ${to}: a file's name ends in .jsonl or .tsv, or --format says which it is`);
    }
    const wanted: readonly string[] = status?.split(",") ?? DEAD_STATUSES;
    for (const name of wanted) {
      if (!DEAD_STATUSES.some((one) => one === name))
        problems.push(`${name} is no status of dead pictures: ${DEAD_STATUSES.join(", ")}`);
    }
    if (problems.length > 0) refuse(USAGE, ...problems);
    return withLog(log.value, "The next run begins anew.", async ({ pages }) => {
      const latest = collectLatest();
      try {
        for await (const { outcomes } of pages(firstPass(log.value.run, Date.now()))) {
          for (const one of outcomes) latest.add(one);
        }
        const counts = new Map<string, number>();
        const count = await writeOutcomes(dead(latest, wanted, counts), to, given === "tsv" ? "tsv" : "jsonl", SHOWN);
        const byStatus = [...counts].map(([name, pictures]) => `${name} ${pictures}`);
        console.error(`Dead: ${count}${byStatus.length === 0 ? "" : ` (${byStatus.join(", ")})`}`);
        return 0;
      } finally {
        latest.close();
      }
    });
  },
};

function* dead(latest: LatestOutcomes, wanted: readonly string[], counts: Map<string, number>): Generator<Outcome> {
  for (const outcome of latest.read()) {
    if (!wanted.includes(outcome.status)) continue;
    counts.set(outcome.status, (counts.get(outcome.status) ?? 0) + 1);
    yield outcome;
  }
}
