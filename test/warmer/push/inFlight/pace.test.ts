import { describe, expect, test } from "vitest";
import { Pace } from "../../../../warmer/push/inFlight/pace.ts";
import { seeded } from "../../../support/warmer.ts";

const OPTIONS = { connections: 64, batch: 20, maxAgeMs: 50, deadlineMs: 800 } as const;
/** What a push needs to arrive, at a limit of 50 ms. */
const ARRIVES = 3;

/** Answers a push that was alone or not. */
function answer(pace: Pace, tookMs: number, alone: boolean, unanswered: number, now: number, lagMs = 0): void {
  pace.answered(tookMs, lagMs, alone, unanswered, now);
}

describe("how long a push takes now", () => {
  test("alone: what it needs to arrive, whatever was measured", () => {
    const pace = new Pace(OPTIONS);
    expect(pace.takesMs(0, 0)).toBe(ARRIVES);
    answer(pace, 1, true, 0, 10);
    for (let n = 0; n < 8; n++) answer(pace, 41, false, 0, 50);
    // As much as the way takes may be jitter.
    expect([pace.takesMs(0, 50), pace.takesMs(1, 50)]).toEqual([ARRIVES, ARRIVES + 40 - 1]);
  });
  test("a distant edge is no queue: a push that is alone shows what the way takes", () => {
    const pace = new Pace(OPTIONS);
    answer(pace, 120, true, 0, 120);
    for (let n = 0; n < 8; n++) answer(pace, 240, false, 3, 240);
    expect(pace.takesMs(3, 240)).toBe(ARRIVES);
    for (let n = 0; n < 8; n++) answer(pace, 241, false, 3, 240);
    expect(pace.takesMs(3, 240)).toBe(ARRIVES + 1);
  });
  test("a longer way counts when two pushes that were alone show it, a shorter one at once", () => {
    const pace = new Pace(OPTIONS);
    answer(pace, 1, true, 0, 0);
    answer(pace, 201, true, 0, 300);
    for (let n = 0; n < 8; n++) answer(pace, 201, false, 1, 500);
    expect(pace.takesMs(1, 500)).toBe(ARRIVES + 200 - 1);
    answer(pace, 201, true, 0, 800);
    for (let n = 0; n < 8; n++) answer(pace, 201, false, 1, 1_000);
    expect(pace.takesMs(1, 1_000)).toBe(ARRIVES);
    answer(pace, 1, false, 1, 1_100);
    for (let n = 0; n < 8; n++) answer(pace, 41, false, 1, 1_200);
    expect(pace.takesMs(1, 1_200)).toBe(ARRIVES + 40 - 1);
  });
  test("two late responses are a pause, three of eight are a queue", () => {
    const pace = new Pace(OPTIONS);
    for (let n = 0; n < 8; n++) answer(pace, 1, true, 1, n);
    answer(pace, 30, false, 1, 10);
    answer(pace, 30, false, 1, 10);
    expect(pace.takesMs(1, 10)).toBe(ARRIVES);
    answer(pace, 30, false, 1, 10);
    expect(pace.takesMs(1, 10)).toBe(ARRIVES + 29 - 1);
  });
  test("silence counts before any response shows it, if two or more wait", () => {
    const pace = new Pace(OPTIONS);
    answer(pace, 1, true, 0, 0);
    pace.sent(0, 100);
    pace.sent(1, 100);
    // As much as the way takes may be jitter.
    expect([pace.takesMs(2, 102), pace.takesMs(2, 132), pace.takesMs(1, 132)]).toEqual([
      ARRIVES,
      ARRIVES + 30,
      ARRIVES,
    ]);
    // Idle time is no silence.
    pace.sent(0, 9_000);
    expect(pace.takesMs(2, 9_001)).toBe(ARRIVES);
  });
  test("what the response may have waited for us does not count", () => {
    const pace = new Pace(OPTIONS);
    answer(pace, 1, true, 0, 0);
    for (let n = 0; n < 8; n++) answer(pace, 9, false, 1, 10, 8);
    expect(pace.takesMs(1, 10)).toBe(ARRIVES);
    for (let n = 0; n < 8; n++) answer(pace, 9, false, 1, 20, 5);
    expect(pace.takesMs(1, 20)).toBe(ARRIVES + 3 - 1);
  });
});

describe("what a hint must have left", () => {
  test("up to 64 waiting hints: what a push takes", () => {
    expect(new Pace(OPTIONS).marginMs(0, 64, 0)).toBe(ARRIVES);
  });
  test("more: only young hints are pushed, so that the edge may become slower", () => {
    const pace = new Pace(OPTIONS);
    expect(pace.marginMs(0, 65, 0)).toBe(ARRIVES + 40);
    answer(pace, 0, true, 1, 0);
    for (let n = 0; n < 8; n++) answer(pace, 20, false, 1, 10);
    expect(pace.marginMs(1, 65, 10)).toBe(45);
    for (let n = 0; n < 8; n++) answer(pace, 48, false, 1, 10);
    expect(pace.marginMs(1, 65, 10)).toBe(ARRIVES + 48);
  });
});

/** A queue of so many ms for a while: a response each 40 ms, with the whole window in use. */
function queueFor(pace: Pace, tookMs: number, from: number, to: number): void {
  for (let now = from; now < to; now += 40) answer(pace, tookMs, false, pace.window - 1, now);
}

describe("requests in flight", () => {
  test("start at the most, shrink once per round trip while pushes queue, and never below one", () => {
    const pace = new Pace(OPTIONS);
    expect(pace.window).toBe(64);
    answer(pace, 1, true, 63, 0);
    for (let n = 0; n < 7; n++) answer(pace, 1, false, 63, 10);
    // The queue is known when three of the last eight took so long.
    for (let n = 0; n < 2; n++) answer(pace, 30, false, 63, 30);
    expect(pace.window).toBe(64);
    answer(pace, 30, false, 63, 31);
    answer(pace, 30, false, 63, 32);
    expect(pace.window).toBe(38);
    queueFor(pace, 30, 100, 10_000);
    expect(pace.window).toBe(1);
    expect([pace.allows(0, 0), pace.allows(1, 0)]).toEqual([true, false]);
  });
  test("a queue of exactly the limit is allowed: 1 ms, and twice what the way takes", () => {
    for (const [base, limit] of [
      [0, 1],
      [60, 121],
    ] as const) {
      const [at, above] = [new Pace(OPTIONS), new Pace(OPTIONS)];
      for (const pace of [at, above]) answer(pace, base, true, 63, 0);
      queueFor(at, base + limit, 100, 5_000);
      queueFor(above, base + limit + 0.1, 100, 5_000);
      expect([at.window, above.window < 64]).toEqual([64, true]);
    }
  });
  test("pauses of either side are no queue: two slow responses in eight", () => {
    const pace = new Pace(OPTIONS);
    answer(pace, 1, true, 63, 0);
    for (let n = 1; n < 800; n++) answer(pace, n % 8 < 2 ? 40 : 1, false, 63, n * 50);
    expect(pace.window).toBe(64);
  });
  test("grow again while there is no queue and the window is used, up to the most", () => {
    const pace = new Pace(OPTIONS);
    answer(pace, 1, true, 0, 0);
    queueFor(pace, 30, 100, 10_000);
    for (let now = 10_000; now < 20_000; now += 1) answer(pace, 1, false, pace.window - 1, now);
    expect(pace.window).toBe(64);
  });
  test("do not grow while fewer are used", () => {
    const pace = new Pace(OPTIONS);
    answer(pace, 1, true, 63, 0);
    queueFor(pace, 30, 100, 1_000);
    const { window } = pace;
    for (let now = 1_000; now < 2_000; now += 1) answer(pace, 1, false, 0, now);
    expect(pace.window).toBeLessThanOrEqual(Math.max(3, window));
  });
  test("a lost request shrinks them", () => {
    const pace = new Pace(OPTIONS);
    pace.lost(0);
    expect(pace.window).toBe(38);
  });
});

/** An edge that makes one push after the other, `msPerPush` each, in steps of 0.1 ms, with hints for twice as much. */
function simulate(msAt: (now: number) => number, answerAfter: (now: number) => number, ms: number) {
  const pace = new Pace(OPTIONS);
  const waiting: { sentAt: number; doneAt: number; alone: boolean }[] = [];
  let [busyUntil, sent, late, made, most] = [0, 0, 0, 0, 0];
  for (let tick = 0; tick < ms * 10; tick++) {
    const now = tick / 10;
    for (let at = 0; at < waiting.length; ) {
      const push = waiting[at];
      if (push === undefined || push.doneAt > now) at++;
      else {
        waiting.splice(at, 1);
        made++;
        pace.answered(now - push.sentAt, 0, push.alone, waiting.length, now);
      }
    }
    // A fresh hint is always there; its age is up to 10 ms.
    while (pace.allows(waiting.length, 0) && 10 + pace.takesMs(waiting.length, now) <= 50) {
      const begins = Math.max(now, busyUntil);
      busyUntil = begins + msAt(begins);
      if (begins - now + 10 > 50) late++;
      pace.sent(waiting.length, now);
      waiting.push({ sentAt: now, doneAt: busyUntil + answerAfter(now), alone: waiting.length === 0 });
      sent++;
      most = Math.max(most, waiting.length);
      if (sent > 1e6) throw new Error("no limit");
    }
  }
  return { made, late, most, window: pace.window };
}

describe("an edge in simulation, always twice as many hints as it takes", () => {
  test("steady, 0.3 ms a push: nothing late after the first moment, and it is never idle", () => {
    const { made, late, most } = simulate(
      () => 0.3,
      () => 0.2,
      4_000,
    );
    expect(made).toBeGreaterThan((4_000 / 0.3) * 0.9);
    expect([late, most]).toEqual([0, 64]);
  });
  test("ten times slower for a second: nothing late, and what it can make in that second is made", () => {
    const slow = (now: number): boolean => now >= 1_000 && now < 2_000;
    const { made, late } = simulate(
      (now) => (slow(now) ? 3 : 0.3),
      () => 0.2,
      3_000,
    );
    expect(late).toBe(0);
    expect(made).toBeGreaterThan((2_000 / 0.3 + 1_000 / 3) * 0.8);
  });
  test("it answers after 200 ms from now on: after one silence it is a distant edge, with all requests in flight", () => {
    const { made, late, window } = simulate(
      () => 0.3,
      (now) => (now < 1_000 ? 0.2 : 200),
      6_000,
    );
    expect(late).toBe(0);
    expect(window).toBe(64);
    expect(made).toBeGreaterThan((1_000 / 0.3 + 64 * 5 * 5) * 0.7);
  });
  test("a distant edge whose answers vary, 60 ms and 30 ms more on average: all requests stay in flight", () => {
    const random = seeded(5);
    const { made, window } = simulate(
      () => 0,
      () => 60 - 30 * Math.log(1 - random()),
      6_000,
    );
    expect(window).toBeGreaterThan(48);
    expect(made).toBeGreaterThan(((64 * 6_000) / 90) * 0.8);
  });
});

describe("hints that the edge has accepted and not finished", () => {
  const finished = (pace: Pace, now: number, made: number, expired = 0): void =>
    pace.finished({ made, expired, all: made + expired }, now);
  test("are limited once some expire, to what the edge makes before its deadline", () => {
    const pace = new Pace(OPTIONS);
    expect(pace.unfinishedLimit).toBe(64 * 20);
    for (let now = 1; now <= 10_001; now += 100) {
      finished(pace, now, 20);
      pace.tick(now);
    }
    expect(pace.madePerSecond).toBeGreaterThan(180);
    expect(pace.madePerSecond).toBeLessThan(220);
    for (let now = 10_100; now < 20_000; now += 300) finished(pace, now, 0, 5);
    // A deadline of 0.8 s: about 160 pictures; less if they still expire.
    expect(pace.unfinishedLimit).toBeLessThan(200);
    expect(pace.unfinishedLimit).toBeGreaterThanOrEqual(20);
    expect(pace.allows(0, pace.unfinishedLimit)).toBe(false);
    expect(pace.allows(0, pace.unfinishedLimit - 1)).toBe(true);
    expect(pace.allows(0, 0)).toBe(true);
  });
  test("expired ones count once in a quarter of the deadline", () => {
    const pace = new Pace(OPTIONS);
    for (let now = 1_000; now < 1_200; now++) finished(pace, now, 0, 1);
    expect(pace.unfinishedLimit).toBe(896);
    finished(pace, 1_200, 0, 1);
    expect(pace.unfinishedLimit).toBe(627);
  });
  test("grow again when nothing expires, up to the most", () => {
    const pace = new Pace(OPTIONS);
    for (let now = 1_000; now < 9_000; now += 300) finished(pace, now, 0, 1);
    for (let now = 9_000; now < 20_000; now++) finished(pace, now, 20);
    expect(pace.unfinishedLimit).toBe(64 * 20);
  });
});
