/** One piece of work: how urgent it is, what is written down of it, and what goes on after its answer. */
import { Priority } from "../concurrency/priority.ts";
import { newTrace, record, type Trace } from "../telemetry.ts";
import type { App, WaitUntil } from "./app.ts";
import { type Audience, type Caller, withAudience } from "./caller.ts";

export type Job = {
  /** Queue priority. Raised when a user request joins warm work. */
  readonly priority: Priority;
  readonly trace: Trace;
  readonly waitUntil: WaitUntil;
};

const PRIORITIES = { reader: "user", background: "user", warm: "warm", job: "warm" } as const satisfies Record<
  Audience,
  ConstructorParameters<typeof Priority>[0]
>;

export function newJob({ audience, region, colo }: Caller, waitUntil: WaitUntil): Job {
  return { priority: new Priority(PRIORITIES[audience]), trace: newTrace(audience, region, colo), waitUntil };
}

/** `ctx.waitUntil` with failures logged. */
export function loggedWaitUntil(ctx: Pick<ExecutionContext, "waitUntil">): WaitUntil {
  return (work) => ctx.waitUntil(work.catch(logFailure));
}

/**
 * Does work behind an answer that was already given, with a trace of its own that is logged when it is done. The work
 * keeps the priority of the job it came from.
 */
export function inBackground(
  work: (caller: Caller, job: Job) => Promise<unknown>,
  { bindings }: Pick<App, "bindings">,
  caller: Caller,
  { priority, trace, waitUntil }: Job,
): void {
  const audience = caller.audience === "reader" ? "background" : caller.audience;
  const own: Trace = {
    ...newTrace(audience, trace.region, trace.colo),
    door: "behind",
    sourceHost: trace.sourceHost,
  };
  const done = () => record(own, { events: bindings.EVENTS, report: false });
  waitUntil(work(withAudience(caller, audience), { priority, trace: own, waitUntil }).finally(done));
}

function logFailure(error: unknown): void {
  console.error(JSON.stringify({ msg: "afterwards", error: error instanceof Error ? error.message : String(error) }));
}
