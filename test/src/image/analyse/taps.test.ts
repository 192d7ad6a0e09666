import { describe, expect, test } from "vitest";
import { tapsFor } from "../../../../src/config/taps.ts";
import { tapsOf } from "../../../../src/image/analyse/taps.ts";
import { drawn } from "./vectors/drawn.ts";

const ALL = ["thumbhash", "colour", "dhash", "pdq"] as const;

describe("what is asked for, and nothing else", () => {
  const pixels = drawn(256, 200, 7);
  test.each([
    { names: [] },
    { names: ["colour"] },
    { names: ["thumbhash"] },
    { names: ["dhash"] },
    { names: ["pdq"] },
    { names: ALL },
  ] as const)("$names", ({ names }) => {
    expect(Object.keys(tapsOf(pixels, names)).sort()).toEqual([...names].sort());
  });
});

describe("hashes need a long side of 256 px", () => {
  test.each([
    [256, 3, true],
    [3, 256, true],
    [255, 255, false],
    [1, 1, false],
  ])("%i x %i: %s", (width, height, made) => {
    const { dhash, pdq, colour } = tapsOf(drawn(width, height, 1, 2), ALL);
    expect([dhash !== undefined, pdq !== undefined, colour !== undefined]).toEqual([made, made, true]);
  });
});

describe("a tap never fails a render", () => {
  test("pixels that are not there give no field", () => {
    const data: Uint8Array = new Proxy(new Uint8Array(4), {
      get: () => {
        throw new Error("no pixels");
      },
    });
    expect(tapsOf({ width: 300, height: 300, data, alpha: true }, ALL)).toEqual({});
  });
});

describe("the same reduction", () => {
  test("what is transparent is white, as it is once it was flattened", () => {
    const pixels = drawn(300, 300, 5);
    const clear = { ...pixels, data: pixels.data.slice(), alpha: true };
    const white = { ...pixels, data: pixels.data.slice() };
    for (let at = 0; at < 4 * 300 * 100; at += 4) {
      clear.data[at + 3] = 0;
      white.data.fill(255, at, at + 3);
    }
    expect(tapsOf(clear, ["dhash", "pdq"])).toEqual(tapsOf(white, ["dhash", "pdq"]));
  });
  test("the pixels stay as they were", () => {
    const pixels = drawn(256, 100, 9);
    const before = pixels.data.slice();
    tapsOf(pixels, ALL);
    expect(pixels.data).toEqual(before);
  });
});

test("all taps of a large picture take 1.2 ms, and little more beside other tests", () => {
  const pixels = drawn(2_048, 1_536, 3, 4);
  const times = Array.from({ length: 60 }, () => {
    const started = performance.now();
    tapsOf(pixels, ALL);
    return performance.now() - started;
  });
  expect(Math.min(...times)).toBeLessThan(6);
});

describe("the taps of a render", () => {
  test.each([
    ["a reader's", ["thumbhash", "colour"], false, ["thumbhash", "colour"]],
    ["a job's", ["thumbhash", "colour"], true, ALL],
    ["a job's where readers have none", [], true, ["dhash", "pdq"]],
    ["a reader's where none is wanted", [], false, []],
  ] as const)("%s", (_, names, isJob, wanted) => expect(tapsFor(names, isJob)).toEqual(wanted));
});
