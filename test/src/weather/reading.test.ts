/** Which stores a look-up reads, and whose object hears of it. */
import { expect, test } from "vitest";
import { type Reading, readingOf } from "../../../src/weather/reading.ts";
import { FIXED_MAP, type WeatherMap } from "../../../src/weather/settings.ts";

const DEPLOYED = ["enam", "weur", "apac", "oc"];
const MOVED: WeatherMap = { v: 1, version: 2, colos: { MAD: "enam" } };
const MOVING: WeatherMap = { ...MOVED, moving: { MAD: "weur", CDG: "enam" } };
const NOTHING = { beside: null, home: null, probe: null };

test.each<[string, Parameters<typeof readingOf>[0], Partial<Parameters<typeof readingOf>[1]>, Reading]>([
  ["the table", { colo: "MAD" }, {}, { region: "weur", beside: null, home: "weur", probe: "enam" }],
  ["lower case", { colo: "mad" }, { map: MOVED }, { region: "enam", beside: null, home: "weur", probe: "weur" }],
  [
    "moved: home is probed",
    { colo: "MAD" },
    { map: MOVED },
    { region: "enam", beside: null, home: "weur", probe: "weur" },
  ],
  [
    "in a change: home is read anyway",
    { colo: "MAD" },
    { map: MOVING },
    { region: "enam", beside: "weur", home: "weur", probe: null },
  ],
  ["back again", { colo: "CDG" }, { map: MOVING }, { region: "weur", beside: "enam", home: "weur", probe: null }],
  ["one region", { colo: "MAD" }, { deployed: ["weur"] }, { region: "weur", beside: null, home: "weur", probe: null }],
  [
    "moved to what is not deployed",
    { colo: "MAD" },
    { deployed: ["weur", "oc"], map: MOVED },
    { region: "weur", ...NOTHING },
  ],
  [
    "an override of the data centre",
    { colo: "MAD" },
    { overrides: { "colo:MAD": "apac" }, map: MOVED },
    { region: "apac", ...NOTHING },
  ],
  [
    "an override of the country",
    { colo: "MAD", country: "ES" },
    { overrides: { "c:ES": "apac" }, map: MOVED },
    { region: "apac", ...NOTHING },
  ],
  [
    "an override of the region",
    { colo: "MAD" },
    { overrides: { "r:weur": "apac" } },
    { region: "apac", beside: null, home: "apac", probe: "oc" },
  ],
  ["a data centre of no table", { colo: "QQQ", continent: "EU" }, {}, { region: "weur", ...NOTHING }],
  ["no data centre", { continent: "EU" }, {}, { region: "weur", ...NOTHING }],
  ["nowhere", undefined, {}, { region: "enam", ...NOTHING }],
])("%s", (_, place, rules, expected) => {
  expect(readingOf(place, { deployed: DEPLOYED, overrides: {}, map: FIXED_MAP, ...rules })).toEqual(expected);
});
