/**
 * `npm run purge -- --source URL | --prefix URL | --host HOST | --path /P [--block | --lift | --stale] …`: takes what is stored
 * out of every store, and keeps it out or lets it in again. Progress goes to standard error, the result to standard
 * output. Exit code 0: done; 1: refused or failed; 2: wrong arguments; 130: interrupted. After 1 and 130 the last line
 * says how to go on, or that the same again would be refused again.
 */
import { counted } from "./counted.ts";
import { PURGE_USAGE, type PurgeArguments, parsePurgeArguments } from "./purge/arguments.ts";
import { Refused, reasonOf } from "./purge/call.ts";
import { type Progress, runPurge } from "./purge/run.ts";
import { answerHelp, refuse } from "./usage.ts";

const argv = process.argv.slice(2);
answerHelp(PURGE_USAGE, argv);
const parsed = parsePurgeArguments(argv, process.env);
if (!parsed.ok) refuse(PURGE_USAGE, ...parsed.problems);
process.exitCode = await purge(parsed.value);

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
      onWait: (seconds) => print(`Blocked and deleted. Once more in ${seconds} s, when every isolate knows of it.`),
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
    print(interrupted.signal.aborted ? "Interrupted." : reasonOf(error));
    const refused = error instanceof Refused && !interrupted.signal.aborted;
    if (refused && last === undefined) {
      console.log("Not done: the Worker refuses this, and would again. Put right what it says, then start anew.");
      return 1;
    }
    const when = refused ? "The Worker refuses this until that is put right; then go" : "Go";
    console.log(`Not done. ${when} on with: ${again(args, last?.cursor ?? args.resume, last?.pass === 2)}`);
    return interrupted.signal.aborted ? 130 : 1;
  }
}

function progressLine({ deleted, steps, cursor }: Progress, ms: number): string {
  const rate = Math.round(deleted / Math.max(0.001, ms / 1000));
  return `${deleted} deleted, ${rate}/s, step ${steps}${cursor === null ? "" : `, cursor ${cursor}`}`;
}

/** The same command from where it stopped, its secret left out. */
function again({ target, block, stale, endpoint }: PurgeArguments, cursor: string | null, sweeping: boolean): string {
  const [kind = "", value = ""] = Object.entries(target)[0] ?? [];
  const how = stale ? " --stale" : block === null || sweeping ? "" : block ? " --block" : " --lift";
  const where = cursor === null ? "" : ` --resume ${cursor}`;
  return `npm run purge -- --${kind} ${value}${how} --endpoint ${endpoint}${where}`;
}

/** On a terminal each line takes the place of the one before. */
function say(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  else process.stderr.write(`${line}\n`);
}

function print(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\n${line}\n`);
  else if (line !== "") process.stderr.write(`${line}\n`);
}
