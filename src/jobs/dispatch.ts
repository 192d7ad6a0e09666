/** Which job works on which queue. A job per queue; each message has a trace of its own in the log. */
import { type App, createApp } from "../context/app.ts";
import type { IsolateState } from "../context/isolateState.ts";
import { loggedWaitUntil, newJob, tracingOf } from "../context/job.ts";
import { ANSWERS, asFailure } from "../errors.ts";
import { addStage, noteFailure, record } from "../telemetry.ts";
import { avif } from "./avif.ts";
import { catalogue } from "./catalogue.ts";
import { dead } from "./dead.ts";
import { likeness } from "./likeness.ts";
import { masters } from "./masters.ts";
import type { QueueJob } from "./queueJob.ts";
import { recognise } from "./recognise.ts";
import { unrecognised } from "./unrecognised.ts";

/** By the last word of the queue's name: `firstlight-masters`, `firstlight-catalogue-dead`. */
export const JOBS = { masters, avif, catalogue, dead, recognise, unrecognised, likeness } as const satisfies Readonly<
  Record<string, unknown>
>;

type Deps = Pick<App, "bindings" | "now" | "fetch"> & { readonly state: IsolateState };

/** Works through a batch. Throws when there is no job for its queue, so that no message is lost. */
export async function dispatch(batch: MessageBatch, deps: Deps, ctx: Pick<ExecutionContext, "waitUntil">) {
  const kind = batch.queue.slice(batch.queue.lastIndexOf("-") + 1);
  const job = Object.entries(JOBS).find(([name]) => name === kind)?.[1];
  if (job === undefined) throw new Error(`No job for the queue ${batch.queue}`);
  // Each of the jobs has messages of its own kind.
  const run = (message: Message) => work(kind, job as QueueJob<unknown>, message, deps, ctx);
  if ((job as QueueJob<unknown>).parallel === true) await Promise.all(batch.messages.map(run));
  else for (const message of batch.messages) await run(message);
}

async function work<T>(
  kind: string,
  { parse, callerOf, run, retrySeconds }: QueueJob<T>,
  message: Message,
  deps: Deps,
  ctx: Pick<ExecutionContext, "waitUntil">,
): Promise<void> {
  const order = parse(message.body, message.attempts);
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
    message.retry(retrySeconds === undefined ? {} : { delaySeconds: retrySeconds });
  } finally {
    addStage(trace, "total", deps.now() - started);
    record(trace, { events: deps.bindings.EVENTS, report, now: deps.now() });
  }
}
