/** Which job works on which queue. A job per queue; each message has a trace of its own in the log. */
import { type App, createApp } from "../context/app.ts";
import type { IsolateState } from "../context/isolateState.ts";
import { loggedWaitUntil, newJob, tracingOf } from "../context/job.ts";
import { ANSWERS, asFailure } from "../errors.ts";
import { addStage, noteFailure, record } from "../telemetry.ts";
import { masters } from "./masters.ts";
import type { QueueJob } from "./queueJob.ts";

/** By the last word of the queue's name: `firstlight-masters`, `staging-masters`. */
export const JOBS = { masters } as const satisfies Readonly<Record<string, unknown>>;

type Deps = Pick<App, "bindings" | "now" | "fetch"> & { readonly state: IsolateState };

/** Works through a batch. Throws when there is no job for its queue, so that no message is lost. */
export async function dispatch(batch: MessageBatch, deps: Deps, ctx: Pick<ExecutionContext, "waitUntil">) {
  const kind = batch.queue.slice(batch.queue.lastIndexOf("-") + 1);
  const job = Object.entries(JOBS).find(([name]) => name === kind)?.[1];
  if (job === undefined) throw new Error(`No job for the queue ${batch.queue}`);
  for (const message of batch.messages) await work(kind, job, message, deps, ctx);
}

async function work<T>(
  kind: string,
  { parse, callerOf, run }: QueueJob<T>,
  message: Message,
  deps: Deps,
  ctx: Pick<ExecutionContext, "waitUntil">,
): Promise<void> {
  const order = parse(message.body);
  if (order === null) return message.ack();
  const caller = callerOf(order);
  const waitUntil = loggedWaitUntil(ctx);
  const job = newJob(caller, waitUntil, { ray: message.id, tracing: tracingOf(ctx) });
  const { trace } = job;
  trace.door = kind;
  trace.status = 200;
  let report = false;
  const started = deps.now();
  try {
    const app = await createApp({ ...deps, waitUntil });
    await run(order, app, caller, job);
    message.ack();
  } catch (error) {
    const failure = asFailure(error);
    noteFailure(trace, failure, deps.now());
    report = ANSWERS[failure.reason].report;
    message.retry();
  } finally {
    addStage(trace, "total", deps.now() - started);
    record(trace, { events: deps.bindings.EVENTS, report, now: deps.now() });
  }
}
