import { describe, expect, test } from "vitest";
import { placeMark } from "../../../../src/image/geometry/markPlace.ts";
import { COMPASS, TILES, type Watermark } from "../../../../src/request/transform.ts";
import { choices } from "../../../support/seeded.ts";

const RESULT = { width: 400, height: 300 };
const MARK = { width: 40, height: 20 };

const at = (over: Partial<Watermark>, dpr = 1, result = RESULT, mark = MARK) => {
  const { left, top, width, height, every } = placeMark(
    result,
    mark,
    { opacity: 1, at: "ce", x: 0, y: 0, scale: 0, url: "", ...over },
    dpr,
  );
  return every === null ? [left, top, width, height] : [left, top, width, height, every.width, every.height];
};

describe("where imgproxy puts a watermark", () => {
  test.each<[Partial<Watermark>, number[], number?]>([
    [{ at: "ce" }, [180, 140, 40, 20]],
    [{ at: "no" }, [180, 0, 40, 20]],
    [{ at: "so" }, [180, 280, 40, 20]],
    [{ at: "ea" }, [360, 140, 40, 20]],
    [{ at: "we" }, [0, 140, 40, 20]],
    [{ at: "noea" }, [360, 0, 40, 20]],
    [{ at: "nowe" }, [0, 0, 40, 20]],
    [{ at: "soea" }, [360, 280, 40, 20]],
    [{ at: "sowe" }, [0, 280, 40, 20]],
    // Offsets: pixels from 1 on, a share below; from an edge they go inwards.
    [{ at: "soea", x: 10, y: 20 }, [350, 260, 40, 20]],
    [{ at: "nowe", x: 0.1, y: 0.5 }, [40, 150, 40, 20]],
    [{ at: "ce", x: 10, y: -20 }, [190, 120, 40, 20]],
    [{ at: "nowe", x: 0.999999, y: 1 }, [399, 1, 40, 20]],
    // dpr multiplies pixels, not shares.
    [{ at: "nowe", x: 10, y: 0.1 }, [20, 30, 40, 20], 2],
    // Over an edge, but a pixel stays.
    [{ at: "nowe", x: -10, y: -5 }, [-10, -5, 40, 20]],
    [{ at: "nowe", x: -500, y: -500 }, [-39, -19, 40, 20]],
    [{ at: "soea", x: -500, y: 500 }, [399, -19, 40, 20]],
    // A share of the result, in the watermark's own proportion.
    [{ scale: 0.5 }, [100, 100, 200, 100]],
    [{ scale: 1, at: "nowe" }, [0, 0, 400, 200]],
    [{ scale: 0.000001, at: "nowe" }, [0, 0, 1, 1]],
    // Tiles: one in the middle, and the offsets between them.
    [{ at: TILES }, [-20, 0, 40, 20, 40, 20]],
    [{ at: TILES, x: 10, y: 5 }, [-20, -10, 40, 20, 50, 25]],
    [{ at: TILES, x: 10, y: 5 }, [0, -10, 40, 20, 60, 30], 2],
  ])("%j -> %j", (mark, place, dpr = 1) => expect(at(mark, dpr)).toEqual(place));

  test("a watermark larger than the result hangs over all sides", () => {
    expect(at({}, 1, { width: 20, height: 20 })).toEqual([-10, 0, 40, 20]);
  });
});

test("whatever is asked for, a part of the watermark is on the result", () => {
  const { below, pick } = choices(21);
  const offsets = [0, 1, -1, 0.5, -0.5, 0.000001, 17, -400, 65_535, -65_535];
  for (let i = 0; i < 2_000; i++) {
    const result = { width: 1 + below(500), height: 1 + below(500) };
    const mark = { width: 1 + below(300), height: 1 + below(300) };
    const wish = {
      at: pick<Watermark["at"]>([...COMPASS, TILES]),
      x: pick(offsets),
      y: pick(offsets),
      scale: pick([0, 0.01, 0.3, 1]),
    };
    const [left = 0, top = 0, width = 0, height = 0, across] = at(wish, pick([0.5, 1, 3]), result, mark);
    if (across === undefined) {
      expect([left + width > 0, left < result.width, top + height > 0, top < result.height]).not.toContain(false);
    }
    expect([width > 0, height > 0, Number.isInteger(left), Number.isInteger(top)]).not.toContain(false);
    if (wish.scale > 0) expect([width <= result.width, height <= result.height]).not.toContain(false);
  }
});
