import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { Deadline } from "../../../src/origin/deadline.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => {});
const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

test("work that heeds no signal is left when the time is over, and not before", async () => {
  const deadline = new Deadline(100, Date.now);
  const outcome = caught(deadline.race(never()));
  await vi.advanceTimersByTimeAsync(99);
  expect(deadline.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcome).toEqual(new Failure("source_timeout", { limit: 100, stage: "in all" }));
  expect(((await outcome) as Failure).facts).toEqual({ limit: 100, stage: "in all" });
});

test("work that is done in time keeps its outcome", async () => {
  const deadline = new Deadline(100, Date.now);
  expect(await deadline.race(Promise.resolve("done"))).toBe("done");
  deadline.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test("the caller's abort ends it with the caller's reason, and the first reason stays", async () => {
  const caller = new AbortController();
  const deadline = new Deadline(100, Date.now, caller.signal);
  const outcome = caught(deadline.race(never()));
  caller.abort("gone");
  deadline.expire();
  expect(await outcome).toBe("gone");
  expect(deadline.why).toBe("gone");
  expect(vi.getTimerCount()).toBe(0);
});

test("a caller that gave up before is heard at once", async () => {
  const deadline = new Deadline(100, Date.now, AbortSignal.abort("gone"));
  expect(deadline.signal.aborted).toBe(true);
  expect(await caught(deadline.race(never()))).toBe("gone");
});

test("disarmed, time no longer counts but the caller still does; stopped, neither", async () => {
  const caller = new AbortController();
  const disarmed = new Deadline(100, Date.now, caller.signal);
  const stopped = new Deadline(100, Date.now, caller.signal);
  disarmed.disarm();
  stopped.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(disarmed.signal.aborted).toBe(false);
  caller.abort("gone");
  expect(disarmed.why).toBe("gone");
  expect(stopped.signal.aborted).toBe(false);
});

test("a pause costs nothing, and what was used before it stays used", async () => {
  const deadline = new Deadline(100, Date.now);
  await vi.advanceTimersByTimeAsync(60);
  let wake = () => {};
  const paused = deadline.pause(
    new Promise<void>((resolve) => {
      wake = resolve;
    }),
  );
  await vi.advanceTimersByTimeAsync(10_000);
  wake();
  await paused;
  await vi.advanceTimersByTimeAsync(39);
  expect(deadline.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(deadline.signal.aborted).toBe(true);
});
