/**
 * `npm run figures -- [FILE ...]`: readers' hit ratio and times, and which hints were of use, from the Worker's log.
 * Without a FILE it reads standard input. Exit code 1: a file cannot be read, or no line is one of the Worker's; 2: wrong
 * arguments.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { HintFigures } from "./figures/hints.ts";
import { ReaderFigures } from "./figures/readers.ts";
import { tracesIn } from "./figures/traces.ts";
import { hintLines, readerLine } from "./figures/words.ts";
import { answerHelp, refuse } from "./usage.ts";

const USAGE = `Usage: npm run figures -- [FILE ...]
A FILE is a log of the Worker with a JSON object a line: what npm run edge prints on standard error, what
"wrangler tail --format json | jq -c ." prints, or Logpush's. Without a FILE standard input is read.`;

const files = process.argv.slice(2);
answerHelp(USAGE, files);
const unknown = files.find((word) => word.startsWith("-"));
if (unknown !== undefined) refuse(USAGE, `Unknown argument ${unknown}`);
const readers = new ReaderFigures();
const hints = new HintFigures();
let lines = 0;
try {
  for (const input of files.length === 0 ? [process.stdin] : files.map((file) => createReadStream(file))) {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      for (const trace of tracesIn(text)) {
        lines++;
        readers.add(trace);
        hints.add(trace);
      }
    }
  }
  if (lines === 0) throw new Error("No line is one of the Worker's log");
  console.log([readerLine(readers.summary()), ...hintLines(hints.summary())].join("\n"));
} catch (error) {
  const missing = error instanceof Error && "code" in error && error.code === "ENOENT" && "path" in error;
  console.error(missing ? `There is no file ${error.path}` : error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
