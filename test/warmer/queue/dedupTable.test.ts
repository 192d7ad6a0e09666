import { describe, expect, test } from "vitest";
import { DedupTable } from "../../../warmer/queue/dedupTable.ts";
import { seeded } from "../../support/warmer.ts";

const WINDOW = 30_000;

/** 64 random bits as two halves of a key. */
function keyMaker(seed: number): () => readonly [number, number] {
  const random = seeded(seed);
  return () => [(random() * 2 ** 32) | 0, (random() * 2 ** 32) | 0];
}

describe("DedupTable", () => {
  test("a key is present until its window ends, to the millisecond", () => {
    const keys = new DedupTable(1000, WINDOW, 5_000);
    expect(keys.has(1, 2, 5_000)).toBe(false);
    expect(keys.insert(1, 2, 5_000)).toBe(true);
    expect(keys.has(1, 2, 5_000)).toBe(true);
    expect(keys.has(1, 2, 5_000 + WINDOW - 1)).toBe(true);
    expect(keys.has(1, 2, 5_000 + WINDOW)).toBe(false);
  });
  test("inserting a present key changes nothing; inserting an expired key starts a new window", () => {
    const keys = new DedupTable(1000, WINDOW, 0);
    keys.insert(1, 2, 0);
    expect(keys.insert(1, 2, WINDOW - 1)).toBe(false);
    expect(keys.has(1, 2, WINDOW)).toBe(false);
    expect(keys.insert(1, 2, WINDOW)).toBe(true);
    expect(keys.has(1, 2, 2 * WINDOW - 1)).toBe(true);
  });
  test("both halves of the key count", () => {
    const keys = new DedupTable(1000, WINDOW, 0);
    keys.insert(1, 2, 0);
    expect([keys.has(1, 3, 0), keys.has(3, 2, 0), keys.has(2, 1, 0), keys.has(0, 0, 0)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
  test("a removed key is absent and can be inserted again", () => {
    const keys = new DedupTable(1000, WINDOW, 0);
    keys.insert(1, 2, 0);
    keys.remove(1, 2);
    keys.remove(9, 9);
    expect(keys.has(1, 2, 0)).toBe(false);
    expect(keys.insert(1, 2, 0)).toBe(true);
  });
  test("a window of 0 keeps nothing", () => {
    const keys = new DedupTable(1000, 0, 0);
    expect(keys.insert(1, 2, 7)).toBe(true);
    expect(keys.has(1, 2, 7)).toBe(false);
  });
  test("the key of all zero bits is a normal key", () => {
    const keys = new DedupTable(1000, WINDOW, 0);
    expect(keys.insert(0, 0, 0)).toBe(true);
    expect(keys.has(0, 0, 1)).toBe(true);
  });

  test("a million keys are all present in at most 32 MB, and no other key is", () => {
    const keys = new DedupTable(1_000_000, WINDOW, 0);
    expect(keys.byteLength).toBeLessThanOrEqual(32e6);
    const make = keyMaker(1);
    for (let n = 0; n < 1_000_000; n++) keys.insert(...make(), n >> 10);
    const again = keyMaker(1);
    let missing = 0;
    for (let n = 0; n < 1_000_000; n++) if (!keys.has(...again(), 1_000)) missing++;
    const others = keyMaker(2);
    let falsely = 0;
    for (let n = 0; n < 1_000_000; n++) if (keys.has(...others(), 1_000)) falsely++;
    expect(missing).toBe(keys.evicted);
    expect(keys.evicted).toBeLessThan(100);
    expect(falsely).toBe(0);
  });

  test("above capacity, the oldest of the searched keys are evicted and counted; the newest stay", () => {
    const keys = new DedupTable(1000, WINDOW, 0);
    const make = keyMaker(3);
    const made = Array.from({ length: 20_000 }, make);
    for (const [n, [keyLow, keyHigh]] of made.entries()) keys.insert(keyLow, keyHigh, n);
    const kept = made.filter(([keyLow, keyHigh]) => keys.has(keyLow, keyHigh, 20_000)).length;
    expect(kept + keys.evicted).toBe(20_000);
    expect(kept).toBeGreaterThanOrEqual(1_000);
    const newest = made.slice(-500).filter(([keyLow, keyHigh]) => keys.has(keyLow, keyHigh, 20_000)).length;
    expect(newest).toBe(500);
  });

  test("agrees with a Map in a random run of a month, across epoch changes", () => {
    const random = seeded(11);
    const keys = new DedupTable(4_000, WINDOW, 0);
    const model = new Map<number, number>();
    let now = 0;
    for (let n = 0; n < 200_000; n++) {
      // Mostly steps of ms, sometimes of hours: the 31 bits of an expiry last 12 days.
      now += random() < 0.002 ? Math.floor(random() * 1.3e7) : Math.floor(random() * 100);
      const id = Math.floor(random() * 300);
      const [keyLow, keyHigh] = [Math.imul(id + 1, 0x9e3779b1), Math.imul(id + 7, 0x85ebca6b)];
      const alive = (model.get(id) ?? 0) > now;
      const what = random();
      if (what < 0.4) {
        if (keys.insert(keyLow, keyHigh, now) === alive) expect.fail(`insert ${id} at ${now}`);
        if (!alive) model.set(id, now + WINDOW);
      } else if (what < 0.5) {
        keys.remove(keyLow, keyHigh);
        model.delete(id);
      } else if (keys.has(keyLow, keyHigh, now) !== alive) expect.fail(`has ${id} at ${now}`);
    }
    expect(now).toBeGreaterThan(2 * 2 ** 30);
    expect(keys.evicted).toBe(0);
  });
});
