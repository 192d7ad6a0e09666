import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Priority } from "../../../src/concurrency/priority.ts";
import { CONCURRENCY, type ConcurrencyRules, HostSlots, type Slot } from "../../../src/origin/hostSlots.ts";

const RULES = { ...CONCURRENCY, perHost: 2, maxWaiting: 3 };
const WAIT_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function world(rules: ConcurrencyRules = RULES) {
  const slots = new HostSlots(rules);
  /** Asks for a slot, and what became of it. */
  const ask = (host = "a.test", priority: "user" | "warm" = "user", waitMs = WAIT_MS) => {
    const one = { state: "waiting", slot: null as Slot | null, renewing: true };
    slots.acquire(host, waitMs, new Priority(priority)).then(
      (slot) => {
        one.state = "in";
        one.slot = slot;
        const timer = setInterval(() => (one.renewing ? slot.renew() : clearInterval(timer)), 250);
      },
      () => {
        one.state = "refused";
      },
    );
    return one;
  };
  return { slots, ask };
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const states = (...all: { state: string }[]) => all.map(({ state }) => state);

test("so many at once, and each host by itself", async () => {
  const { ask } = world();
  const all = [ask(), ask(), ask(), ask("b.test")];
  await settle();
  expect(states(...all)).toEqual(["in", "in", "waiting", "in"]);
});

test.each([
  [1, ["in", "waiting", "waiting"]],
  [2, ["in", "in", "waiting"]],
  [64, ["in", "in", "waiting"]],
  [null, ["in", "in", "waiting"]],
])("a host whose rule allows %s has no more than that, and no more than others", async (most, expected) => {
  const slots = new HostSlots(RULES);
  const seen = expected.map(() => ({ state: "waiting" }));
  for (const one of seen) {
    void slots.acquire("a.test", WAIT_MS, new Priority("user"), most).then(() => {
      one.state = "in";
    });
  }
  await settle();
  expect(states(...seen)).toEqual(expected);
});

test("who came first goes first, readers before warm work, and nobody waits for a timer", async () => {
  const { ask } = world();
  const [a, b, warm, c, d] = [ask(), ask(), ask("a.test", "warm"), ask(), ask()];
  await settle();
  a.slot?.release();
  await settle();
  expect(states(warm, c, d)).toEqual(["waiting", "in", "waiting"]);
  b.slot?.release();
  c.slot?.release();
  await settle();
  expect(states(warm, c, d)).toEqual(["in", "in", "in"]);
});

test("a queue of bounded length", async () => {
  const { ask } = world();
  const all = Array.from({ length: 6 }, () => ask());
  await settle();
  expect(states(...all)).toEqual(["in", "in", "waiting", "waiting", "waiting", "refused"]);
});

test("who waits too long is refused", async () => {
  const { ask } = world();
  const all = [ask(), ask(), ask("a.test", "user", 1_000)];
  await vi.advanceTimersByTimeAsync(WAIT_MS - 1);
  expect(states(...all)).toEqual(["in", "in", "waiting"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(states(...all)).toEqual(["in", "in", "refused"]);
});

test("who holds a slot sees that others wait for it", async () => {
  const { ask } = world();
  const [a, b] = [ask(), ask()];
  await settle();
  expect([a.slot?.contended, b.slot?.contended]).toEqual([false, false]);
  const c = ask();
  await settle();
  expect([a.slot?.contended, b.slot?.contended]).toEqual([true, true]);
  a.slot?.release();
  await settle();
  expect([c.state, b.slot?.contended]).toEqual(["in", false]);
});

describe("who is ended by its client and never leaves", () => {
  test("a slot that nobody renews is free after its lease, not before", async () => {
    const { ask } = world();
    const [a, b, c] = [ask(), ask(), ask()];
    await settle();
    a.renewing = false;
    await vi.advanceTimersByTimeAsync(RULES.leaseMs - 1);
    expect(c.state).toBe("waiting");
    await vi.advanceTimersByTimeAsync(RULES.tickMs);
    expect([c.state, b.state]).toEqual(["in", "in"]);
    // What comes back after all gives nothing twice.
    a.slot?.release();
    const d = ask();
    await settle();
    expect(d.state).toBe("waiting");
  });

  test("a place in the queue that nobody keeps is lost, and the next one goes in", async () => {
    // Timers of a request that was ended never run: here those of the first that waits.
    let dead = 0;
    const timers = {
      set: (run: () => void, ms: number) => setTimeout(() => ++dead && run(), ms),
      clear: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
      now: () => Date.now(),
    };
    const alive = { ...timers, set: (run: () => void, ms: number) => setTimeout(run, ms) };
    let now: typeof timers = alive;
    const slots = new HostSlots(RULES, {
      set: (run, ms) => now.set(run, ms),
      clear: (timer) => now.clear(timer),
      now: () => Date.now(),
    });
    const holders = await Promise.all([1, 2].map(() => slots.acquire("a.test", WAIT_MS, new Priority("user"))));
    const renewing = setInterval(() => holders.map((slot) => slot.renew()), 250);
    now = { ...timers, set: () => setTimeout(() => {}, 0) };
    void slots.acquire("a.test", WAIT_MS, new Priority("user")).catch(() => {});
    await settle();
    now = alive;
    let second = false;
    void slots.acquire("a.test", WAIT_MS, new Priority("user")).then(() => {
      second = true;
    });
    await vi.advanceTimersByTimeAsync(RULES.goneMs);
    holders[0]?.release();
    await settle();
    expect(second).toBe(true);
    clearInterval(renewing);
  });
});

test("a clock set back frees what was taken in the future", async () => {
  const { ask } = world();
  vi.setSystemTime(1e12);
  const [a, b] = [ask(), ask()];
  await settle();
  a.renewing = false;
  b.renewing = false;
  vi.setSystemTime(0);
  const c = ask();
  await settle();
  expect(c.state).toBe("in");
});

test("a host nobody asks takes no memory, and leaving twice is leaving once", async () => {
  const { slots, ask } = world();
  const mine = ask();
  await settle();
  expect(slots.size).toBe(1);
  mine.renewing = false;
  mine.slot?.release();
  mine.slot?.release();
  expect(slots.size).toBe(0);
});

test("a slot that ends long after its lease leaves those alone that were given since", async () => {
  const { slots, ask } = world();
  const [late, other] = [ask(), ask()];
  await settle();
  late.renewing = false;
  await vi.advanceTimersByTimeAsync(RULES.leaseMs + 1_000);
  other.slot?.release();
  expect(slots.size).toBe(0);
  const all = [ask(), ask()];
  await settle();
  late.slot?.renew();
  late.slot?.release();
  all.push(ask());
  await settle();
  expect(states(...all)).toEqual(["in", "in", "waiting"]);
});

test("hosts whose requests were ended in the middle are forgotten", async () => {
  const { slots, ask } = world({ ...RULES, manyHosts: 10 });
  for (let i = 0; i < 10; i++) ask(`${i}.test`).renewing = false;
  await settle();
  const living = ask("living.test");
  await vi.advanceTimersByTimeAsync(RULES.leaseMs);
  expect(slots.size).toBe(11);
  const next = ask("next.test");
  await settle();
  expect([slots.size, ...states(living, next)]).toEqual([2, "in", "in"]);
});
