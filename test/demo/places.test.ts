import { describe, expect, it } from "vitest";
import { DEFAULT_RACE_PLACE, PLACES, placeOf, RACE_PLACES } from "../../demo/places.ts";
import { regionOf } from "../../src/coordinate/regions.ts";

describe("places", () => {
  it.each([
    ["the page", PLACES],
    ["the race", RACE_PLACES],
  ])("%s has every city once", (_, places) => {
    expect(new Set(places.map(({ city }) => city)).size).toBe(places.length);
    expect(new Set(places.map(({ colo }) => colo)).size).toBe(places.length);
  });
  it("the page has two or more for every region", () => {
    const regions = PLACES.map(({ colo }) => regionOf({ colo }, ["enam", "weur", "apac"]));
    for (const region of ["enam", "weur", "apac"])
      expect(regions.filter((one) => one === region).length).toBeGreaterThan(1);
  });
  it("the race has the place that it begins with", () => {
    expect(RACE_PLACES.map(({ name }) => name)).toContain(DEFAULT_RACE_PLACE);
  });
  it.each([
    ["NRT", "Tokyo"],
    ["XXX", "Madrid"],
    [null, "Madrid"],
    [undefined, "Madrid"],
  ])("%s is %s", (colo, city) => expect(placeOf(colo).city).toBe(city));
});
