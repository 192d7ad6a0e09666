/**
 * `npm run edge -- --port N [--persist DIR] [--var NAME=VALUE ...]`: the Worker alone on 127.0.0.1:N, on embedded
 * storage. Standard output has one line, `ready http://127.0.0.1:N`; what the Worker logs goes to standard error.
 * SIGTERM or SIGINT, to the group, to npm or to this process alone, ends all of it within two seconds.
 */
import { EDGE_USAGE, parseEdgeArguments } from "./edge/arguments.ts";
import { type Edge, type LogLine, startEdge } from "./edge/start.ts";

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

const parsed = parseEdgeArguments(process.argv.slice(2));
if (parsed.ok) {
  try {
    edge = await startEdge({ ...parsed.value, log: print });
    console.log(`ready ${edge.url}`);
  } catch (error) {
    if (!leaving) {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    }
  }
} else {
  console.error([...parsed.problems, `Usage: ${EDGE_USAGE}`].join("\n"));
  process.exit(2);
}
