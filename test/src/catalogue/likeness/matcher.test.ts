import { describe, expect, test } from "vitest";
import { createMatcher, hashPart, MOST_PDQ } from "../../../../src/catalogue/likeness/matcher.ts";
import { cheapestTables, keyBits, MOST_DHASH, tablesOf } from "../../../../src/catalogue/likeness/tables.ts";
import module from "../../../../src/catalogue/likeness/wasm/match.wasm";
import { choices } from "../../../support/seeded.ts";

const matcher = createMatcher(module);

/** Families of hashes: each a copy of its parent with some bits of both hashes flipped. */
type Hashes = { readonly dhash: Uint8Array; readonly pdq: Uint8Array };

function family(count: number, seed: number): Hashes {
  const { below } = choices(seed);
  const [dhash, pdq] = [new Uint8Array(8 * count), new Uint8Array(32 * count)];
  for (let i = 0; i < count; i++) {
    const parent = i < 20 ? null : below(i);
    for (const [hash, size, most] of [
      [dhash, 8, 8],
      [pdq, 32, 34],
    ] as const) {
      if (parent === null) for (let k = 0; k < size; k++) hash[i * size + k] = below(256);
      else {
        hash.copyWithin(i * size, parent * size, (parent + 1) * size);
        for (let flips = below(most + 2); flips > 0; flips--) {
          const bit = below(8 * size);
          const at = i * size + (bit >> 3);
          hash[at] = (hash[at] ?? 0) ^ (1 << (bit & 7));
        }
      }
    }
  }
  return { dhash, pdq };
}

const BITS = Uint8Array.from({ length: 256 }, (_, byte) => [...byte.toString(2)].filter((bit) => bit === "1").length);

function distance(a: Uint8Array, i: number, b: Uint8Array, j: number, size: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += BITS[(a[i * size + k] ?? 0) ^ (b[j * size + k] ?? 0)] ?? 0;
  return sum;
}

function plain(a: Hashes, b: Hashes | null, most = { dhash: MOST_DHASH, pdq: MOST_PDQ }): readonly string[] {
  const [n, m] = [a.dhash.length / 8, (b ?? a).dhash.length / 8];
  const found: string[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = b === null ? i + 1 : 0; j < m; j++) {
      const d = distance(a.dhash, i, (b ?? a).dhash, j, 8);
      const p = distance(a.pdq, i, (b ?? a).pdq, j, 32);
      if (d <= most.dhash && p <= most.pdq) found.push(`${i} ${j} ${d} ${p}`);
    }
  }
  return found.sort();
}

const partOf = ({ dhash, pdq }: Hashes) => hashPart(dhash, pdq);

function matched(a: Hashes, b: Hashes | null, spare?: number): readonly string[] {
  const found: string[] = [];
  for (const batch of matcher.pairs(
    partOf(a),
    b === null ? null : partOf(b),
    spare === undefined ? undefined : tablesOf(spare),
  )) {
    for (let at = 0; at < batch.length; at += 3) {
      const [i = 0, j = 0, distances = 0] = batch.subarray(at, at + 3);
      const [low, high] = b === null && i > j ? [j, i] : [i, j];
      found.push(`${low} ${high} ${distances >> 16} ${distances & 0xffff}`);
    }
  }
  return found.sort();
}

describe("the same pairs as by comparing all, each once", () => {
  const [a, b] = [family(151, 1), family(110, 1)];
  const within = plain(a, null);
  const across = plain(a, b);
  // 165 tables of 262 144 keys take a second, however few the hashes.
  test.each(process.env.FIRSTLIGHT_LONG === "1" ? [0, 1, 2, 3] : [0, 1, 2])("keyed by %i blocks", (spare) => {
    expect(within.length).toBeGreaterThan(100);
    expect(matched(a, null, spare)).toEqual(within);
    expect(across.length).toBeGreaterThan(100);
    expect(matched(a, b, spare)).toEqual(across);
  });
  test("with the tables that are cheapest", () => expect(matched(a, b)).toEqual(across));
  test("a whole scan within other distances", () => {
    const most = { dhash: 14, pdq: 256 };
    const found: string[] = [];
    for (const batch of matcher.pairs(partOf(a), partOf(b), tablesOf(0), most)) {
      for (let at = 0; at < batch.length; at += 3) {
        const [i = 0, j = 0, distances = 0] = batch.subarray(at, at + 3);
        found.push(`${i} ${j} ${distances >> 16} ${distances & 0xffff}`);
      }
    }
    expect(found.sort()).toEqual(plain(a, b, most));
    expect(found.length).toBeGreaterThan(across.length);
  });
  test("of empty parts", () => {
    const none = { dhash: new Uint8Array(0), pdq: new Uint8Array(0) };
    expect([matched(none, null), matched(a, none), matched(none, a)]).toEqual([[], [], []]);
  });
});

test("more pairs than one batch holds come whole", () => {
  const count = 500;
  const same = hashPart(new Uint8Array(8 * count).fill(7), new Uint8Array(32 * count).fill(9));
  const seen = new Set<number>();
  for (const batch of matcher.pairs(same, null, tablesOf(2))) {
    for (let at = 0; at < batch.length; at += 3) seen.add((batch[at] ?? 0) * count + (batch[at + 1] ?? 0));
  }
  expect(seen.size).toBe((count * (count - 1)) / 2);
});

describe("tables", () => {
  test.each([0, 1, 2, 3])("%i blocks: they cover 64 bits, and every choice is there", (spare) => {
    const { blocks, masks } = tablesOf(spare);
    expect(blocks.reduce((sum, { width }) => sum + width, 0)).toBe(64);
    expect(masks).toHaveLength([1, 9, 45, 165][spare] ?? 0);
    expect(Math.max(...masks.map((mask) => keyBits(tablesOf(spare), mask)))).toBeLessThanOrEqual(18);
  });
  test("few hashes are compared one by one, many by tables", () => {
    expect(cheapestTables(100, 100, true).masks).toHaveLength(1);
    expect(cheapestTables(500_000, 500_000, false).masks.length).toBeGreaterThanOrEqual(45);
  });
});
