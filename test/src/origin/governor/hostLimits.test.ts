import { describe, expect, test } from "vitest";
import { type Asker, HostLimits, QUIET_MS } from "../../../../src/origin/governor/hostLimits.ts";
import type { Grant, Politeness, SeenAnswer } from "../../../../src/origin/governor/port.ts";
import { newRecord } from "../../../../src/origin/governor/record.ts";

const T = 1_000_000_000;
const NONE: Politeness = { concurrency: null, perSecond: null, bytesPerSecond: null, perDay: null };

function limitsOf(rule: Partial<Politeness>): HostLimits {
  const limits = new HostLimits(newRecord(T));
  limits.hear({ ...NONE, ...rule }, T);
  return limits;
}

let serial = 0;
function ask(limits: HostLimits, now: number, over: Partial<Asker> = {}) {
  limits.sweep(now);
  return limits.grant({ isolate: "a", ticket: `t${++serial}`, kind: "user", tripMs: 0, ...over }, now);
}

function granted(limits: HostLimits, now: number, over: Partial<Asker> = {}): Grant {
  const given = ask(limits, now, over);
  if ("binding" in given) throw new Error(`blocked by ${given.binding}`);
  return given;
}

function release(
  limits: HostLimits,
  id: string,
  now: number,
  received: readonly number[] = [],
  kind: SeenAnswer["kind"] = "ok",
) {
  const answer: SeenAnswer = kind === "refused" ? { kind, retryAfter: null } : { kind };
  limits.release("a", { id, answer, received }, now);
}

describe("slots", () => {
  test("a slot of a dead isolate is kept a second longer than the isolate was told, and free then", () => {
    const limits = limitsOf({ concurrency: 1 });
    const { leaseMs } = granted(limits, T);
    expect(leaseMs).toBe(2_500);
    expect(ask(limits, T + leaseMs + 999)).toMatchObject({ binding: "slots", retryAt: T + 3_500 });
    granted(limits, T + leaseMs + 1_000);
  });

  test("a renewal keeps it for another lease; one of what is over, or of somebody else's, does nothing", () => {
    const limits = limitsOf({ concurrency: 1 });
    const { id } = granted(limits, T);
    const renewal = { id, received: [], bytes: 0 };
    expect(limits.renew("b", renewal, T + 2_000)).toBeNull();
    expect(limits.renew("a", renewal, T + 2_000)).toMatchObject({ id, leaseMs: 2_500 });
    expect(ask(limits, T + 5_499)).toMatchObject({ binding: "slots" });
    limits.sweep(T + 5_500);
    expect(limits.renew("a", renewal, T + 5_500)).toBeNull();
  });

  test("a release counts once, and only from the isolate that has the grant", () => {
    const limits = limitsOf({ concurrency: 2 });
    const first = granted(limits, T);
    granted(limits, T);
    limits.release("b", { id: first.id, answer: { kind: "ok" }, received: [] }, T + 10);
    expect(ask(limits, T + 10)).toMatchObject({ binding: "slots" });
    release(limits, first.id, T + 20);
    release(limits, first.id, T + 30);
    granted(limits, T + 30);
    expect(ask(limits, T + 30)).toMatchObject({ binding: "slots" });
  });

  test("who asks again with the same ticket has the same grant", () => {
    const limits = limitsOf({ concurrency: 1 });
    const { id } = granted(limits, T, { ticket: "same" });
    expect(limits.known({ isolate: "a", ticket: "same" }, 0, T + 100)).toMatchObject({ id, leaseMs: 2_400 });
    expect(limits.known({ isolate: "b", ticket: "same" }, 0, T + 100)).toBeNull();
    release(limits, id, T + 200);
    expect(limits.known({ isolate: "a", ticket: "same" }, 0, T + 200)).toBeNull();
    expect(granted(limits, T + 200, { ticket: "same" }).id).not.toBe(id);
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [8, 7],
  ])("of %i slots pushes and jobs have %i", (concurrency, theirs) => {
    const limits = limitsOf({ concurrency });
    for (let i = 0; i < theirs; i++) granted(limits, T, { kind: i % 2 === 0 ? "warm" : "job" });
    for (const kind of ["warm", "job"] as const) expect(ask(limits, T, { kind })).toMatchObject({ binding: "slots" });
    if (concurrency > 1) granted(limits, T);
    expect(ask(limits, T)).toMatchObject({ binding: "slots" });
  });

  test("a reader's slot does not count as theirs", () => {
    const limits = limitsOf({ concurrency: 2 });
    granted(limits, T);
    granted(limits, T, { kind: "job" });
  });

  test("the only slot is a reader's for five seconds after one has asked", () => {
    const limits = limitsOf({ concurrency: 1 });
    release(limits, granted(limits, T).id, T + 100);
    expect(ask(limits, T + QUIET_MS - 1, { kind: "job" })).toMatchObject({ binding: "slots", retryAt: T + QUIET_MS });
    granted(limits, T + QUIET_MS, { kind: "job" });
  });
});

describe("starts", () => {
  test("an unused grant gives its start and its part of the day back", () => {
    const limits = limitsOf({ perSecond: 1, perDay: 1 });
    const { id } = granted(limits, T);
    expect(ask(limits, T + 1)).toMatchObject({ binding: "day" });
    release(limits, id, T + 50, [], "unused");
    granted(limits, T + 50);
  });

  test("the trip of the answer is part of the wait", () => {
    const limits = limitsOf({ perSecond: 1 });
    granted(limits, T, { tripMs: 100 });
    const next = granted(limits, T + 970, { tripMs: 200 });
    // The first start is at T + 100, so the next one is at T + 1180: 10 ms after the answer has come.
    expect(next.startInMs).toBe(10);
    expect(ask(limits, T + 970)).toMatchObject({ binding: "pace" });
  });

  test("readers may start together, pushes one by one", () => {
    const limits = limitsOf({ perSecond: 10 });
    granted(limits, T, { kind: "warm" });
    expect(ask(limits, T, { kind: "warm" })).toMatchObject({ binding: "pace", retryAt: T + 108 - 25 });
    for (let i = 0; i < 9; i++) expect(granted(limits, T).startInMs).toBe(0);
    expect(ask(limits, T)).toMatchObject({ binding: "pace", retryAt: T + 1_080 - 25 });
  });

  test("a twentieth of the day is for readers, and a day is over after 24 hours and its hour", () => {
    const limits = limitsOf({ perDay: 20 });
    for (let i = 0; i < 19; i++) release(limits, granted(limits, T, { kind: "job" }).id, T);
    expect(ask(limits, T, { kind: "job" })).toMatchObject({ binding: "day" });
    granted(limits, T);
    const blocked = ask(limits, T);
    const begun = Math.floor(T / 3_600_000) * 3_600_000;
    expect(blocked).toMatchObject({ binding: "day", retryAt: begun + 25 * 3_600_000 + 1 });
    limits.hear({ ...NONE, perDay: 20 }, begun + 25 * 3_600_000 + 1);
    granted(limits, begun + 25 * 3_600_000 + 1);
  });
});

describe("bytes", () => {
  const rule = { bytesPerSecond: 1_000_000 };

  test("a size that is known is reserved, an unknown one by those before", () => {
    const limits = limitsOf(rule);
    expect(granted(limits, T).bytes).toBe(262_144);
    const known = granted(limits, T, { bytes: 50_000 });
    expect(known.bytes).toBe(50_000);
    release(limits, known.id, T + 100, [50_000]);
    // One size says little: the next one may be twice as large.
    expect(granted(limits, T + 100).bytes).toBe(100_000);
  });

  test("one exchange reserves half of the window at most", () => {
    expect(granted(limitsOf(rule), T, { bytes: 9_000_000 }).bytes).toBe(5_000_000 - 1_024);
  });

  test("what has no room waits until bytes leave the window", () => {
    const limits = limitsOf(rule);
    for (let i = 0; i < 4; i++) release(limits, granted(limits, T + i, { bytes: 2_400_000 }).id, T + 500, [2_400_000]);
    granted(limits, T + 500, { bytes: 150_000 });
    expect(ask(limits, T + 500, { bytes: 300_000 })).toMatchObject({ binding: "bytes" });
    granted(limits, T + 11_000, { bytes: 300_000 });
  });

  test("an exchange that is larger gets what there is, and the rest when there is room", () => {
    const limits = limitsOf(rule);
    const others = [0, 1, 2].map((i) => granted(limits, T + i, { bytes: 2_400_000 }).id);
    const { id, bytes } = granted(limits, T + 3, { bytes: 2_000_000 });
    expect(bytes).toBe(2_000_000);
    const more = limits.renew("a", { id, received: [2_000_000], bytes: 4_000_000 }, T + 200);
    expect(more?.bytes).toBe(10_000_000 - 3 * 2_401_024 - 1_024);
    for (const other of others) release(limits, other, T + 300, [100_000]);
    expect(limits.renew("a", { id, received: [2_000_000], bytes: 4_000_000 }, T + 400)?.bytes).toBe(4_000_000);
  });

  describe("an even flow", () => {
    const size = 98_976;
    /** Exchanges of 100 kB with their headers that start at `now`, and are over at once. */
    const take = (limits: HostLimits, now: number, kind: "user" | "warm" | "job" = "user"): boolean => {
      const given = ask(limits, now, { bytes: size, kind });
      if ("binding" in given) return false;
      release(limits, given.id, now, [size]);
      return true;
    };
    const taken = (limits: HostLimits, now: number, kind: "user" | "warm" | "job" = "user") => {
      let count = 0;
      while (take(limits, now, kind)) count++;
      return count;
    };

    test("readers may fill the window at once; then each start waits for its time", () => {
      const limits = limitsOf(rule);
      expect(taken(limits, T)).toBe(98);
      expect(taken(limits, T + 10_099)).toBe(0);
      // The whole window opens. Eleven starts catch up with a second that was lost, and then one comes every 100 ms.
      expect(taken(limits, T + 10_101)).toBe(11);
      expect(ask(limits, T + 10_150, { bytes: size })).toMatchObject({ binding: "bytes", retryAt: T + 10_201 });
      expect(taken(limits, T + 10_201)).toBe(1);
    });

    test("20 s after the last reader has waited, readers may start together again", () => {
      const limits = limitsOf(rule);
      taken(limits, T);
      limits.hear({ ...NONE, ...rule }, T + 20_000);
      expect(taken(limits, T + 19_999)).toBe(11);
      const other = limitsOf(rule);
      taken(other, T);
      other.hear({ ...NONE, ...rule }, T + 20_000);
      expect(taken(other, T + 20_000)).toBe(98);
    });

    test.each(["warm", "job"] as const)("a %s takes a third of the window at once, and readers still start", (kind) => {
      const limits = limitsOf(rule);
      expect(taken(limits, T, kind)).toBe(36);
      expect(ask(limits, T, { bytes: size, kind })).toMatchObject({ binding: "bytes", retryAt: T + 100 });
      expect(taken(limits, T)).toBe(98 - 36);
    });

    test("a governor that starts again from its disk goes on with it", () => {
      const limits = limitsOf(rule);
      taken(limits, T);
      const again = new HostLimits(JSON.parse(JSON.stringify(limits.record)));
      again.hear({ ...NONE, ...rule }, T + 10_101);
      expect(taken(again, T + 10_101)).toBe(11);
    });

    test("a record of an older Worker, which has no such times, starts with readers at once", () => {
      const { evenAt: _, bytesShortAt: __, ...old } = limitsOf(rule).record;
      expect(taken(new HostLimits({ ...newRecord(T), ...old }), T)).toBe(98);
    });

    test("what was reserved and did not come gives its time back", () => {
      const limits = limitsOf(rule);
      const many = Array.from({ length: 4 }, () => granted(limits, T, { bytes: 999_000, kind: "warm" }).id);
      expect(take(limits, T, "warm")).toBe(false);
      release(limits, many[0] ?? "", T, [], "unused");
      for (const id of many.slice(1)) release(limits, id, T, [size]);
      expect(take(limits, T, "warm")).toBe(true);
    });

    test("a limit that becomes much smaller does not close the host for longer than a window", () => {
      const limits = limitsOf({ bytesPerSecond: 100_000_000 });
      const ids = Array.from({ length: 9 }, () => granted(limits, T, { bytes: 100_000_000 }).id);
      limits.hear({ ...NONE, bytesPerSecond: 10_000 }, T + 100);
      for (const id of ids) release(limits, id, T + 200, [100_000_000]);
      expect(take(limits, T + 200, "job")).toBe(false);
      limits.hear({ ...NONE, bytesPerSecond: 10_000 }, T + 20_000);
      expect(granted(limits, T + 20_000, { bytes: 20_000, kind: "job" }).bytes).toBe(20_000);
    });
  });

  test("all that was reserved counts for an exchange that was never released", () => {
    const limits = limitsOf(rule);
    granted(limits, T, { bytes: 2_400_000 });
    const used = (now: number) => {
      limits.sweep(now);
      return limits.record.bytes.reduce((sum, [, amount]) => sum + amount, 0);
    };
    expect(used(T + 3_499)).toBe(0);
    expect(used(T + 3_500)).toBe(2_401_024);
    expect(used(T + 13_500)).toBe(2_401_024);
    expect(used(T + 13_701)).toBe(0);
  });

  test("what was told twice counts once", () => {
    const limits = limitsOf(rule);
    const { id } = granted(limits, T, { bytes: 500_000 });
    for (const now of [T + 200, T + 250]) limits.renew("a", { id, received: [100_000, 50_000], bytes: 500_000 }, now);
    limits.renew("a", { id, received: [100_000, 60_000], bytes: 500_000 }, T + 300);
    expect(limits.record.bytes.reduce((sum, [, amount]) => sum + amount, 0)).toBe(160_000);
  });
});

describe("a limit that becomes stricter while grants are out", () => {
  test("slots: nothing starts until there is room under the new one", () => {
    const limits = limitsOf({ concurrency: 4 });
    const ids = [0, 1, 2].map((i) => granted(limits, T + i).id);
    limits.hear({ ...NONE, concurrency: 2 }, T + 100);
    for (const id of ids.slice(0, 2)) {
      expect(ask(limits, T + 200)).toMatchObject({ binding: "slots" });
      release(limits, id, T + 200);
    }
    granted(limits, T + 200);
    expect(ask(limits, T + 200)).toMatchObject({ binding: "slots" });
  });

  test("starts: those of the last second count under the new one", () => {
    const limits = limitsOf({ perSecond: 10 });
    for (let i = 0; i < 8; i++) granted(limits, T + i);
    limits.hear({ ...NONE, perSecond: 4 }, T + 100);
    expect(ask(limits, T + 100)).toMatchObject({ binding: "pace", retryAt: T + 4 + 1_080 - 25 });
  });

  test("starts of a day: more than allowed closes the host, and not for ever", () => {
    const limits = limitsOf({ perDay: 20 });
    for (let i = 0; i < 8; i++) release(limits, granted(limits, T).id, T);
    limits.hear({ ...NONE, perDay: 3 }, T + 100);
    const begun = Math.floor(T / 3_600_000) * 3_600_000;
    expect(ask(limits, T + 100)).toMatchObject({ binding: "day", retryAt: begun + 25 * 3_600_000 + 1 });
  });
});

describe("rules that isolates name", () => {
  const slots = (limits: HostLimits, now: number) => limits.limits(now).concurrency;

  test("a stricter one counts at once, a laxer one when the other was not named for two minutes", () => {
    const limits = limitsOf({ concurrency: 4 });
    limits.hear({ ...NONE, concurrency: 2 }, T + 1_000);
    expect(slots(limits, T + 1_000)).toBe(2);
    limits.hear({ ...NONE, concurrency: 4 }, T + 120_999);
    expect(slots(limits, T + 120_999)).toBe(2);
    limits.hear({ ...NONE, concurrency: 4 }, T + 121_000);
    expect(slots(limits, T + 121_000)).toBe(4);
  });

  test("a rule that nobody names for two minutes holds no more", () => {
    const limits = limitsOf({ concurrency: 4 });
    limits.hear(null, T + 1_000);
    expect(slots(limits, T + 119_999)).toBe(4);
    expect(slots(limits, T + 120_000)).toBeNull();
    expect(limits.governedMs(T + 120_000)).toBe(0);
  });
});
