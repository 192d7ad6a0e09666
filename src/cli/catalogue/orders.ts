/** `npm run catalogue -- start|pause|resume|status|retry|rebuild RUN`: orders to the Worker (`POST /catalogue`). */
import { STATUS_NAMES } from "../../catalogue/status.ts";
import type { CatalogueStatus } from "../../handlers/catalogue/answer.ts";
import { readCommandLine } from "../commandLine.ts";
import { callSigned, Refused, reasonOf, type SignedCall, sleep } from "../signedCall.ts";
import { refuse } from "../usage.ts";
import type { Command } from "./command.ts";
import { Progress } from "./progress.ts";
import { screenOf, warningOf } from "./screen.ts";

const DOOR = { path: "/catalogue", variable: "CATALOGUE_SECRET" } as const;
const WATCH_MS = 1_000;

const COMMON = `Endpoint and secret default to CATALOGUE_ENDPOINT and CATALOGUE_SECRET in the environment. On a terminal the state is
drawn anew every second; elsewhere it is one JSON line a second. Ctrl-C ends the display only.`;

type Name = "start" | "pause" | "resume" | "status" | "retry" | "rebuild";

const USAGES: Readonly<Record<Name, string>> = {
  start: `Usage: npm run catalogue -- start RUN [--endpoint URL] [--secret TEXT] [--detach]
Starts a run that was imported, and shows it until it is done. Started twice, it does nothing.
${COMMON}`,
  pause: `Usage: npm run catalogue -- pause RUN [--endpoint URL] [--secret TEXT]
Sends no more chunks. Those that are under way come to their end.
${COMMON}`,
  resume: `Usage: npm run catalogue -- resume RUN [--endpoint URL] [--secret TEXT] [--detach]
Goes on with a run that was paused, and shows it until it is done.
${COMMON}`,
  status: `Usage: npm run catalogue -- status RUN [--endpoint URL] [--secret TEXT] [--watch]
Prints the state of a run as one line of JSON; with --watch shows it until it is done.
${COMMON}`,
  retry: `Usage: npm run catalogue -- retry RUN [--status NAME,...] [--endpoint URL] [--secret TEXT]
Takes pictures up again: those that failed, or those of the named statuses (${STATUS_NAMES.join(", ")}).
${COMMON}`,
  rebuild: `Usage: npm run catalogue -- rebuild RUN [--endpoint URL] [--secret TEXT]
Reads the log of the run and fills the databases for look-ups (D1) again. A run may be under way meanwhile.
${COMMON}`,
};

type Env = Readonly<Record<string, string | undefined>>;
type Order = Readonly<Record<string, unknown>>;

function command(name: Name): Command {
  return { usage: USAGES[name], run: (argv, env) => runOrder(name, argv, env) };
}

export const START = command("start");
export const PAUSE = command("pause");
export const RESUME = command("resume");
export const STATUS = command("status");
export const RETRY = command("retry");
export const REBUILD = command("rebuild");

async function runOrder(name: Name, argv: readonly string[], env: Env): Promise<number> {
  const line = readCommandLine(argv, {
    values: ["endpoint", "secret", "status"] as const,
    switches: ["detach", "watch"] as const,
    words: true,
  });
  const problems = [...line.problems];
  const words = line.rest.map(({ value }) => value);
  const [run = ""] = words;
  if (words.length !== 1) problems.push(`One run is needed, ${words.length} are given`);
  const endpoint = (line.values.endpoint ?? env.CATALOGUE_ENDPOINT ?? "").replace(/\/+$/, "");
  const secret = line.values.secret ?? env.CATALOGUE_SECRET ?? "";
  if (!/^https?:\/\//.test(endpoint)) {
    problems.push(`No endpoint: --endpoint or CATALOGUE_ENDPOINT must be the Worker's URL, not "${endpoint}"`);
  }
  if (secret === "") problems.push("No secret: set CATALOGUE_SECRET, or give --secret");
  if (problems.length > 0) refuse(USAGES[name], ...problems);
  const stop = new AbortController();
  const interrupted = () => stop.abort(new Error("interrupted"));
  process.once("SIGINT", interrupted);
  const onRetry = (why: string, seconds: number) => console.error(`${why}; again in ${seconds} s`);
  const call: SignedCall = { endpoint, secret, signal: stop.signal, onRetry };
  try {
    if (name === "retry") return await retryAll(run, line.values.status?.split(",") ?? [], call);
    if (name === "rebuild") return await rebuildAll(run, call);
    const status = await send({ action: name, run }, call);
    const follows = name === "status" ? line.switches.has("watch") : name !== "pause" && !line.switches.has("detach");
    if (!follows) console.log(JSON.stringify({ ...status, ...warningOf(status) }));
    return follows ? await follow(run, status, call) : 0;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    console.error(error instanceof Refused ? error.message : reasonOf(error, endpoint));
    return 1;
  } finally {
    process.off("SIGINT", interrupted);
  }
}

function send(order: Order, call: SignedCall): Promise<CatalogueStatus> {
  return callSigned(order, DOOR, call, (body) =>
    "perHost" in body ? (body as unknown as CatalogueStatus) : undefined,
  );
}

/** Shows the run until it is done or paused. */
async function follow(run: string, first: CatalogueStatus, call: SignedCall): Promise<number> {
  const screen = screenOf(process.stdout);
  for (let status = first; ; status = await send({ action: "status", run }, call)) {
    screen.show(status, Date.now());
    if (status.state !== "running") {
      screen.end();
      return 0;
    }
    await sleep(WATCH_MS, call.signal);
  }
}

async function retryAll(run: string, statuses: readonly string[], call: SignedCall): Promise<number> {
  const { retried = 0 } = await inSteps({ action: "retry", run, statuses }, ["retried"], call, (sums) =>
    console.error(`${sums.retried} pictures are taken up again`),
  );
  console.log(JSON.stringify({ run, retried }));
  return 0;
}

/** Lines of the log that cannot be read make the exit code 1. */
async function rebuildAll(run: string, call: SignedCall): Promise<number> {
  const progress = new Progress("projected");
  const sums = await inSteps({ action: "rebuild", run }, ["projected", "unreadable"], call, ({ projected = 0 }) =>
    progress.show(projected),
  );
  progress.end();
  console.log(JSON.stringify({ run, ...sums }));
  return (sums.unreadable ?? 0) === 0 ? 0 : 1;
}

type Sums = Readonly<Record<string, number>>;
type Step = { readonly counts: readonly number[]; readonly cursor: string | null; readonly done: boolean };

/** Sends an order step after step until one says `done`. The `fields` of the answers, numbers, are summed up. */
async function inSteps(
  order: Order,
  fields: readonly string[],
  call: SignedCall,
  onStep: (sums: Sums) => void,
): Promise<Sums> {
  let sums: Sums = {};
  for (let cursor: string | null = null; ; ) {
    const step: Step = await callSigned({ ...order, cursor }, DOOR, call, (body) => {
      const counts = fields.flatMap((field) => (typeof body[field] === "number" ? [body[field]] : []));
      if (counts.length < fields.length || typeof body.done !== "boolean") return undefined;
      return { counts, cursor: typeof body.cursor === "string" ? body.cursor : null, done: body.done };
    });
    sums = Object.fromEntries(fields.map((field, i) => [field, (sums[field] ?? 0) + (step.counts[i] ?? 0)]));
    onStep(sums);
    if (step.done) return sums;
    cursor = step.cursor;
  }
}
