/** Which job works on which queue. A job per queue; each message has a trace of its own in the log. */
import { QUEUE_OPERATIONS } from "../catalogue/prices.ts";
import { type App, createApp } from "../context/app.ts";
import { openInvocation } from "../context/invocation.ts";
import type { IsolateState } from "../context/isolateState.ts";
import { newJob, tracingOf } from "../context/job.ts";
import { ANSWERS, asFailure } from "../errors.ts";
import { record } from "../record.ts";
import { addStage, noteFailure } from "../telemetry.ts";
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
  const { meter, waitUntil, end } = openInvocation(ctx, deps.state.lateUsage, deps.now);
  // Counted here and not where it is sent: Durable Objects send messages too. Another try is another read.
  meter.count("queueOperations", message.attempts > 1 ? 1 : QUEUE_OPERATIONS);
  const job = newJob(caller, waitUntil, { ray: message.id, tracing: tracingOf(ctx) });
  const { trace } = job;
  trace.door = kind;
  trace.status = 200;
  let report = false;
  const started = deps.now();
  try {
    const app = await createApp({ ...deps, env: deps.bindings, meter, waitUntil });
    await run(order, app, caller, job);
    message.ack();
  } catch (error) {
    const failure = asFailure(error);
    noteFailure(trace, failure, deps.now());
    report = ANSWERS[failure.reason].report;
    message.retry(retrySeconds === undefined ? {} : { delaySeconds: retrySeconds });
  } finally {
    addStage(trace, "total", deps.now() - started);
    meter.add(trace.usage ?? {});
    trace.usage = meter.take();
    record(trace, { events: deps.bindings.EVENTS, report, now: deps.now() });
    end(trace, deps.bindings.EVENTS);
  }
}
