/**
 * `npm run edge -- --port N [--persist DIR] [--settings FILE] [--var NAME=VALUE ...]`: the Worker alone on
 * 127.0.0.1:N, on embedded storage. Standard output has one line, `ready http://127.0.0.1:N`; what the Worker logs goes
 * to standard error. Exit code 1: it did not start, 2: wrong arguments.
 * SIGTERM or SIGINT, to the group, to npm or to this process alone, ends all of it within two seconds.
 */
import { SETTINGS_KEY } from "../live/settingsCache.ts";
import { EDGE_USAGE, parseEdgeArguments } from "./edge/arguments.ts";
import { followSettingsFile, readSettingsFile } from "./edge/settingsFile.ts";
import { type Edge, type LogLine, startEdge } from "./edge/start.ts";
import { answerHelp, refuse } from "./usage.ts";

/** A reader that does not read must not hold the proxy up: past this, log lines are dropped. */
const MAX_LOG_BACKLOG_BYTES = 256 * 1024;
/** If workerd does not end by itself in this time, leaving closes its control pipe and it goes. */
const LEAVE_AFTER_MS = 1_500;

let edge: Edge | undefined;
let leaving = false;

function leave(): void {
  if (leaving) return;
  leaving = true;
  setTimeout(() => process.exit(0), LEAVE_AFTER_MS).unref();
  // Before the start is through there is no edge yet: its own exit hook ends workerd.
  const stopped = edge === undefined ? Promise.resolve() : edge.stop();
  stopped.catch(() => undefined).then(() => process.exit(0));
}
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, leave);

function print(line: LogLine): void {
  if (process.stderr.writableLength < MAX_LOG_BACKLOG_BYTES) process.stderr.write(`${line.message}\n`);
}

const argv = process.argv.slice(2);
answerHelp(EDGE_USAGE, argv);
const parsed = parseEdgeArguments(argv);
if (!parsed.ok) refuse(EDGE_USAGE, ...parsed.problems);
const { settings: file, ...options } = parsed.value;
const settings = file === undefined ? undefined : settingsOf(file, options.vars);
try {
  const started = await startEdge({ ...options, settings, log: print });
  edge = started;
  if (file !== undefined) {
    const put = async (text: string) => (await started.miniflare.getKVNamespace("THUMBS")).put(SETTINGS_KEY, text);
    followSettingsFile(file, put, (line) => console.error(line), options.vars);
  }
  console.log(`ready ${edge.url}`);
} catch (error) {
  if (!leaving) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/** The settings' text; a file that cannot be read is a wrong argument. */
function settingsOf(path: string, vars: Readonly<Record<string, string>>): string {
  try {
    return readSettingsFile(path, vars);
  } catch (error) {
    return refuse(EDGE_USAGE, error instanceof Error ? error.message : String(error));
  }
}
