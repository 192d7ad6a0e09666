import { expect, test } from "vitest";
import { snapToLadder } from "../../../src/policy/ladder.ts";
import { DEFAULTS } from "../../../src/request/options/applyOption.ts";
import { CENTRE, type Transform } from "../../../src/request/transform.ts";

/** Wide, so that every row of the table may say any of it. */
type Row = readonly [string, Partial<Transform>, Partial<Transform>];

const LADDER = { ladder: [160, 320, 640, 1024, 1600, 2048], ladderQualities: [60, 80] };

test.each<Row>([
  ["up to the next rung", { width: 161 }, { width: 320, height: 0 }],
  ["a rung stays", { width: 160 }, { width: 160, height: 0 }],
  ["below the first", { width: 1 }, { width: 160, height: 0 }],
  ["the top at most", { width: 5000 }, { width: 2048, height: 0 }],
  ["by height", { height: 300 }, { width: 0, height: 320 }],
  ["no size is the top", {}, { width: 2048, height: 2048 }],
  ["no size is nothing to fill or grow to", { resize: "fill", enlarge: true }, { resize: "fit", enlarge: false }],
  ["with a size the type stays", { resize: "fill", enlarge: true, width: 1 }, { resize: "fill", enlarge: true }],
  ["dpr counts and goes", { width: 160, dpr: 2 }, { width: 320, dpr: 1 }],
  ["the height in proportion, to the nearest pixel", { width: 300, height: 200 }, { width: 320, height: 213 }],
  ["nearly a square", { width: 300, height: 299 }, { width: 320, height: 319 }],
  ["upright, the width is on a rung too", { width: 300, height: 450 }, { width: 320, height: 480 }],
  ["a width on a rung stays", { width: 1024, height: 1536 }, { width: 1024, height: 1536 }],
  ["upright, the height is the top at most", { width: 1600, height: 3200 }, { width: 1024, height: 2048 }],
  ["never below one pixel", { width: 65_535, height: 1 }, { width: 2048, height: 1 }],
  ["nor upright", { width: 1, height: 65_535 }, { width: 1, height: 2048 }],
  ["a square stays one", { width: 200, height: 200 }, { width: 320, height: 320 }],
  ["quality up", { quality: 1 }, { quality: 60 }],
  ["quality on a rung", { quality: 80 }, { quality: 80 }],
  ["quality above the top", { quality: 100 }, { quality: 80 }],
  ["no quality is the format's own", { quality: null }, { quality: null }],
])("%s", (_, asked, expected) => {
  expect(snapToLadder({ ...DEFAULTS, ...asked }, LADDER)).toMatchObject(expected);
});

test("no size is nothing to extend to", () => {
  const asked = { extend: CENTRE, extendRatio: CENTRE, extendColour: [0, 0, 0] } as const;
  expect(snapToLadder({ ...DEFAULTS, ...asked }, LADDER)).toMatchObject({
    extend: null,
    extendRatio: null,
    extendColour: null,
  });
  expect(snapToLadder({ ...DEFAULTS, ...asked, width: 1, height: 2 }, LADDER)).toMatchObject(asked);
});

test("any size: the proportion stays to half a pixel, widths are rungs, and what was snapped stays (seeded)", () => {
  let state = 5;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
  for (let i = 0; i < 5_000; i++) {
    const [width, height, dpr] = [1 + below(3000), 1 + below(3000), [1, 2, 1.5][i % 3] ?? 1];
    const once = snapToLadder({ ...DEFAULTS, width, height, dpr }, LADDER);
    const where = `${width}x${height} at ${dpr} -> ${once.width}x${once.height}`;
    const longer = Math.max(once.width, once.height);
    expect(LADDER.ladder.includes(once.width) || longer === 2048, where).toBe(true);
    expect(longer, where).toBeLessThanOrEqual(2048);
    // Each side is at most half a pixel from the line of the proportion asked for, or is one pixel.
    const off = Math.abs(once.width * height - once.height * width) / (width + height);
    expect(off <= 0.5 + 1e-9 || Math.min(once.width, once.height) === 1, where).toBe(true);
    expect(snapToLadder(once, LADDER)).toEqual(once);
  }
});
