import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { COLOS_BY_HINT } from "../../../src/coordinate/colos.generated.ts";
import { COUNTRIES } from "../../../src/coordinate/countries.ts";
import { placeOf } from "../../../src/coordinate/place.ts";
import { collapse, type Place, regionOf } from "../../../src/coordinate/regions.ts";

const THREE = ["enam", "weur", "apac"] as const;
const SIX = ["enam", "wnam", "weur", "eeur", "apac", "oc"] as const;

const ROWS = [
  ["data centre Madrid", { colo: "MAD" }, "weur", "weur"],
  ["data centre Frankfurt, nearest to eeur's bucket", { colo: "FRA" }, "weur", "eeur"],
  ["data centre Los Angeles", { colo: "LAX" }, "enam", "wnam"],
  ["data centre Sydney", { colo: "SYD" }, "apac", "oc"],
  ["data centre São Paulo", { colo: "GRU" }, "enam", "enam"],
  ["data centre Johannesburg", { colo: "JNB" }, "weur", "weur"],
  ["data centre in lower case", { colo: "nrt" }, "apac", "apac"],
  [
    "the data centre's row goes before the reader's country",
    { colo: "NRT", country: "DE", continent: "EU" },
    "apac",
    "apac",
  ],
  ["unknown data centre, continent decides", { colo: "QQQ", continent: "AF" }, "weur", "weur"],
  ["North America west of 100 degrees", { continent: "NA", longitude: -100.1 }, "enam", "wnam"],
  ["North America at 100 degrees", { continent: "NA", longitude: -100 }, "enam", "enam"],
  ["North America, longitude unknown", { continent: "NA" }, "enam", "enam"],
  ["Europe west of 15 degrees", { continent: "EU", longitude: 14.9 }, "weur", "weur"],
  ["Europe at 15 degrees", { continent: "EU", longitude: 15 }, "weur", "eeur"],
  ["Asia west of 60 degrees is the Middle East", { continent: "AS", longitude: 59.9 }, "weur", "weur"],
  ["Asia at 60 degrees", { continent: "AS", longitude: 60 }, "apac", "apac"],
  ["Asia, longitude not a number", { continent: "AS", longitude: Number.NaN }, "apac", "apac"],
  ["Asia without longitude but a Middle Eastern country", { continent: "AS", country: "SA" }, "weur", "weur"],
  ["South America", { continent: "SA" }, "enam", "enam"],
  ["Oceania", { continent: "OC" }, "apac", "oc"],
  ["Antarctica", { continent: "AN" }, "apac", "oc"],
  ["country Spain", { country: "ES" }, "weur", "weur"],
  ["country Poland", { country: "PL" }, "weur", "eeur"],
  ["country Brazil in lower case", { country: "br" }, "enam", "enam"],
  ["country Saudi Arabia is not South America", { country: "SA" }, "weur", "weur"],
  ["country Namibia is not North America", { country: "NA" }, "weur", "weur"],
  ["country with longitude", { country: "US", longitude: -122 }, "enam", "wnam"],
  ["Tor has no country", { country: "T1" }, "enam", "enam"],
  ["nothing known: the first deployed", {}, "enam", "enam"],
  ["request.cf undefined: the first deployed", undefined, "enam", "enam"],
  [
    "names of Object.prototype are no rows",
    { colo: "constructor", continent: "toString", country: "__proto__" },
    "enam",
    "enam",
  ],
] as const satisfies readonly (readonly [string, Place | undefined, string, string])[];

describe("regionOf", () => {
  test.each(ROWS)("%s", (_name, place, three, six) => {
    expect(regionOf(place, THREE)).toBe(three);
    expect(regionOf(place, SIX)).toBe(six);
  });

  test("an override goes first, by data centre, country, continent and region", () => {
    const overrides = { "colo:DXB": "weur", "c:IN": "weur", "k:OC": "enam", "r:eeur": "apac" };
    expect(regionOf({ colo: "DXB" }, THREE)).toBe("apac");
    expect(regionOf({ colo: "DXB" }, THREE, overrides)).toBe("weur");
    expect(regionOf({ country: "IN" }, THREE, overrides)).toBe("weur");
    expect(regionOf({ continent: "OC" }, THREE, overrides)).toBe("enam");
    expect(regionOf({ country: "PL" }, THREE, overrides)).toBe("apac");
  });

  test("an override that names a region not deployed is passed over", () => {
    expect(regionOf({ country: "ES" }, THREE, { "c:ES": "mars" })).toBe("weur");
  });

  test("names of the operator's own are reached by overrides, everything else gets the first", () => {
    expect(regionOf({ country: "ES" }, ["left", "right"], { "c:ES": "right" })).toBe("right");
    expect(regionOf({ country: "DE" }, ["left", "right"], { "c:ES": "right" })).toBe("left");
  });

  test("none deployed: the stated default", () => {
    expect(regionOf(undefined, [])).toBe("enam");
    expect(regionOf({ colo: "MAD" }, [])).toBe("enam");
  });

  test("is always one of the deployed, for every data centre, country and continent and every set of regions", () => {
    const places: Place[] = [
      ...Object.values(COLOS_BY_HINT).flatMap((codes) => codes.split(" ").map((colo) => ({ colo }))),
      ...Object.values(COUNTRIES).flatMap((codes) => codes.split(" ").map((country) => ({ country }))),
      ...Object.keys(COUNTRIES).map((continent) => ({ continent })),
    ];
    for (let set = 1; set < 64; set++) {
      const deployed = SIX.filter((_, bit) => set & (1 << bit));
      const strays = places.filter((place) => !deployed.some((region) => region === regionOf(place, deployed)));
      expect(strays).toEqual([]);
    }
  });
});

describe("collapse", () => {
  const rows = [
    ["deployed stays", "weur", "weur"],
    ["eeur -> weur", "eeur", "weur"],
    ["oc -> apac", "oc", "apac"],
    ["wnam -> enam", "wnam", "enam"],
    ["unknown name", "mars", undefined],
    ["a name of Object.prototype", "constructor", undefined],
  ] as const;
  test.each(rows)("%s", (_name, region, expected) => {
    expect(collapse(region, THREE)).toBe(expected);
  });
});

describe("placeOf", () => {
  test("takes what request.cf has, longitude as text", () => {
    expect(placeOf({ colo: "MAD", continent: "EU", country: "ES", longitude: "-3.70" })).toEqual({
      colo: "MAD",
      continent: "EU",
      country: "ES",
      longitude: -3.7,
    });
  });
  test("fields of another type are unknown, undefined stays undefined", () => {
    expect(placeOf({ colo: 7, longitude: "far" })).toEqual({});
    expect(placeOf(undefined)).toBeUndefined();
  });
});

describe("the tables", () => {
  test("no data centre and no country is listed twice, and all 249 countries of ISO 3166-1 plus Kosovo are there", () => {
    const colos = Object.values(COLOS_BY_HINT).flatMap((codes) => codes.split(" "));
    const countries = Object.values(COUNTRIES).flatMap((codes) => codes.split(" "));
    expect(new Set(colos).size).toBe(colos.length);
    expect(colos.length).toBe(276);
    expect(new Set(countries).size).toBe(countries.length);
    expect(countries.length).toBe(250);
  });

  const vectors = new URL("../../../../shared/vectors/colo-region.json", import.meta.url);
  test.skipIf(!existsSync(vectors))("the generated table says what the measured one says", () => {
    const { colos } = JSON.parse(readFileSync(vectors, "utf8")) as { colos: Record<string, { r2: string }> };
    for (const [colo, { r2 }] of Object.entries(colos)) expect(regionOf({ colo }, SIX)).toBe(r2);
  });
});
