/** How fast a source must be, alone and while others wait: both sides of each limit, on a made-up clock. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Failure } from "../../../src/errors.ts";
import { Deadline } from "../../../src/origin/deadline.ts";
import { PACE, Pace } from "../../../src/origin/pace.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function world(contention: { slot?: boolean; memory?: boolean } = {}) {
  const deadline = new Deadline(60_000, Date.now);
  const ticks = { count: 0, over: false };
  const now = { slot: false, memory: false, ...contention };
  const pace = new Pace(
    deadline,
    () => now,
    () => ++ticks.count > 0 && !ticks.over,
  );
  const ended = () => (deadline.signal.aborted ? (deadline.why as Failure).facts : null);
  return { deadline, pace, ended, ticks, now };
}

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("the first byte", () => {
  test.each([
    ["nobody waits", {}, null],
    ["others wait for memory only", { memory: true }, null],
    ["others wait for a slot", { slot: true }, { limit: 1_000, stage: "to its first byte, and others wait" }],
  ])("after its limit, %s", async (_name, contention, expected) => {
    const { pace, ended } = world(contention);
    pace.awaitFirstByte(1_000);
    await wait(999);
    expect(ended()).toBeNull();
    await wait(1);
    expect([ended(), pace.hurried]).toEqual([expected, expected !== null]);
    pace.stop();
  });

  test("is in time once the headers are there", async () => {
    const { pace, ended } = world({ slot: true });
    pace.awaitFirstByte(1_000);
    await wait(999);
    pace.noteFirstByte();
    await wait(10_000);
    expect(ended()).toBeNull();
  });

  test("late already when others come to wait: it ends at the next tick", async () => {
    const { pace, ended, now } = world();
    pace.awaitFirstByte(1_000);
    await wait(4_000);
    now.slot = true;
    await wait(PACE.tickMs);
    expect(ended()).toMatchObject({ limit: 1_000 });
  });

  test("of an HTTPS twin: only the twin's own deadline ends", async () => {
    const { pace, ended } = world({ slot: true });
    const half = new Deadline(5_000, Date.now);
    pace.awaitFirstByte(1_000, half);
    await wait(1_000);
    expect([half.signal.aborted, ended(), pace.hurried]).toEqual([true, null, false]);
  });
});

describe("the body", () => {
  /** Watches a body that holds `capacity` and brings `bytes` every 250 ms. */
  const watched = async (
    contention: { slot?: boolean; memory?: boolean },
    capacity: number,
    bytes: number,
    ms: number,
  ) => {
    const { pace, ended } = world(contention);
    const body = { size: 0, capacity };
    pace.watch(body);
    for (let at = 0; at < ms && ended() === null; at += PACE.tickMs) {
      body.size += bytes;
      await wait(PACE.tickMs);
    }
    pace.stop();
    return ended();
  };
  const MIB = 1 << 20;

  test.each([
    ["nobody waits: 4 KiB in 5 s are enough", {}, 16 * MIB, 205, null],
    ["less is not", {}, 16 * MIB, 204, { limit: 5_000, stage: "to send 4096 bytes" }],
    ["others wait for a slot: 16 KiB in 2 s", { slot: true }, 16 * MIB, 2_048, null],
    ["less", { slot: true }, 16 * MIB, 2_047, { limit: 2_000, stage: "to send 16384 bytes, and others wait" }],
    ["others wait for memory: an eighth of what is held in each second", { memory: true }, 2 * MIB, MIB / 16, null],
    ["less", { memory: true }, 2 * MIB, MIB / 16 - 1, { limit: 1_000, stage: "to send 262144 bytes, and others wait" }],
    ["1 MiB in a second is always enough", { memory: true }, 32 * MIB, MIB / 4, null],
    [
      "less",
      { memory: true },
      32 * MIB,
      MIB / 4 - 1,
      { limit: 1_000, stage: "to send 1048576 bytes, and others wait" },
    ],
    ["who holds little is left in peace", { memory: true }, PACE.leastHeld - 1, 300, null],
    ["who holds no longer little is not", { memory: true }, PACE.leastHeld, 300, { limit: 1_000 }],
  ])("%s", async (_name, contention, capacity, bytes, expected) => {
    const facts = await watched(contention, capacity, bytes, 8_000);
    if (expected === null) expect(facts).toBeNull();
    else expect(facts).toMatchObject(expected);
  });

  test("a pause is ours: the watch begins anew after it", async () => {
    const { pace, ended, ticks } = world({ memory: true, slot: true });
    pace.watch({ size: 0, capacity: 16 * MIB });
    const pausing = pace.pause(new Promise<void>((wake) => setTimeout(wake, 30_100)));
    await wait(30_100);
    await pausing;
    // The lease of the slot is renewed meanwhile.
    expect([ended(), ticks.count]).toEqual([null, 120]);
    // Four ticks from here, the first of them after 150 ms.
    await wait(899);
    expect(ended()).toBeNull();
    await wait(1);
    expect(ended()).toMatchObject({ limit: 1_000 });
  });
});

test("no timer is left when it is over", () => {
  const { pace, deadline } = world();
  pace.stop();
  deadline.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test("a turn that is over ends the exchange, also while it is paused, and says nothing of the host", async () => {
  const { deadline, pace, ticks } = world();
  const paused = pace.pause(new Promise(() => undefined)).catch(() => undefined);
  await wait(1_000);
  expect(deadline.signal.aborted).toBe(false);
  ticks.over = true;
  await wait(250);
  expect(deadline.why).toMatchObject({ reason: "source_saturated" });
  expect(pace.hurried).toBe(true);
  void paused;
});
