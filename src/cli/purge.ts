/**
 * `npm run purge -- --source URL | --prefix URL | --host HOST | --path /P [--block | --lift | --stale] …` deletes what is
 * stored from every store. A block keeps it out, a lift lets it in again. Progress goes to standard error, the result to standard
 * output. Exit code 0: done; 1: refused or failed; 2: wrong arguments; 130: interrupted. After 1 and 130 the last line
 * says how to go on, or that another try would be refused too. `--dry-run` and `--list` change nothing.
 */
import { counted } from "./counted.ts";
import { PURGE_USAGE, type PurgeArguments, parsePurgeArguments } from "./purge/arguments.ts";
import { dryRun } from "./purge/dryRun.ts";
import { list } from "./purge/list.ts";
import { type Progress, runPurge } from "./purge/run.ts";
import { Refused, reasonOf } from "./signedCall.ts";
import { answerHelp, refuse } from "./usage.ts";

const argv = process.argv.slice(2);
answerHelp(PURGE_USAGE, argv);
const parsed = parsePurgeArguments(argv, process.env);
if (!parsed.ok) refuse(PURGE_USAGE, ...parsed.problems);
const args = parsed.value;
if (args.mode === "purge") process.exitCode = await purge(args);
else process.exitCode = await show(args.mode === "list" ? list(args) : dryRun(args));

async function show(lines: Promise<readonly string[]>): Promise<number> {
  try {
    console.log((await lines).join("\n"));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function purge(args: PurgeArguments): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // A second one ends it as usual.
    process.once(signal, () => interrupted.abort(new Error("interrupted")));
  }
  const started = performance.now();
  let last: Progress | undefined;
  try {
    const { deleted, steps } = await runPurge(args, {
      signal: interrupted.signal,
      onProgress: (progress) => {
        last = progress;
        say(progressLine(progress, performance.now() - started));
      },
      onRetry: (why, seconds) => print(`${why}; again in ${seconds} s`),
      onWait: (seconds) =>
        print(`Blocked and deleted. It is deleted once more in ${seconds} s, when every isolate knows of the block.`),
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    print("");
    if (args.stale) {
      console.log("Done: marked stale. What is stored is shown until its source has confirmed or replaced it.");
      return 0;
    }
    console.log(`Done: ${deleted} deleted in ${counted(steps, "step")}, ${seconds} s`);
    return 0;
  } catch (error) {
    print(interrupted.signal.aborted ? "Interrupted." : reasonOf(error, args.endpoint));
    const refused = error instanceof Refused && !interrupted.signal.aborted;
    if (refused && last === undefined) {
      console.log(
        "Not done: the Worker refuses this, and another try would be refused too. Correct what it says, then start anew.",
      );
      return 1;
    }
    const when = refused ? "The Worker refuses this until you correct that. Then go" : "Go";
    console.log(`Not done. ${when} on with: ${again(args, last?.cursor ?? args.resume, last?.pass === 2)}`);
    return interrupted.signal.aborted ? 130 : 1;
  }
}

function progressLine({ deleted, steps, cursor }: Progress, ms: number): string {
  const rate = Math.round(deleted / Math.max(0.001, ms / 1000));
  return `${deleted} deleted, ${rate}/s, step ${steps}${cursor === null ? "" : `, cursor ${cursor}`}`;
}

/** The command that goes on from where it stopped, without the secret. */
function again({ target, block, stale, endpoint }: PurgeArguments, cursor: string | null, sweeping: boolean): string {
  const [kind = "", value = ""] = Object.entries(target)[0] ?? [];
  const how = stale ? " --stale" : block === null || sweeping ? "" : block ? " --block" : " --lift";
  const where = cursor === null ? "" : ` --resume ${cursor}`;
  return `npm run purge -- --${kind} ${value}${how} --endpoint ${endpoint}${where}`;
}

/** On a terminal each line replaces the one before. */
function say(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  else process.stderr.write(`${line}\n`);
}

function print(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\n${line}\n`);
  else if (line !== "") process.stderr.write(`${line}\n`);
}
