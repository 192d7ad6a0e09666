import { describe, expect, test } from "vitest";
import { computeGeometry } from "../../../../src/image/geometry/computeGeometry.ts";
import type { Size } from "../../../../src/image/picture.ts";
import { isSameShape, isWholeOriginal, transformForVariant } from "../../../../src/rendition/variant/fit.ts";
import { RESIZE_TYPES, type Transform } from "../../../../src/request/transform.ts";
import { PLAIN } from "../../../support/transform.ts";

const asked = (over: Partial<Transform>): Transform => ({ ...PLAIN, ...over });
const size = (width: number, height: number): Size => ({ width, height });

/** Mulberry32: numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("transformForVariant", () => {
  const V = size(640, 427);
  const O = size(4000, 2667);
  const fits = (wanted: Partial<Transform>, original: Size | null, variant = V) =>
    transformForVariant(variant, asked(wanted), original) !== null;

  test.each<[string, Partial<Transform>, boolean, boolean]>([
    ["its own width", { width: 640 }, true, true],
    ["a pixel more is a matter of rounding", { width: 641 }, true, true],
    ["two pixels more are not", { width: 642 }, false, false],
    ["a height", { height: 427 }, true, true],
    ["twice the pixels", { width: 400, dpr: 2 }, false, false],
    ["a square that is cut", { width: 427, height: 427, resize: "fill" }, true, true],
    ["a larger square", { width: 430, height: 430, resize: "fill" }, false, false],
    [
      "half of the picture in half of the size",
      { width: 320, crop: { width: 0.5, height: 0, gravity: null } },
      true,
      true,
    ],
    ["half of the picture in more", { width: 330, crop: { width: 0.5, height: 0, gravity: null } }, false, false],
    ["turned: the width is the height", { width: 427, rotate: 90 }, true, true],
    ["turned: a larger width", { width: 430, rotate: 90 }, false, false],
    ["a crop in pixels", { width: 50, crop: { width: 100, height: 0, gravity: null } }, false, false],
    ["not upright", { width: 50, autoRotate: false }, false, false],
    ["the original's own size", {}, false, false],
    ["the rights of the original's file", { width: 50, keepCopyright: "original" }, false, false],
    ["the rights that the bytes carry", { width: 50, keepCopyright: "fetched" }, true, true],
    ["an extended canvas", { width: 600, height: 600, extend: PLAIN.gravity }, true, true],
  ])("%s", (_, wanted, unknown, known) => {
    expect([fits(wanted, null), fits(wanted, O)]).toEqual([unknown, known]);
  });

  test.each<[string, Partial<Transform>, boolean]>([
    ["larger than the original: not enlarged", { width: 4000 }, true],
    ["enlarged", { width: 4000, enlarge: true }, true],
    ["its own size", {}, true],
    ["a crop in pixels all the same not", { width: 50, crop: { width: 100, height: 0, gravity: null } }, false],
  ])("a variant as large as the original: %s", (_, wanted, expected) => {
    expect(fits(wanted, V)).toBe(expected);
    if (expected) expect(transformForVariant(V, asked(wanted), V)).toEqual(asked(wanted));
  });

  test("`auto` of a square whose original is not known", () => {
    expect(fits({ width: 100, height: 50, resize: "auto" }, null, size(640, 640))).toBe(false);
    expect(fits({ width: 100, height: 50, resize: "auto" }, size(1000, 1001), size(640, 641))).toBe(true);
    expect(fits({ width: 100, height: 50, resize: "auto" }, null)).toBe(true);
  });

  test("no original is enlarged by way of a variant", () => {
    // The provider's 640 is all of an original of 500: its word counts.
    const wanted = transformForVariant(size(640, 427), asked({ width: 640 }), size(500, 334));
    expect(wanted && computeGeometry(V, wanted)).toMatchObject({ width: 500, height: 334 });
  });

  test("whatever is asked, the result has the size and shows the part that the original gives", () => {
    const random = randomFrom(7);
    const whole = (from: number, to: number) => Math.floor(from + random() * (to - from + 1));
    let made = 0;
    for (let n = 0; n < 4_000; n++) {
      const original = size(whole(20, 3000), whole(20, 3000));
      const scale = random();
      const rounded = random() < 0.5 ? Math.floor : Math.round;
      const variant = size(Math.max(1, rounded(original.width * scale)), Math.max(1, rounded(original.height * scale)));
      const wanted = asked({
        resize: RESIZE_TYPES[whole(0, RESIZE_TYPES.length - 1)] ?? "fit",
        width: whole(0, 3) === 0 ? 0 : whole(1, 900),
        height: whole(0, 3) === 0 ? 0 : whole(1, 900),
        dpr: random() < 0.8 ? 1 : 2,
        enlarge: random() < 0.2,
        rotate: random() < 0.8 ? 0 : 90,
        ...(random() < 0.3 ? { crop: { width: random() * 0.9 + 0.05, height: 0, gravity: null } } : {}),
        ...(random() < 0.2 ? { extend: PLAIN.gravity } : {}),
      });
      const transform = transformForVariant(variant, wanted, original);
      if (transform === null) continue;
      made++;
      const turned = ({ width, height }: Size) => (wanted.rotate === 90 ? size(height, width) : size(width, height));
      const direct = computeGeometry(turned(original), wanted);
      const given = computeGeometry(turned(variant), transform);
      expect([given.width, given.height, given.canvas]).toEqual([direct.width, direct.height, direct.canvas]);
      expect(given.window.width).toBeGreaterThanOrEqual(given.width - 1);
      const share = (value: number, side: number) => value / side;
      const { width, height } = turned(variant);
      const tolerance = 3 / Math.min(width, height);
      expect(
        Math.abs(share(given.window.left, width) - share(direct.window.left, turned(original).width)),
      ).toBeLessThan(tolerance);
      expect(
        Math.abs(share(given.window.top, height) - share(direct.window.top, turned(original).height)),
      ).toBeLessThan(tolerance);
    }
    expect(made).toBeGreaterThan(300);
  });
});

describe("isWholeOriginal", () => {
  const promised = (over: object = {}) => ({
    ...{ bound: { measure: "longer", pixels: 640, exact: true } as const, lastResort: false },
    ...over,
  });
  test.each([
    ["as large as promised", promised(), size(640, 427), false],
    ["a pixel less: rounded", promised(), size(639, 427), false],
    ["two pixels less: all there is", promised(), size(638, 427), true],
    ["the longer side is the height", promised(), size(427, 638), true],
    [
      "by width, of a portrait",
      promised({ bound: { measure: "width", pixels: 330, exact: true } }),
      size(330, 495),
      false,
    ],
    ["by height", promised({ bound: { measure: "height", pixels: 330, exact: true } }), size(495, 300), true],
    [
      "a size that was guessed proves nothing",
      promised({ bound: { measure: "longer", pixels: 640, exact: false } }),
      size(9, 9),
      false,
    ],
    ["what stands in for a PDF", promised({ lastResort: true }), size(100, 100), false],
    ["the original", promised({ bound: null }), size(100, 100), false],
  ] as const)("%s", (_, candidate, upright, expected) => {
    expect(isWholeOriginal(candidate, upright)).toBe(expected);
  });
});

test.each([
  ["the same shape", size(640, 427), size(4000, 2667), true],
  ["two pixels of rounding", size(100, 65), size(4000, 2667), true],
  ["turned", size(427, 640), size(4000, 2667), false],
  ["a square cut out of it", size(150, 150), size(4000, 2667), false],
  ["a strip", size(100, 1), size(4000, 40), true],
  ["another strip", size(100, 9), size(4000, 40), false],
])("isSameShape: %s", (_, variant, original, expected) => {
  expect(isSameShape(variant, original)).toBe(expected);
});
