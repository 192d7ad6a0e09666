import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { PART_PICTURES } from "../../../../../src/catalogue/likeness/matcher.ts";
import { createPairFiles } from "../../../../../src/cli/catalogue/likeness/pairFiles.ts";
import { choices } from "../../../../support/seeded.ts";

const folder = mkdtempSync(join(tmpdir(), "firstlight-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Pictures of three parts. */
const COUNT = 2 * PART_PICTURES + 10;

function drawn(count: number) {
  const { below } = choices(5);
  // Every second pair is of one family, and some cross parts.
  const picture = () => (below(2) === 0 ? below(40) : below(COUNT));
  return Array.from({ length: count }, (_, i) => [picture(), picture(), i] as const);
}

describe("pairs on disk", () => {
  test.each([
    ["one range a part", 1_000_000],
    ["many ranges", 500],
    ["ranges that single pictures fill", 20],
  ])("%s: each pair in both directions, in the order of the ranges", (_, most) => {
    const pairs = drawn(3_000);
    const files = createPairFiles(folder, COUNT, most);
    files.add(Uint32Array.from(pairs.slice(0, 1_000).flat()));
    files.add(Uint32Array.from(pairs.slice(1_000).flat()));
    expect(files.pairs).toBe(3_000);
    const found: string[] = [];
    let next = 0;
    for (const part of [0, 1, 2]) {
      for (const { first, end, pairs: words } of files.ranges(part)) {
        expect(first).toBe(next);
        next = end;
        const pictures = new Set<number>();
        for (let at = 0; at < words.length; at += 3) {
          const [a = -1, b = -1, distances = -1] = words.subarray(at, at + 3);
          expect(a >= first && a < end).toBe(true);
          pictures.add(a);
          found.push(`${a} ${b} ${distances}`);
        }
        expect(words.length / 3 <= most || pictures.size === 1).toBe(true);
      }
    }
    expect(next).toBe(COUNT);
    expect(found.sort()).toEqual(pairs.flatMap(([a, b, d]) => [`${a} ${b} ${d}`, `${b} ${a} ${d}`]).sort());
    expect(readdirSync(folder)).toEqual([]);
  });
});
