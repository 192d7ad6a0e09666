import { describe, expect, it } from "vitest";
import { Failure } from "../../../../src/errors.ts";
import { MAX_WARM_PATHS, readWarmOrder } from "../../../../src/request/control/warmOrder.ts";

const REGIONS = ["enam", "weur"];
const GOOD = { v: 1, region: "weur", format: "webp", deadlineMs: 800, paths: ["/a"] };
const many = (count: number) => Array.from({ length: count }, (_, i) => `/${i}`);

describe("readWarmOrder", () => {
  it("reads a push, with defaults", () => {
    const expected = { region: "weur", regions: null, accept: "image/webp", deadlineMs: 800, paths: ["/a"] };
    expect(readWarmOrder(GOOD, REGIONS)).toEqual(expected);
    expect(readWarmOrder({ v: 1, region: "weur", paths: ["/a"] }, REGIONS)).toEqual(expected);
    expect(readWarmOrder({ ...GOOD, regions: 0 }, REGIONS).regions).toBe(0);
  });

  const rows = [
    ["version", { v: 2 }, /v must be 1/],
    ["version of the map that is no number", { regions: "4" }, /regions must be/],
    ["version of the map below 0", { regions: -1 }, /regions must be/],
    ["region not deployed", { region: "apac" }, /enam, weur/],
    ["format", { format: "png" }, /format/],
    ["format from the prototype", { format: "toString" }, /format/],
    ["deadline 0", { deadlineMs: 0 }, /1 to 60000/],
    ["deadline over", { deadlineMs: 60_001 }, /1 to 60000/],
    ["no paths", { paths: [] }, /1 to 20/],
    ["one path too many", { paths: many(MAX_WARM_PATHS + 1) }, /1 to 20/],
    ["a path without slash", { paths: ["a"] }, /begin with/],
    ["a path that is no text", { paths: [1] }, /begin with/],
  ] as const;
  it.each(rows)("refuses: %s", (_, change, text) => {
    const why = () => {
      try {
        readWarmOrder({ ...GOOD, ...change }, REGIONS);
        return "taken";
      } catch (error) {
        return error instanceof Failure ? `${error.reason} ${error.facts.why}` : String(error);
      }
    };
    expect(why()).toMatch(/^body_invalid/);
    expect(why()).toMatch(text);
  });

  it("takes as many paths as allowed", () => {
    expect(readWarmOrder({ ...GOOD, paths: many(MAX_WARM_PATHS) }, REGIONS).paths).toHaveLength(MAX_WARM_PATHS);
  });
});
