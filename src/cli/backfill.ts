/**
 * `npm run backfill -- --from primary --to weur [--prefix 2/t/… | --keys FILE] [--state FILE] …` copies objects from one
 * bucket to another over the S3 API; the store copies them, nothing passes through this machine. Progress goes to standard
 * error, the result to standard output. Exit code 0: done; 1: failed; 2: wrong arguments; 130: interrupted. With a state
 * file a later run goes on where this one stopped.
 */
import { readFileSync } from "node:fs";
import { S3Client } from "@aws-sdk/client-s3";
import { BACKFILL_USAGE, type BackfillArguments, parseBackfillArguments } from "./backfill/arguments.ts";
import { type CopyOrder, copyPages, filedPages, listedPages, type Progress } from "./backfill/copy.ts";
import { readState, writeState } from "./backfill/state.ts";
import { storeFailure } from "./failures.ts";
import { answerHelp, refuse } from "./usage.ts";

const RETRIES = 6;

const argv = process.argv.slice(2);
answerHelp(BACKFILL_USAGE, argv);
const parsed = parseBackfillArguments(argv, process.env);
if (!parsed.ok) refuse(BACKFILL_USAGE, ...parsed.problems);
process.exitCode = await backfill(parsed.value);

async function backfill(args: BackfillArguments): Promise<number> {
  const { from, to, what, endpoint, accessKeyId, secretAccessKey, concurrency } = args;
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => interrupted.abort());
  const s3 = new S3Client({
    ...{ endpoint, region: "auto", forcePathStyle: true, maxAttempts: RETRIES },
    credentials: { accessKeyId, secretAccessKey },
  });
  const order: CopyOrder = { s3, from, to, concurrency, signal: interrupted.signal };
  const started = performance.now();
  try {
    const start = readState(args);
    const pages =
      what.kind === "keys"
        ? filedPages(readKeys(what.file), start.after)
        : listedPages(order, what.prefix, start.after);
    const end = await copyPages(pages, order, start, (progress) => {
      writeState(args, progress);
      say(line(progress, start, performance.now() - started));
    });
    if (process.stderr.isTTY) process.stderr.write("\n");
    console.log(`Done: ${counts(end)}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return 0;
  } catch (error) {
    console.error(interrupted.signal.aborted ? "Interrupted." : storeFailure(error, endpoint, [from, to]));
    console.error(
      args.state === null
        ? "The next run begins anew (--state FILE keeps the progress)."
        : `Run it again: it goes on from ${args.state}.`,
    );
    return interrupted.signal.aborted ? 130 : 1;
  } finally {
    s3.destroy();
  }
}

/** A file that cannot be read is a wrong argument: nothing has been copied yet. */
function readKeys(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return refuse(BACKFILL_USAGE, `--keys cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function counts({ copied, present, missing }: Progress): string {
  return `${copied} copied, ${present} there already, ${missing} gone meanwhile`;
}

function line(progress: Progress, start: Progress, ms: number): string {
  const done = progress.copied + progress.present - start.copied - start.present;
  return `${counts(progress)}, ${Math.round(done / Math.max(0.001, ms / 1000))}/s, up to ${progress.after}`;
}

/** On a terminal each line replaces the one before. */
function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  else process.stderr.write(`${text}\n`);
}
