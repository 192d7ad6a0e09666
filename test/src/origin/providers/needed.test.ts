import { describe, expect, test } from "vitest";
import { computeGeometry } from "../../../../src/image/geometry/computeGeometry.ts";
import { covers, isCentredSquare, neededSize, sizeWithin } from "../../../../src/origin/providers/needed.ts";
import { COMPASS, RESIZE_TYPES, ROTATIONS, type Transform } from "../../../../src/request/transform.ts";
import { PLAIN } from "../../../support/transform.ts";

/** mulberry32: the same numbers on every run. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const swapped = ({ width, height }: { width: number; height: number }) => ({ width: height, height: width });

describe("neededSize", () => {
  test("a picture of that size has a pixel for each one of the result, and hardly more", () => {
    const next = random(4);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    const share = () => (next() < 0.5 ? 0 : 0.2 + 0.7 * next());
    for (let round = 0; round < 3_000; round++) {
      const side = () => (next() < 0.3 ? 0 : 40 + Math.floor(next() * 900));
      const [width, height] = [side(), side()];
      if (width === 0 && height === 0) continue;
      const transform: Transform = {
        ...PLAIN,
        ...{ resize: pick(RESIZE_TYPES), width, height, dpr: pick([0.5, 1, 1.5, 2, 3]), rotate: pick(ROTATIONS) },
        gravity: { kind: "compass", at: pick(COMPASS), x: 0, y: 0 },
        crop: next() < 0.7 ? null : { width: share(), height: share(), gravity: null },
      };
      // Its box depends on the size of the picture: rows below.
      if (transform.resize === "fit-down") continue;
      // `force` with one side keeps the other side of the source, whatever that is.
      if (transform.resize === "force" && (width === 0 || height === 0)) continue;
      const shape = { width: 1 + Math.floor(next() * 3_000), height: 1 + Math.floor(next() * 3_000) };
      const ratio = shape.width / shape.height;
      if (ratio > 8 || ratio < 1 / 8) continue;
      const needed = neededSize(transform, null, shape);
      const swaps = transform.rotate === 90 || transform.rotate === 270;
      const made = computeGeometry(swaps ? swapped(needed) : needed, { ...transform, enlarge: true });
      const perX = made.window.width / made.width;
      const perY = made.window.height / made.height;
      const tolerance = 1 + 2.5 / Math.min(made.width, made.height);
      expect(Math.min(perX, perY) * tolerance, JSON.stringify({ transform, shape, needed, made })).toBeGreaterThan(1);
      expect(Math.max(perX, perY) / tolerance, JSON.stringify({ transform, shape, needed, made })).toBeLessThan(1);
    }
  });
  test.each([
    ["what is not known limits nothing", { width: 9_000 }, null, { width: 9_000, height: 6_000 }],
    ["nothing is enlarged", { width: 9_000 }, { width: 3_000, height: 2_000 }, { width: 3_000, height: 2_000 }],
    [
      "unless that was asked for",
      { width: 9_000, enlarge: true },
      { width: 3_000, height: 2_000 },
      { width: 9_000, height: 6_000 },
    ],
    ["the whole picture in its own size", {}, { width: 3_000, height: 2_000 }, { width: 3_000, height: 2_000 }],
    [
      "fit-down: the picture must cover the box",
      { resize: "fit-down", width: 300, height: 300 },
      null,
      { width: 450, height: 300 },
    ],
    [
      "fit-down of an original that is smaller than the box: all of it",
      { resize: "fit-down", width: 300, height: 300 },
      { width: 240, height: 160 },
      { width: 240, height: 160 },
    ],
    ["a square of the middle", { resize: "fill", width: 200, height: 200 }, null, { width: 300, height: 200 }],
    [
      "force has a scale for each side",
      { resize: "force", width: 100, height: 400 },
      null,
      { width: 100, height: 400 },
    ],
  ] as const)("%s", (_, wish, original, expected) => {
    expect(neededSize({ ...PLAIN, ...wish }, original, { width: 3, height: 2 })).toEqual(expected);
  });
});

test.each([
  ["width", { width: 3, height: 2 }, { width: 600, height: 400 }],
  ["height", { width: 3, height: 2 }, { width: 900, height: 600 }],
  ["longer", { width: 3, height: 2 }, { width: 600, height: 400 }],
  ["longer", { width: 2, height: 3 }, { width: 400, height: 600 }],
  ["width", { width: 100_000, height: 1 }, { width: 600, height: 1 }],
] as const)("sizeWithin: %s of 600 for %o", (measure, shape, expected) => {
  expect(sizeWithin({ measure, pixels: 600, exact: true }, shape)).toEqual(expected);
});

test.each([
  ["exactly", 640, 427, 1, true],
  ["one pixel less is rounding", 639, 426, 1, true],
  ["two pixels less", 638, 427, 1, false],
  ["the other side", 640, 425, 1, false],
  ["1.9 times", 1216, 812, 1.9, true],
  ["less than 1.9 times", 1214, 812, 1.9, false],
])("covers: %s", (_, width, height, factor, expected) => {
  expect(covers({ width, height }, { width: 640, height: 427 }, factor)).toBe(expected);
});

test.each([
  ["a square fill", {}, true],
  ["fill-down", { resize: "fill-down" }, true],
  ["fit", { resize: "fit" }, false],
  ["auto: the shape decides", { resize: "auto" }, false],
  ["no square", { height: 99 }, false],
  ["one side", { height: 0 }, false],
  ["no side", { width: 0, height: 0 }, false],
  ["at the top", { gravity: { kind: "compass", at: "no", x: 0, y: 0 } }, false],
  ["an offset", { gravity: { kind: "compass", at: "ce", x: 1, y: 0 } }, false],
  ["a point in the middle", { gravity: { kind: "focus", x: 0.5, y: 0.5 } }, true],
  ["a point elsewhere", { gravity: { kind: "focus", x: 0.5, y: 0.51 } }, false],
  ["a crop first", { crop: { width: 0.5, height: 0, gravity: null } }, false],
  ["turned", { rotate: 90 }, false],
] as const)("isCentredSquare: %s", (_, wish, expected) => {
  expect(isCentredSquare({ ...PLAIN, resize: "fill", width: 100, height: 100, ...wish })).toBe(expected);
});
