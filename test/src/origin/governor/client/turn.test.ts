import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Priority } from "../../../../../src/concurrency/priority.ts";
import { Isolate, localGovernor, rule, Source } from "./isolates.ts";

const TRIP_MS = 20;
const TWO = { concurrency: 2 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function world(limits: Parameters<typeof rule>[0] | null = TWO, tripMs = TRIP_MS) {
  const [port, source] = [localGovernor(tripMs), new Source()];
  const isolate = () => new Isolate(port, limits && rule(limits), source);
  return { port, source, isolate, one: isolate() };
}

/** What becomes of the work, and when. */
function watched(work: Promise<unknown>) {
  const seen: { ms: number | null; value: unknown } = { ms: null, value: undefined };
  const started = Date.now();
  const note = (value: unknown) => Object.assign(seen, { ms: Date.now() - started, value });
  work.then(note, note);
  return seen;
}
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** The isolate has measured the trip. */
async function known(one: Isolate) {
  void one.exchange({ firstByteMs: 0 });
  await wait(1_000);
}

describe("unsaturated", () => {
  test("a lone miss waits for one trip and costs two calls", async () => {
    const { port, one } = world();
    await known(one);
    const before = port.calls.length;
    const seen = watched(one.turn().take(10_000));
    await wait(2 * TRIP_MS);
    expect(seen).toEqual({ ms: 2 * TRIP_MS, value: true });
    expect(port.calls.length - before).toBe(1);
    void one.exchange({ firstByteMs: 100 });
    await wait(2_000);
    expect(port.calls.length - before).toBeLessThanOrEqual(3);
  });

  test("misses that come together go in one call, and each waits for one trip", async () => {
    const { port, one } = world({ concurrency: 8 });
    await known(one);
    const before = port.calls.length;
    const seen = Array.from({ length: 8 }, () => watched(one.turn().take(10_000)));
    await wait(100);
    expect(port.calls.length - before).toBeLessThanOrEqual(2);
    for (const { ms, value } of seen) expect([value, (ms ?? 99) <= 2 * TRIP_MS + 15]).toEqual([true, true]);
  });

  test("a release that a wish follows soon rides with it", async () => {
    const { port, one } = world();
    await known(one);
    const before = port.calls.length;
    for (let i = 0; i < 10; i++) {
      void one.exchange({ firstByteMs: 50 });
      await wait(150);
    }
    await wait(1_000);
    expect(port.calls.length - before).toBe(11);
  });
});

describe("the grant", () => {
  test("an isolate that does not know the trip starts with its first grant where it is alone", async () => {
    const { port, one } = world({ perSecond: 10 }, 100);
    const seen = watched(one.turn().take(10_000));
    await wait(201);
    expect([seen.value, port.calls.length]).toEqual([true, 1]);
  });

  test("that came too late is given back, and another one is asked for", async () => {
    const { port, source, one } = world({ concurrency: 2, perSecond: 1 }, 100);
    const seen = watched(one.turn().take(10_000));
    await wait(201);
    expect(seen.ms).toBeNull();
    await wait(250);
    expect(seen.value).toBe(true);
    expect(port.calls[1]).toMatchObject({ tripMs: 100, releases: [{ answer: { kind: "unused" } }] });
    expect(source.starts).toEqual([]);
  });

  test("is kept for as long as the exchange takes", async () => {
    const { source, one, isolate } = world({ concurrency: 1 });
    void one.exchange({ firstByteMs: 20_000 });
    await wait(100);
    const other = watched(isolate().exchange({ firstByteMs: 0, waitMs: 60_000 }));
    await wait(19_000);
    expect([other.ms, source.most]).toEqual([null, 1]);
    await wait(3_000);
    expect([source.most, source.starts.length]).toEqual([1, 2]);
  });

  test("that nobody waits for any more is given back at once", async () => {
    const { port, one, isolate } = world({ concurrency: 1 });
    await known(one);
    const turn = one.turn();
    const seen = watched(turn.take(TRIP_MS));
    await wait(TRIP_MS);
    expect(seen.value).toMatchObject({ reason: "source_saturated" });
    const other = watched(isolate().turn().take(10_000));
    await wait(3 * TRIP_MS + 50);
    expect(port.calls.flatMap(({ releases }) => releases.map(({ answer }) => answer.kind)).at(-1)).toBe("unused");
    expect(other.value).toBe(true);
  });

  test("that a reader no longer waits for goes to the next reader, without a call; a push does not get it", async () => {
    const { port, one, isolate } = world({ concurrency: 1 });
    await known(one);
    void isolate().exchange({ firstByteMs: 3_000 });
    await wait(100);
    const first = watched(one.turn().take(1_000));
    await wait(1_100);
    expect(first.value).toMatchObject({ reason: "source_saturated" });
    const second = watched(one.turn().take(1_000));
    const asks = () => port.calls.filter(({ wants }) => wants.length > 0).length;
    const before = asks();
    await wait(1_100);
    expect(second.value).toMatchObject({ reason: "source_saturated" });
    const third = watched(one.turn().take(10_000));
    const push = watched(one.turn(new Priority("warm")).take(10_000));
    await wait(100);
    // The governor holds a call for a reader of this isolate. It hears of the push with the next one.
    expect(asks()).toBe(before);
    await wait(2_000);
    expect([third.value, push.ms]).toEqual([true, null]);
  });

  test("asked ahead is there when it is wanted, without another call", async () => {
    const { port, one } = world({ concurrency: 2, perSecond: 10 });
    await known(one);
    const before = port.calls.length;
    const turn = one.turn();
    turn.askAhead();
    // Longer than a start may be late that was asked for right before it.
    await wait(2 * TRIP_MS + 300);
    const seen = watched(turn.take(10_000));
    await wait(1);
    expect([seen, port.calls.length - before]).toEqual([{ ms: 0, value: true }, 1]);
    expect(port.calls.at(-1)?.wants).toMatchObject([{ ahead: true }]);
  });

  test("asked ahead and not wanted is given back unused, and costs no slot and no start", async () => {
    const { port, one, isolate } = world({ concurrency: 1, perSecond: 1 });
    await known(one);
    await wait(2_000);
    const turn = one.turn();
    turn.askAhead();
    await wait(2 * TRIP_MS + 100);
    turn.drop();
    turn.drop();
    const other = watched(isolate().turn().take(10_000));
    await wait(3 * TRIP_MS);
    expect(port.calls.at(-2)).toMatchObject({ wants: [], releases: [{ answer: { kind: "unused" } }] });
    expect(other.value).toBe(true);
  });

  test("asked ahead goes to the others where too many wait for its exchange to wait too", async () => {
    const { one } = world({ concurrency: 1 });
    await known(one);
    const turn = one.turn();
    turn.askAhead();
    await wait(2 * TRIP_MS + 100);
    const others = Array.from({ length: 128 }, () => watched(one.turn().take(10_000)));
    expect(await turn.take(10_000).catch(({ reason }) => reason)).toBe("source_saturated");
    await wait(200);
    expect(others.filter(({ value }) => value === true)).toHaveLength(1);
  });

  test("is asked for ahead for one exchange at a time", async () => {
    const { port, one } = world({ concurrency: 8 });
    await known(one);
    const before = port.calls.length;
    const turns = [one.turn(), one.turn()];
    for (const turn of turns) {
      turn.askAhead();
      await wait(2 * TRIP_MS + 50);
    }
    expect(port.calls.length - before).toBe(1);
    for (const turn of turns) turn.drop();
  });

  test("is not asked for ahead where others wait", async () => {
    const { port, one, isolate } = world({ concurrency: 1 });
    void isolate().exchange({ firstByteMs: 5_000 });
    await wait(100);
    void one.exchange();
    await wait(100);
    const before = port.calls.length;
    const turn = one.turn();
    turn.askAhead();
    await wait(1_000);
    expect(port.calls.length).toBe(before);
    turn.drop();
  });

  test("another request of the exchange is another start, in one call", async () => {
    const { port, one } = world({ concurrency: 1 });
    await known(one);
    const turn = one.turn();
    void turn.take(10_000);
    await wait(100);
    const before = port.calls.length;
    const seen = watched(turn.restart({ kind: "ok" }));
    await wait(2 * TRIP_MS + 20);
    expect(seen.ms).not.toBeNull();
    expect(port.calls.slice(before)).toMatchObject([
      { wants: [{ kind: "user" }], releases: [{ answer: { kind: "ok" } }] },
    ]);
  });

  test("of an isolate that was killed ends by itself", async () => {
    const { source, one, isolate } = world({ concurrency: 1 });
    void one.exchange({ firstByteMs: 60_000 }).catch(() => undefined);
    await wait(500);
    one.kill();
    const other = isolate();
    void other.exchange({ waitMs: 60_000 });
    await wait(10_000);
    expect([other.done, source.starts.length]).toEqual([1, 2]);
  });

  test("reads no further than it may, and asks for more", async () => {
    const { port, source, one } = world({ concurrency: 2, bytesPerSecond: 1_000_000 });
    void one.exchange({ bytes: 8_000_000, bytesPerMs: 100_000 });
    await wait(30_000);
    expect(one.done).toBe(1);
    expect(source.bytesIn(10_000)).toBeLessThanOrEqual(10_000_000);
    expect(port.calls.some(({ renewals }) => renewals.some(({ bytes }) => bytes === 8_000_000))).toBe(true);
  });
});

describe("order", () => {
  test("readers go before pushes, and pushes before jobs; a push that a reader joins is a reader's", async () => {
    const { one } = world({ concurrency: 1 });
    const order: string[] = [];
    const ask = async (name: string, priority: Priority) => {
      const turn = one.turn(priority);
      await turn.take(60_000);
      order.push(name);
      await vi.advanceTimersByTimeAsync(0);
      setTimeout(() => turn.release({ kind: "ok" }), 100);
    };
    const joined = new Priority("warm");
    void ask("first", new Priority("user"));
    await wait(50);
    void ask("job", new Priority("job"));
    void ask("warm", new Priority("warm"));
    void ask("joined", joined);
    void ask("reader", new Priority("user"));
    await wait(20);
    joined.promote();
    await wait(40_000);
    expect(order).toEqual(["first", "joined", "reader", "warm", "job"]);
  });
});

describe("the governor cannot be reached", () => {
  test.each([
    ["fails", "down"],
    ["hangs", "silent"],
  ] as const)("it %s: a reader goes on alone, the next one at once, and it is tried again", async (_, state) => {
    const { port, one } = world();
    await known(one);
    port.state = state;
    const first = watched(one.turn().take(10_000));
    await wait(3_000);
    expect(first.value).toBe(false);
    expect(first.ms).toBeLessThanOrEqual(2_600);
    const second = watched(one.turn().take(10_000));
    await wait(1);
    expect(second).toEqual({ ms: 0, value: false });
    port.state = "up";
    await wait(5_000);
    const third = one.turn();
    void third.take(10_000);
    await wait(1_500);
    const fourth = watched(one.turn().take(10_000));
    await wait(100);
    expect(fourth.value).toBe(true);
  });

  test.each(["warm", "job"] as const)("a %s waits, and is dropped with a reason", async (kind) => {
    const { port, one } = world();
    await known(one);
    port.state = "down";
    const dropped = watched(one.turn(new Priority(kind)).take(10_000));
    await wait(9_900);
    expect(dropped.ms).toBeNull();
    await wait(600);
    expect(dropped.value).toMatchObject({ reason: "governor_unreachable", facts: { retryAfter: 5 } });
    const waits = watched(one.turn(new Priority(kind)).take(10_000));
    await wait(3_000);
    port.state = "up";
    await wait(3_000);
    expect(waits.value).toBe(true);
  });

  test("a restart of a second is waited for", async () => {
    const { port, source, one } = world({ concurrency: 1 });
    await known(one);
    const before = source.starts.length;
    port.state = "down";
    const work = [1, 2, 3].map(() => one.exchange({ firstByteMs: 20 }));
    await wait(1_000);
    port.state = "up";
    await wait(3_000);
    await Promise.all(work);
    expect([source.starts.length - before, source.most]).toEqual([3, 1]);
  });

  test("a call that was held for long when the object started again does not let readers go on without it", async () => {
    const { port, source, one, isolate } = world({ concurrency: 1 });
    const other = isolate();
    await known(one);
    await known(other);
    const long = other.exchange({ firstByteMs: 6_000 });
    await wait(100);
    const waits = [1, 2].map(() => one.exchange({ firstByteMs: 20, waitMs: 20_000 }));
    await wait(4_000);
    port.breakCalls();
    await wait(9_000);
    await Promise.all([long, ...waits]);
    expect(source.most).toBe(1);
  });
});

describe("what a host has told", () => {
  test("a wait that is longer than anybody waits is told at once, with its seconds", async () => {
    const { one } = world({ concurrency: 2, perDay: 1 });
    await known(one);
    const seen = watched(one.turn().take(10_000));
    await wait(100);
    expect(seen.value).toMatchObject({ reason: "source_saturated", detail: "day" });
    expect(Number((seen.value as { facts: { retryAfter: number } }).facts.retryAfter)).toBeGreaterThan(80_000);
  });

  test("a host without a rule costs no call until it has refused, and then Retry-After holds", async () => {
    const { port, one } = world(null);
    const { hosts, governor } = one;
    const context = one.context(new Priority("user"));
    expect(hosts.turn("polite.test", governor, context)).toBeNull();
    const learning = hosts.learn("polite.test", governor, 3, context);
    await wait(1_000);
    expect(port.calls).toMatchObject([
      { rule: null, releases: [{ id: null, answer: { kind: "refused", retryAfter: 3 } }] },
    ]);
    expect(await learning).toBeGreaterThan(Date.now() + 3_000_000);
    const seen = watched(one.turn().take(10_000));
    await wait(2_000);
    expect(seen.ms).toBeNull();
    await wait(2_000);
    expect(seen.value).toBe(true);
  });

  test("another isolate that hears of it asks too", async () => {
    const { one } = world(null);
    const { hosts, governor } = one;
    hosts.absorb("polite.test", Date.now() + 1_000, Date.now());
    expect(hosts.isGoverned("polite.test", governor, Date.now())).toBe(true);
    expect(hosts.isGoverned("polite.test", governor, Date.now() + 1_000)).toBe(false);
    expect(hosts.isGoverned("other.test", governor, Date.now())).toBe(false);
  });

  test("many hosts that refuse cost ten calls a minute", async () => {
    const { port, one } = world(null);
    const { hosts } = one;
    const refuse = (i: number) => {
      const governor = { ...one.governor, name: `${i}.test` };
      return hosts.learn(`${i}.test`, governor, null, one.context(new Priority("user")));
    };
    const learnt = Array.from({ length: 200 }, (_, i) => refuse(i));
    await wait(20_000);
    expect((await Promise.all(learnt)).filter((until) => until > 0)).toHaveLength(10);
    expect(port.calls).toHaveLength(10);
    await wait(40_000);
    void refuse(1_000);
    await wait(1_000);
    expect(port.calls).toHaveLength(11);
  });

  test("a rule without limits is none", () => {
    const { one } = world({});
    expect(one.hosts.turn("polite.test", one.governor, one.context(new Priority("user")))).toBeNull();
  });
});
