import { describe, expect, test } from "vitest";
import { clusterNamer } from "../../../../src/catalogue/likeness/clusterIds.ts";
import { isComparable } from "../../../../src/catalogue/likeness/comparable.ts";
import { createNearest } from "../../../../src/catalogue/likeness/nearest.ts";
import { compareStanding, type Standing } from "../../../../src/catalogue/likeness/rank.ts";
import { createStars } from "../../../../src/catalogue/likeness/stars.ts";

const starsOf = (count: number, edges: readonly (readonly [number, number])[]) => {
  const stars = createStars(count);
  for (let i = 0; i < count; i++) {
    const later = edges.flatMap(([a, b]) => (a === i && b > i ? [b] : b === i && a > i ? [a] : []));
    stars.add(i, Uint32Array.from(later));
  }
  return [...stars.representatives];
};

describe("star clusters", () => {
  test.each([
    ["alone", 2, [], [0, 1]],
    ["a pair", 2, [[0, 1]], [0, 0]],
    [
      "a chain does not become one cluster",
      4,
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
      [0, 0, 2, 2],
    ],
    [
      "the better representative takes what both could have",
      3,
      [
        [0, 2],
        [1, 2],
      ],
      [0, 1, 0],
    ],
    [
      "a member takes nothing",
      3,
      [
        [0, 1],
        [1, 2],
      ],
      [0, 0, 2],
    ],
  ] as const)("%s", (_, count, edges, wanted) => expect(starsOf(count, edges)).toEqual(wanted));
  test("sizes count members, not the representative", () => {
    const stars = createStars(3);
    stars.add(0, Uint32Array.of(1, 2, 2));
    expect([stars.sizeOf(0), stars.sizeOf(1)]).toEqual([2, 0]);
  });
});

describe("the nearest", () => {
  test("the k best, by dHash, then PDQ, then number, in whatever order they come", () => {
    const all = [
      [9, 8, 0],
      [7, 2, 5],
      [8, 2, 3],
      [6, 2, 3],
      [5, 0, 30],
    ] as const;
    for (const order of [all, [...all].reverse()]) {
      const nearest = createNearest(3);
      for (const [picture, dhash, pdq] of order) nearest.add(picture, (dhash << 16) | pdq);
      expect(nearest.list().map(({ picture }) => picture)).toEqual([5, 6, 8]);
      expect(nearest.list()[0]).toEqual({ picture: 5, dhash: 0, pdq: 30 });
    }
  });
});

describe("who stands for a cluster", () => {
  const base: Standing = { tie: 5, pixels: 100, createdAt: 50, views: 7 };
  test.each([
    ["the larger", { pixels: 101, createdAt: 99, views: 0 }],
    ["of one size the older", { createdAt: 49, views: 0 }],
    ["of one age the more viewed", { views: 8 }],
    ["else what the identifier says", { tie: 4 }],
  ])("%s", (_, better) => {
    expect(compareStanding({ ...base, ...better }, base)).toBeLessThan(0);
    expect(compareStanding(base, { ...base, ...better })).toBeGreaterThan(0);
  });
  test("what is not known stands last", () => {
    expect(compareStanding({ ...base, createdAt: null }, base)).toBeGreaterThan(0);
    expect(compareStanding({ ...base, views: null }, { ...base, views: 0 })).toBeGreaterThan(0);
  });
});

describe("names of clusters", () => {
  const fresh = (id: string) => `c-${id}`;
  test("a new one is named after its representative", () => {
    expect(clusterNamer(() => undefined, fresh)(["a", "b"])).toBe("c-a");
  });
  test("a new representative leaves the name as it was", () => {
    const earlier = new Map([
      ["a", "c-a"],
      ["b", "c-a"],
    ]);
    expect(clusterNamer((id) => earlier.get(id), fresh)(["z", "a", "b"])).toBe("c-a");
  });
  test("of two that came from one, the first keeps the name", () => {
    const earlier = new Map([
      ["a", "c-a"],
      ["b", "c-a"],
      ["c", "c-a"],
    ]);
    const name = clusterNamer((id) => earlier.get(id), fresh);
    expect([name(["b", "c"]), name(["a", "d"])]).toEqual(["c-a", "c-c-a"]);
  });
  test("of two that became one, the larger share decides", () => {
    const earlier = new Map([
      ["a", "c-a"],
      ["b", "c-b"],
      ["c", "c-b"],
    ]);
    expect(clusterNamer((id) => earlier.get(id), fresh)(["a", "b", "c"])).toBe("c-b");
  });
});

describe("what is compared", () => {
  const steps = (count: number) =>
    Uint8Array.from({ length: 8 }, (_, i) => 2 ** Math.max(0, Math.min(8, count - 8 * i)) - 1);
  test.each([
    [50, 17, true],
    [49, 17, false],
    [50, 16, false],
    [100, 64, true],
    [100, 0, false],
  ])("quality %i with %i steps: %s", (quality, count, wanted) =>
    expect(isComparable(quality, steps(count))).toBe(wanted),
  );
});
