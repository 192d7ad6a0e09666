import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { coloOf, DISTANCES, legsOf, NO_DISTANCES, placeOf } from "../../../bench/race/distances.ts";

const SHARED = join(import.meta.dirname, "../../../../shared/distances.json");

test.skipIf(!existsSync(SHARED))("the bench has the distances that everybody shares", () => {
  expect(DISTANCES).toEqual(JSON.parse(readFileSync(SHARED, "utf8")));
});

test("every place names its trips in ms", () => {
  for (const place of Object.keys(DISTANCES.places)) {
    const { city, region, ...trips } = placeOf(place);
    expect([city, region].every((text) => text !== "")).toBe(true);
    expect(Object.values(trips).every((ms) => Number.isInteger(ms) && ms > 0)).toBe(true);
  }
});

describe("the legs of a place", () => {
  const legs = legsOf(placeOf("SIN"));

  test("a reader's edge pays its own way to each store", () => {
    expect(legs.reader).toEqual({ region: 25, primary: 230, kv: 230, coordinator: 25 });
  });
  test("the push edge is near the primary and far from the region", () => {
    expect(legs.push).toEqual({ region: 220, primary: 8, kv: 8, coordinator: 220 });
  });
  test("without distances each leg is 0", () => {
    const { reader, push, ...others } = NO_DISTANCES;
    expect([reader, push, others].flatMap(Object.values).every((ms) => ms === 0)).toBe(true);
    expect(Object.keys(NO_DISTANCES).sort()).toEqual(Object.keys(legs).sort());
  });
});

test("a place with another bucket has the same data centre", () => {
  expect(["SYD", "SYD-oc"].map(coloOf)).toEqual(["SYD", "SYD"]);
});

test("an unknown place is refused with the list of known ones", () => {
  expect(() => placeOf("XXX")).toThrow(/no place XXX; there are MAD, NRT, SIN/);
});
