/**
 * `npm run edge -- --port N [--persist DIR] [--settings FILE] [--h2] [--pretty] [--var NAME=VALUE ...]`: the Worker alone
 * on 127.0.0.1:N, on embedded storage. Standard output has one line, `ready http://127.0.0.1:N` (`https` with `--h2`);
 * what the Worker logs goes to standard error. Exit code 1: it did not start, 2: wrong arguments.
 * SIGTERM or SIGINT, to the group, to npm or to this process alone, ends all of it within two seconds.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SETTINGS_KEY } from "../live/settingsCache.ts";
import { EDGE_USAGE, parseEdgeArguments } from "./edge/arguments.ts";
import { TOP } from "./edge/bundle.ts";
import { MinuteSummary, prettyLine } from "./edge/pretty.ts";
import { servesNobody } from "./edge/served.ts";
import { followSettingsFile, readSettingsFile } from "./edge/settingsFile.ts";
import { type Edge, type LogLine, startEdge } from "./edge/start.ts";
import { answerHelp, refuse } from "./usage.ts";

/** A reader that does not read must not hold the proxy up: past this, log lines are dropped. */
const MAX_LOG_BACKLOG_BYTES = 256 * 1024;
/** If workerd does not end by itself in this time, leaving closes its control pipe and it goes. */
const LEAVE_AFTER_MS = 1_500;
const SUMMARY_EVERY_MS = 60_000;

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

function say(line: string): void {
  if (process.stderr.writableLength < MAX_LOG_BACKLOG_BYTES) process.stderr.write(`${line}\n`);
}

const argv = process.argv.slice(2);
answerHelp(EDGE_USAGE, argv);
const parsed = parseEdgeArguments(argv, process.env.PORT);
if (!parsed.ok) refuse(EDGE_USAGE, ...parsed.problems);
const { settings: file, pretty, ...options } = parsed.value;
const log = pretty ? prettyLog() : ({ message }: LogLine) => say(message);
const settings = file === undefined ? undefined : settingsOf(file, options.vars);
try {
  const started = await startEdge({ ...options, settings, log });
  edge = started;
  const kv = await started.miniflare.getKVNamespace("THUMBS");
  if (file !== undefined) {
    followSettingsFile(file, (text) => kv.put(SETTINGS_KEY, text), say, options.vars);
  }
  const nobody = servesNobody(await started.miniflare.getBindings(), await kv.get(SETTINGS_KEY, "text"));
  if (nobody !== null) say(nobody);
  if (started.front !== null) say(`Clients trust it with NODE_EXTRA_CA_CERTS=${keepAuthority(started.front.ca)}`);
  console.log(`ready ${started.front?.url ?? started.url}`);
} catch (error) {
  if (!leaving) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/** Prints lines for people, and a summary every minute in which something happened. */
function prettyLog(): (line: LogLine) => void {
  const summary = new MinuteSummary();
  setInterval(() => summary.take().forEach(say), SUMMARY_EVERY_MS).unref();
  return ({ message }) => {
    summary.add(message);
    say(prettyLine(message));
  };
}

/** Writes the authority's certificate to where clients can read it. Gives the path. */
function keepAuthority(pem: string): string {
  const folder = join(TOP, ".firstlight");
  const path = join(folder, "edge-authority.pem");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, pem);
  return path;
}

/** The settings' text; a file that cannot be read is a wrong argument. */
function settingsOf(path: string, vars: Readonly<Record<string, string>>): string {
  try {
    return readSettingsFile(path, vars);
  } catch (error) {
    return refuse(EDGE_USAGE, error instanceof Error ? error.message : String(error));
  }
}
