import { describe, expect, test } from "vitest";
import {
  type Account,
  isSafe,
  MAX_PASSED,
  MAX_PASSED_FOR_RESERVE,
  MemoryBudget,
} from "../../../src/concurrency/memoryBudget.ts";
import { Priority } from "../../../src/concurrency/priority.ts";
import { PERMIT_MS } from "../../../src/concurrency/semaphore.ts";
import { manualTimers } from "./manualTimers.ts";

const USER = new Priority("user");
const RULES = { capacity: 32, maxWaiting: 128, waitMs: 10_000 };

/** Lets everything that has been resolved run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function world(rules = RULES) {
  const timers = manualTimers();
  const budget = new MemoryBudget(rules, timers);
  /** A source that asks for more in steps, and what became of each asking. */
  const source = (priority = USER) => {
    const account = budget.open(priority);
    const seen: string[] = [];
    const reserve = (held: number, claim = held) => {
      const asked = budget.reserve(account, held, claim).then(
        () => void seen.push(`${held}`),
        () => void seen.push("refused"),
      );
      return asked;
    };
    return { account, seen, reserve, leave: () => budget.close(account) };
  };
  return { timers, budget, source };
}

describe("a slow source", () => {
  test("holds what has come of it: others pass while it is on its way to its whole length", async () => {
    const { source, budget } = world();
    const slow = source();
    await slow.reserve(2, 30);
    const medium = [source(), source(), source()];
    await Promise.all(medium.map((each) => each.reserve(7)));
    expect(medium.map(({ seen }) => seen)).toEqual([["7"], ["7"], ["7"]]);
    expect(budget.used).toBe(23);
    void slow.reserve(30, 30);
    await settle();
    expect(slow.seen).toEqual(["2"]);
    for (const each of medium) each.leave();
    await settle();
    expect([slow.seen, budget.used]).toEqual([["2", "30"], 30]);
  });

  test("newcomers pass a large one that waits, but only so many", async () => {
    const { source } = world();
    const first = source();
    await first.reserve(20);
    const large = source();
    void large.reserve(20);
    const small: ReturnType<typeof source>[] = [];
    for (let i = 0; i <= MAX_PASSED; i++) {
      const one = source();
      void one.reserve(3);
      await settle();
      if (i < MAX_PASSED) one.leave();
      small.push(one);
    }
    expect(small.filter(({ seen }) => seen.length > 0)).toHaveLength(MAX_PASSED);
    expect(large.seen).toEqual([]);
    first.leave();
    await settle();
    expect([large.seen, small.at(-1)?.seen]).toEqual([["20"], ["3"]]);
  });

  test("more than the whole counts as the whole: it passes alone", async () => {
    const { source, budget } = world();
    const huge = source();
    await huge.reserve(100);
    expect(budget.used).toBe(32);
  });
});

describe("the reserve for small sources", () => {
  test.each([
    [24, true],
    [25, false],
  ])("two large ones hold at most the rest: %i together is %s", async (together, fits) => {
    const { source } = world();
    const [a, b] = [source(), source()];
    await a.reserve(12);
    void b.reserve(together - 12);
    await settle();
    expect(b.seen.length > 0).toBe(fits);
  });

  test.each([
    [2, true],
    [3, false],
  ])("one that may come to %i uses it: %s", async (claim, fits) => {
    const { source } = world();
    await source().reserve(24);
    // Not alone any more: an only large one has all of it.
    await source().reserve(1, 2);
    const one = source();
    void one.reserve(1, claim);
    await settle();
    expect(one.seen.length > 0).toBe(fits);
  });

  test("small ones pass large ones that wait, however many, while they keep to it", async () => {
    const { source, budget } = world();
    const hostages = Array.from({ length: 20 }, () => source());
    for (const each of hostages) void each.reserve(16, 32);
    await settle();
    expect([budget.used, budget.waiting]).toEqual([16, 19]);
    for (let i = 0; i < 10 * MAX_PASSED; i++) {
      const victims = Array.from({ length: 4 }, () => source());
      await Promise.all(victims.map((victim) => victim.reserve(2)));
      expect(victims.every(({ seen }) => seen.length === 1)).toBe(true);
      for (const victim of victims) victim.leave();
    }
  });

  test("a large one that needs the reserve too gets its turn", async () => {
    const { source } = world();
    const [whole, first] = [source(), source()];
    await whole.reserve(20, 32);
    await first.reserve(2);
    void whole.reserve(32, 32);
    let passed = 0;
    let last = first;
    for (; passed < 2 * MAX_PASSED_FOR_RESERVE; passed++) {
      const next = source();
      void next.reserve(2);
      await settle();
      if (next.seen.length === 0) break;
      last.leave();
      last = next;
    }
    expect(passed).toBe(MAX_PASSED_FOR_RESERVE);
    last.leave();
    await settle();
    expect(whole.seen).toEqual(["20", "32"]);
  });

  test("a large source that has ended is not counted: its bytes only wait for the engine", async () => {
    const { source, budget } = world();
    const [ended, next] = [source(), source()];
    await ended.reserve(20);
    void next.reserve(12);
    await settle();
    expect(next.seen).toEqual([]);
    budget.settle(ended.account, 20);
    await settle();
    expect(next.seen).toEqual(["12"]);
  });
});

describe("no deadlock", () => {
  test("two that are half way are let on one after the other", async () => {
    const { source, budget } = world();
    const [a, b] = [source(), source()];
    await a.reserve(12, 24);
    void b.reserve(12, 24);
    await settle();
    // 8 would be left, and neither could finish with that.
    expect([a.seen, b.seen, budget.used]).toEqual([["12"], [], 12]);
    await a.reserve(24, 24);
    a.leave();
    await settle();
    expect(b.seen).toEqual(["12"]);
  });

  test("where all want more than they claimed the youngest is refused, and the others go on", async () => {
    const { source, budget } = world();
    const all = [source(), source(), source(), source()];
    for (const each of all) await each.reserve(6);
    for (const each of all) void each.reserve(12);
    await settle();
    expect(all.map(({ seen }) => seen.at(-1))).toEqual(["6", "6", "6", "refused"]);
    all[3]?.leave();
    await settle();
    expect(all.map(({ seen }) => seen.at(-1))).toEqual(["12", "6", "6", "refused"]);
    expect(budget.used).toBe(24);
    all[0]?.leave();
    await settle();
    expect(all.map(({ seen }) => seen.at(-1))).toEqual(["12", "12", "12", "refused"]);
  });

  test.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    "seed %i: a crowd of any lengths comes through whole, within the budget",
    async (seed) => {
      const { source, budget } = world({ ...RULES, maxWaiting: 1_000 });
      let state = seed;
      const random = (below: number) => {
        state = (state * 48_271) % 2_147_483_647;
        return state % below;
      };
      let most = 0;
      const job = async () => {
        const length = 1 + random(32);
        const one = source(new Priority(random(4) === 0 ? "warm" : "user"));
        for (const held of [1, Math.ceil(length / 4), length]) {
          await one.reserve(held, length);
          most = Math.max(most, budget.used);
          for (let turns = random(6); turns > 0; turns--) await settle();
        }
        one.leave();
        return one.seen.includes("refused");
      };
      expect(await Promise.all(Array.from({ length: 60 }, job))).toEqual(new Array(60).fill(false));
      expect([budget.used, budget.waiting]).toEqual([0, 0]);
      expect(most).toBeLessThanOrEqual(32);
      expect(most).toBeGreaterThan(16);
    },
  );
});

describe("the line", () => {
  test.each([
    ["user", "warm"],
    ["user", "job"],
    ["warm", "job"],
  ] as const)("a %s that waits is passed by no %s newcomer; what has begun goes on", async (waits, comes) => {
    const { source } = world();
    const [first, begun, waiting, newcomer] = [
      ...[source(), source(new Priority(comes))],
      ...[source(new Priority(waits)), source(new Priority(comes))],
    ] as const;
    await first.reserve(20);
    await begun.reserve(2, 4);
    void waiting.reserve(20);
    void newcomer.reserve(1);
    void begun.reserve(4, 4);
    await settle();
    expect([waiting.seen, newcomer.seen, begun.seen]).toEqual([[], [], ["2", "4"]]);
  });

  test("a warm one that a user joins is let in where it fits", async () => {
    const { source } = world();
    const joined = new Priority("warm");
    const [first, user, warm] = [source(), source(), source(joined)];
    await first.reserve(20);
    void user.reserve(20);
    void warm.reserve(1);
    await settle();
    expect(warm.seen).toEqual([]);
    joined.promote();
    await settle();
    expect(warm.seen).toEqual(["1"]);
  });

  test("is so long and no longer, but for who holds bytes already", async () => {
    const { source } = world({ ...RULES, maxWaiting: 1 });
    const [first, begun, waiting, refused] = [source(), source(), source(), source()];
    await first.reserve(20);
    await begun.reserve(2, 6);
    void waiting.reserve(10);
    void refused.reserve(10);
    void begun.reserve(6, 6);
    await settle();
    expect([waiting.seen, refused.seen, begun.seen]).toEqual([[], ["refused"], ["2"]]);
    first.leave();
    await settle();
    expect([waiting.seen, begun.seen]).toEqual([["10"], ["2", "6"]]);
  });

  test("who waits too long is refused, and the line moves on", async () => {
    const { source, timers } = world();
    const [first, large, small] = [source(), source(), source(new Priority("warm"))];
    await first.reserve(28);
    void large.reserve(20);
    void small.reserve(1);
    timers.fire();
    await settle();
    expect([large.seen, small.seen]).toEqual([["refused"], ["1"]]);
  });

  test("what nobody gives back is taken back when its time is over, and not before", async () => {
    const { source, timers, budget } = world();
    await source().reserve(32);
    timers.clock = PERMIT_MS - 1;
    const next = source();
    void next.reserve(10);
    await settle();
    expect(next.seen).toEqual([]);
    timers.clock = PERMIT_MS;
    await source().reserve(1);
    await settle();
    expect([next.seen, budget.used]).toEqual([["10"], 11]);
  });
});

describe("isSafe", () => {
  const of = (...pairs: [held: number, claim: number][]): Pick<Account, "held" | "claim">[] =>
    pairs.map(([held, claim]) => ({ held, claim }));
  test.each([
    ["nobody", of(), 0, true],
    ["one that can finish", of([2, 10]), 8, true],
    ["one that cannot", of([2, 10]), 7, false],
    ["the second with what the first gives back", of([2, 10], [4, 6]), 4, true],
    ["the second not even so", of([2, 10], [4, 6]), 3, false],
    ["finished ones hold, and give back", of([8, 8], [0, 8]), 0, true],
  ])("%s", (_, accounts, free, expected) => {
    expect(isSafe(accounts, free)).toBe(expected);
  });
  test.each([
    ["the last one may use more room", of([2, 10]), 5, true],
    ["but no more than there is", of([2, 10]), 4, false],
    ["only the last one", of([2, 10], [2, 10]), 5, false],
  ])("%s", (_, accounts, free, expected) => {
    expect(isSafe(accounts, free, 3)).toBe(expected);
  });
});
