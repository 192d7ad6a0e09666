import { describe, expect, test } from "vitest";
import { Priority } from "../../../src/concurrency/priority.ts";
import { createSemaphore, PERMIT_MS } from "../../../src/concurrency/semaphore.ts";
import { Failure } from "../../../src/errors.ts";
import { manualTimers } from "./manualTimers.ts";

const USER = new Priority("user");
const WARM = new Priority("warm");
const RULES = { capacity: 1, maxWaiting: 128, waitMs: 10_000 };

/** Lets everything that has been resolved run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("gate", () => {
  test("one at a time: the second enters when the first leaves", async () => {
    const gate = createSemaphore(RULES, manualTimers());
    const order: string[] = [];
    const first = await gate.acquire(1, USER);
    const second = gate.acquire(1, USER).then(() => order.push("second"));
    await settle();
    expect([gate.used, gate.waiting, order]).toEqual([1, 1, []]);
    first.release();
    await second;
    expect([gate.used, gate.waiting, order]).toEqual([1, 0, ["second"]]);
  });

  test("users go before warm work and jobs that came earlier, and warm work before jobs", async () => {
    const gate = createSemaphore(RULES, manualTimers());
    const order: string[] = [];
    const first = await gate.acquire(1, USER);
    const jobs = (["job", "warm", "user", "job", "warm", "user"] as const).map((priority, i) =>
      gate.run(1, new Priority(priority), async () => void order.push(`${priority} ${i}`)),
    );
    first.release();
    await Promise.all(jobs);
    expect(order).toEqual(["user 2", "user 5", "warm 1", "warm 4", "job 0", "job 3"]);
  });

  test.each([
    [127, true],
    [128, false],
  ])("with %i waiting the next may wait: %s", async (already, may) => {
    const gate = createSemaphore(RULES, manualTimers());
    await gate.acquire(1, USER);
    for (let i = 0; i < already; i++) void gate.acquire(1, WARM).catch(() => undefined);
    const outcome = await Promise.race([gate.acquire(1, USER).catch((error: unknown) => error), settle()]);
    expect(outcome instanceof Failure && outcome.reason).toBe(may ? false : "queue_full");
  });

  test("who waits too long is refused with Retry-After, and the line moves on", async () => {
    const timers = manualTimers();
    const gate = createSemaphore({ ...RULES, capacity: 10 }, timers);
    const first = await gate.acquire(6, USER);
    const large = gate.acquire(9, USER);
    const small = gate.acquire(4, USER);
    timers.fire();
    await expect(large).rejects.toMatchObject({ reason: "queue_full", facts: { retryAfter: 10 } });
    const pass = await small;
    expect([gate.used, gate.waiting, timers.set_]).toEqual([10, 0, 0]);
    first.release();
    pass.release();
    expect(gate.used).toBe(0);
  });

  test("a timer that could not be cleared throws nobody else out of the line", async () => {
    const timers = manualTimers();
    const gate = createSemaphore(RULES, { ...timers, clear: () => {} });
    const first = await gate.acquire(1, USER);
    const second = gate.acquire(1, USER);
    first.release();
    const pass = await second;
    const third = gate.acquire(1, USER);
    timers.fire();
    expect(gate.waiting).toBe(1);
    pass.release();
    (await third).release();
    expect([gate.used, gate.waiting]).toEqual([0, 0]);
  });

  test("leaving twice gives nothing twice", async () => {
    const gate = createSemaphore({ ...RULES, capacity: 32 }, manualTimers());
    const first = await gate.acquire(12, USER);
    const second = await gate.acquire(20, USER);
    first.release();
    first.release();
    expect(gate.used).toBe(20);
    second.release();
    expect(gate.used).toBe(0);
  });

  test("a warm job that a user has joined goes before the warm ones, in the order it came", async () => {
    const gate = createSemaphore(RULES, manualTimers());
    const order: string[] = [];
    const first = await gate.acquire(1, USER);
    const joined = new Priority("warm");
    const jobs = [
      gate.run(1, WARM, async () => void order.push("warm")),
      gate.run(1, joined, async () => void order.push("joined")),
      gate.run(1, USER, async () => void order.push("user")),
    ];
    joined.promote();
    first.release();
    await Promise.all(jobs);
    expect(order).toEqual(["joined", "user", "warm"]);
  });

  test("a warm job that fits is let in as it is joined, though the one before it does not", async () => {
    const gate = createSemaphore({ ...RULES, capacity: 10 }, manualTimers());
    await gate.acquire(6, USER);
    void gate.acquire(8, WARM);
    const joined = new Priority("warm");
    const entering = gate.acquire(4, joined);
    expect([gate.used, gate.waiting]).toEqual([6, 2]);
    joined.promote();
    await entering;
    expect([gate.used, gate.waiting]).toEqual([10, 1]);
  });

  test("more than the whole capacity passes alone", async () => {
    const gate = createSemaphore({ ...RULES, capacity: 32 }, manualTimers());
    const pass = await gate.acquire(100, USER);
    expect(gate.used).toBe(32);
    pass.release();
    expect(gate.used).toBe(0);
  });

  test("a user who fits passes a warm job that does not", async () => {
    const gate = createSemaphore({ ...RULES, capacity: 10 }, manualTimers());
    await gate.acquire(6, USER);
    const warm = gate.acquire(8, WARM);
    await gate.acquire(4, USER);
    expect([gate.used, gate.waiting]).toEqual([10, 1]);
    void warm;
  });

  test("a job that throws leaves too", async () => {
    const gate = createSemaphore(RULES, manualTimers());
    await expect(gate.run(1, USER, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    expect(gate.used).toBe(0);
  });
});

test("a pass that nobody gives back is taken back when its time is over, and not before", async () => {
  const timers = manualTimers();
  const gate = createSemaphore(RULES, timers);
  const lost = await gate.acquire(1, USER);
  timers.clock = PERMIT_MS - 1;
  let admitted = false;
  const waiting = gate.acquire(1, USER).then(() => {
    admitted = true;
  });
  await Promise.resolve();
  expect(admitted).toBe(false);
  timers.clock = PERMIT_MS;
  void gate.acquire(1, USER);
  await waiting;
  expect(admitted).toBe(true);
  lost.release();
  expect(gate.used).toBe(1);
});
