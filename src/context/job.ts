/** One piece of work: how urgent it is, what is written down of it, and what goes on after its answer. */
import { Priority } from "../concurrency/priority.ts";
import { asFailure } from "../errors.ts";
import { record } from "../record.ts";
import { StoreCalls } from "../store/storeCalls.ts";
import { addStage, newTrace, noteFailure, type Trace } from "../telemetry.ts";
import type { App, WaitUntil } from "./app.ts";
import { type Audience, type Caller, withAudience } from "./caller.ts";

export type Job = {
  /** Queue priority. Raised when more urgent work joins this one. */
  readonly priority: Priority;
  readonly trace: Trace;
  readonly waitUntil: WaitUntil;
  /** The store calls of this invocation. */
  readonly calls: StoreCalls;
  /** What is begun once the answer is given. */
  readonly afterAnswer: (() => Promise<unknown>)[];
  /** Called once the store that others read it from holds the picture that this job made or copied. */
  readonly onStored: () => void;
  /** Does a step inside a span of Workers tracing, where that is on. */
  readonly span: <T>(name: SpanName, work: () => Promise<T>) => Promise<T>;
};

/** The steps that have spans of their own. Stores and fetches have spans of the platform's. */
export type SpanName = "look up" | "fetch source" | "render" | "warm picture";

export type JobParts = {
  /** Ray or request id, for the log. */
  readonly ray?: string;
  /** Workers tracing (`ctx.tracing`); absent in tests and where the runtime has none. */
  readonly tracing?: Pick<Tracing, "enterSpan"> | undefined;
  /** Those of the invocation, where it does several pieces of work. */
  readonly calls?: StoreCalls;
};

const PRIORITIES = { reader: "user", background: "user", warm: "warm", job: "job" } as const satisfies Record<
  Audience,
  ConstructorParameters<typeof Priority>[0]
>;

export function newJob({ audience, region, colo }: Caller, waitUntil: WaitUntil, parts: JobParts = {}): Job {
  const { ray, tracing, calls = new StoreCalls() } = parts;
  return {
    priority: new Priority(PRIORITIES[audience]),
    trace: newTrace(audience, region, colo, ray),
    waitUntil,
    calls,
    afterAnswer: [],
    onStored: () => undefined,
    span: (name, work) => (tracing === undefined ? work() : tracing.enterSpan(name, work)),
  };
}

/** Workers tracing of an invocation. Undefined where the runtime has none. */
export function tracingOf(ctx: object): JobParts["tracing"] {
  const tracing: unknown = Reflect.get(ctx, "tracing");
  return typeof tracing === "object" && tracing !== null && "enterSpan" in tracing ? (tracing as Tracing) : undefined;
}

/** `ctx.waitUntil` with failures logged. */
export function loggedWaitUntil(ctx: Pick<ExecutionContext, "waitUntil">): WaitUntil {
  return (work) => ctx.waitUntil(work.catch(logFailure));
}

/** Begins what was ordered for after the answer, in a turn of its own: the answer leaves first. */
export function beginAfterAnswer({ afterAnswer, waitUntil }: Pick<Job, "afterAnswer" | "waitUntil">): void {
  if (afterAnswer.length === 0) return;
  const works = afterAnswer.splice(0);
  waitUntil(new Promise((resolve) => setTimeout(resolve, 0)).then(() => Promise.all(works.map((work) => work()))));
}

/**
 * Does work behind an answer that was already given, with a trace of its own that is logged when it is done. The work
 * keeps the priority of the job it came from.
 */
export function inBackground(
  work: (caller: Caller, job: Job) => Promise<unknown>,
  { bindings, now }: Pick<App, "bindings" | "now">,
  caller: Caller,
  job: Job,
): void {
  const { trace } = job;
  const audience = caller.audience === "reader" ? "background" : caller.audience;
  const { region, colo, ray, sourceHost, source, variant } = trace;
  const own: Trace = { ...newTrace(audience, region, colo, ray), door: "behind", sourceHost, source, variant };
  own.status = 200;
  const started = now();
  const done = () => {
    addStage(own, "total", now() - started);
    record(own, { events: bindings.EVENTS, report: false, now: now() });
  };
  const failed = (error: unknown) => {
    noteFailure(own, asFailure(error), now());
    throw error;
  };
  job.waitUntil(
    work(withAudience(caller, audience), { ...job, trace: own })
      .catch(failed)
      .finally(done),
  );
}

function logFailure(error: unknown): void {
  console.error(JSON.stringify({ msg: "afterwards", error: error instanceof Error ? error.message : String(error) }));
}
