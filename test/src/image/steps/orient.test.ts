import { describe, expect, test } from "vitest";
import type { Orientation } from "../../../../src/image/formats/exif.ts";
import { storedRect, swapsSides, turned, upright } from "../../../../src/image/steps/orient.ts";

const ALL = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies Orientation[];

/** 3x2 stored pixels, numbered 0..5 from the top left. */
const STORED = {
  width: 3,
  height: 2,
  alpha: false,
  data: new Uint8Array(Uint32Array.from([0, 1, 2, 3, 4, 5]).buffer),
};
const numbers = (data: Uint8Array) => [...new Uint32Array(data.buffer)];

describe("upright", () => {
  test.each<[Orientation, number[]]>([
    [1, [0, 1, 2, 3, 4, 5]],
    [2, [2, 1, 0, 5, 4, 3]],
    [3, [5, 4, 3, 2, 1, 0]],
    [4, [3, 4, 5, 0, 1, 2]],
    [5, [0, 3, 1, 4, 2, 5]],
    [6, [3, 0, 4, 1, 5, 2]],
    [7, [5, 2, 4, 1, 3, 0]],
    [8, [2, 5, 1, 4, 0, 3]],
  ])("orientation %i", (orientation, wanted) => {
    const result = upright(STORED, orientation);
    expect(numbers(result.data)).toEqual(wanted);
    expect([result.width, result.height]).toEqual(swapsSides(orientation) ? [2, 3] : [3, 2]);
  });

  test.each(ALL)("orientation %i: a pixel of the upright picture is where storedRect says", (orientation) => {
    const { width, height, data } = upright(STORED, orientation);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = storedRect({ left: x, top: y, width: 1, height: 1 }, width, height, orientation);
        expect(numbers(data)[y * width + x]).toBe(from.top * 3 + from.left);
      }
    }
  });
});

describe("turned", () => {
  test.each(ALL)("orientation %i: four quarter turns change nothing", (orientation) => {
    let at: Orientation = orientation;
    for (let i = 0; i < 4; i++) at = turned(at, 90);
    expect(at).toBe(orientation);
  });

  test.each(ALL)("orientation %i and a quarter turn is both in turn", (orientation) => {
    const once = upright(STORED, turned(orientation, 90));
    const twice = upright(upright(STORED, orientation), 6);
    expect(once).toEqual(twice);
  });
});
