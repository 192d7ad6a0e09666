import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createPopulation } from "../../../bench/likeness/population.ts";
import { mulberry } from "../../../bench/likeness/random.ts";
import { findLikeness } from "../../../src/cli/catalogue/likeness/findLikeness.ts";

const folder = mkdtempSync(join(tmpdir(), "firstlight-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("planted copies (a small twin of the bench)", () => {
  test("are found, and nothing else is", async () => {
    const changes = [
      [0, 2],
      [2, 10],
      [4, 20],
    ] as const;
    const { files, originals, largest, leftOut } = createPopulation(folder, 4_000, 400, changes, mulberry(3));
    expect(leftOut).toBeGreaterThan(20);
    const { uniqueOf, stars } = await findLikeness(files, { threads: 1, k: 5, scratch: folder });
    const clusterOf = (picture: number) => stars.representatives[uniqueOf[picture] ?? 0] ?? 0;
    const families = new Map<number, Set<number>>();
    const sizes = new Map<number, number>();
    for (const [picture, original] of originals.entries()) {
      const cluster = clusterOf(picture);
      families.set(cluster, (families.get(cluster) ?? new Set()).add(original));
      sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
      expect(cluster).toBe(clusterOf(original));
    }
    expect(Math.max(...[...families.values()].map((members) => members.size))).toBe(1);
    expect(Math.max(...sizes.values())).toBe(largest);
  });
});
