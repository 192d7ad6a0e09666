import { expect, test } from "vitest";
import { snapToLadder } from "../../../src/policy/ladder.ts";
import { DEFAULTS } from "../../../src/request/options/applyOption.ts";
import type { Transform } from "../../../src/request/transform.ts";

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
  ["the other side in proportion, in steps of 16", { width: 300, height: 200 }, { width: 320, height: 224 }],
  ["never above the longer one", { width: 300, height: 299 }, { width: 320, height: 320 }],
  ["a square stays one", { width: 200, height: 200 }, { width: 320, height: 320 }],
  ["quality up", { quality: 1 }, { quality: 60 }],
  ["quality on a rung", { quality: 80 }, { quality: 80 }],
  ["quality above the top", { quality: 100 }, { quality: 80 }],
  ["no quality is the format's own", { quality: null }, { quality: null }],
])("%s", (_, asked, expected) => {
  expect(snapToLadder({ ...DEFAULTS, ...asked }, LADDER)).toMatchObject(expected);
});
