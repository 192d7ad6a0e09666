import { describe, expect, test } from "vitest";
import { COLOS_BY_HINT } from "../../../src/coordinate/colos.generated.ts";
import { COUNTRIES } from "../../../src/coordinate/countries.ts";
import { overrideCheck } from "../../../src/coordinate/overrides.ts";
import { regionOf } from "../../../src/coordinate/regions.ts";

const DEPLOYED = ["enam", "weur"];
const check = overrideCheck(DEPLOYED);

describe("an override that can have an effect", () => {
  test.each(["colo:DXB", "c:AE", "c:XK", "k:AS", "k:AN", "r:eeur", "r:oc", "r:my-region"])("%s", (place) => {
    expect(check(place, "weur")).toBeNull();
  });
  test("every data centre and country of the tables", () => {
    const places = [
      ...Object.values(COLOS_BY_HINT).flatMap((row) => row.split(" ").map((colo) => `colo:${colo}`)),
      ...Object.values(COUNTRIES).flatMap((row) => row.split(" ").map((country) => `c:${country}`)),
    ];
    expect(places.length).toBeGreaterThan(500);
    expect(places.filter((place) => check(place, "enam") !== null)).toEqual([]);
  });
  test("it has one: the reader gets another region", () => {
    expect(regionOf({ colo: "DXB", country: "AE", continent: "AS" }, DEPLOYED, {})).toBe("weur");
    for (const place of ["colo:DXB", "c:AE", "k:AS"]) {
      expect(regionOf({ colo: "DXB", country: "AE", continent: "AS" }, DEPLOYED, { [place]: "enam" })).toBe("enam");
    }
  });
});

describe("an override that cannot have one", () => {
  test.each([
    ["no prefix", "DXB", "it begins with none of colo:, c:, k:, r:"],
    ["an unknown prefix", "city:Dubai", "it begins with none of colo:, c:, k:, r:"],
    ["a name of every object", "constructor:DXB", "it begins with none of"],
    ["an unknown data centre", "colo:DXX", '"DXX" is no data centre of our table'],
    ["small letters", "colo:dxb", '"dxb" is no data centre of our table (three capital letters)'],
    ["a space", "colo: DXB", '" DXB" is no data centre'],
    ["a data centre and more", "colo:DXB:2", '"DXB:2" is no data centre'],
    ["no data centre", "colo:", '"" is no data centre'],
    ["an unknown country", "c:UK", '"UK" is no country of ISO 3166-1'],
    ["a country as a continent", "k:AE", '"AE" is no continent (AF, AN, AS, EU, NA, OC or SA)'],
    ["our own halves of a continent", "k:ME", '"ME" is no continent'],
    ["a region that is no name", "r:W E", '"W E" is no name of a region'],
  ])("%s", (_, place, wrong) => {
    expect(check(place, "weur")).toEqual({ of: "place", wrong: expect.stringContaining(wrong) });
  });
  test.each(["weurr", "apac", "WEUR", ""])("a region that is not deployed: %j", (region) => {
    expect(check("colo:DXB", region)).toEqual({
      of: "region",
      wrong: `cannot be ${JSON.stringify(region)}: deployed are enam, weur`,
    });
  });
});
