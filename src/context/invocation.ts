/** One invocation of the Worker: what it uses, and the work that goes on behind its answer. */
import { type EventSink, recordUsage } from "../record.ts";
import type { Trace } from "../telemetry.ts";
import type { WaitUntil } from "./app.ts";
import { loggedWaitUntil } from "./job.ts";
import { Meter } from "./meter.ts";

export type Invocation = {
  /** Counts what the bindings of the invocation are asked. */
  readonly meter: Meter;
  readonly waitUntil: WaitUntil;
  /**
   * The answer is given and its line is written. When all work behind it has ended, what that used is written down with
   * the place and the ray of `trace`. Null: no line was written, and the next line of the isolate has what was used.
   */
  readonly end: (trace: Trace | null, events: EventSink | undefined) => void;
};

/** `late`: what the isolate counts for invocations that have ended. `now` in unix ms. */
export function openInvocation(ctx: Pick<ExecutionContext, "waitUntil">, late: Meter, now: () => number): Invocation {
  const meter = new Meter(late);
  const later = loggedWaitUntil(ctx);
  /** The answer, and each work behind it. */
  let open = 1;
  let close: () => void = () => undefined;
  const ended = () => {
    if (--open === 0) close();
  };
  return {
    meter,
    waitUntil(work) {
      open++;
      later(work.finally(ended));
    },
    end(trace, events) {
      close = () => {
        const usage = meter.close();
        if (usage === undefined) return;
        if (trace === null) late.add(usage);
        else recordUsage(trace, usage, { events, now: now() });
      };
      ended();
    },
  };
}
