import { expect, test } from "vitest";
import { findTrim } from "../../../../src/image/steps/trim.ts";
import type { Trim } from "../../../../src/request/transform.ts";

const PLAIN: Trim = { threshold: 10, colour: null, equalX: false, equalY: false };

/** 40x30 of `border`, and a rectangle of `inside` at 8, 6 of 20x10. */
function framed(border: readonly number[], inside: readonly number[], alpha = false) {
  const [width, height] = [40, 30];
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isInside = x >= 8 && x < 28 && y >= 6 && y < 16;
      data.set(isInside ? inside : border, 4 * (y * width + x));
    }
  }
  return { width, height, data, alpha };
}

const [WHITE, RED] = [
  [255, 255, 255, 255],
  [255, 0, 0, 255],
] as const;
const FOUND = { left: 8, top: 6, width: 20, height: 10 };

test("the rectangle inside a border", () => expect(findTrim(framed(WHITE, RED), PLAIN)).toEqual(FOUND));

test.each([
  ["a difference of the threshold is border", 245, null],
  ["one more is none", 244, FOUND],
] as const)("%s", (_, value, wanted) => {
  expect(findTrim(framed(WHITE, [value, 255, 255, 255]), PLAIN)).toEqual(wanted);
});

test("with a colour only that colour is border", () => {
  expect(findTrim(framed(WHITE, RED), { ...PLAIN, colour: [255, 255, 255] })).toEqual(FOUND);
  expect(findTrim(framed(WHITE, RED), { ...PLAIN, colour: [0, 0, 255] })).toEqual({
    left: 0,
    top: 0,
    width: 40,
    height: 30,
  });
});

test("equal sides: what the side with less border has", () => {
  expect(findTrim(framed(WHITE, RED), { ...PLAIN, equalX: true })).toEqual({ ...FOUND, width: 24 });
  expect(findTrim(framed(WHITE, RED), { ...PLAIN, equalY: true })).toEqual({ ...FOUND, height: 18 });
});

test("a single pixel is noise", () => {
  const pixels = framed(WHITE, RED);
  pixels.data.set([0, 0, 0, 255], 4 * (25 * 40 + 35));
  expect(findTrim(pixels, PLAIN)).toEqual(FOUND);
});

test("transparent pixels are one border, whatever colour is behind them", () => {
  const pixels = framed([0, 0, 0, 0], RED, true);
  pixels.data.set([9, 200, 9, 0], 4 * 41);
  expect(findTrim(pixels, PLAIN)).toEqual(FOUND);
});

test("nothing is left of one colour", () => expect(findTrim(framed(RED, RED), PLAIN)).toBeNull());
