import { describe, expect, test } from "vitest";
import { extend } from "../../../../src/image/steps/extend.ts";

/** 2x1 opaque pixels, red and green. */
const PIXELS = { width: 2, height: 1, alpha: false, data: Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 255) };
const [RED, GREEN, BLUE, NOTHING] = ["255,0,0,255", "0,255,0,255", "0,0,255,255", "0,0,0,0"];

const pixelsOf = ({ data }: { readonly data: Uint8Array }) =>
  Array.from({ length: data.length / 4 }, (_, i) => data.subarray(4 * i, 4 * i + 4).join());

describe("extend", () => {
  test("puts the picture where it is told, on an opaque colour", () => {
    const result = extend(PIXELS, { left: 1, top: 1, width: 3, height: 2, colour: [0, 0, 255] });
    expect([result.width, result.height, result.alpha]).toEqual([3, 2, false]);
    expect(pixelsOf(result)).toEqual([BLUE, BLUE, BLUE, BLUE, RED, GREEN]);
  });
  test("without a colour the rest is transparent, and the picture has alpha", () => {
    const result = extend(PIXELS, { left: 0, top: 0, width: 2, height: 2, colour: null });
    expect([result.alpha, pixelsOf(result)]).toEqual([true, [RED, GREEN, NOTHING, NOTHING]]);
  });
  test("a picture's own alpha stays", () => {
    const clear = { ...PIXELS, alpha: true, data: Uint8Array.of(0, 0, 0, 0, 0, 255, 0, 255) };
    const result = extend(clear, { left: 0, top: 0, width: 3, height: 1, colour: [0, 0, 255] });
    expect([result.alpha, pixelsOf(result)]).toEqual([true, [NOTHING, GREEN, BLUE]]);
  });
});
