import { describe, expect, test } from "vitest";
import { COLOS_BY_HINT } from "../../../src/coordinate/colos.generated.ts";
import { COUNTRIES } from "../../../src/coordinate/countries.ts";
import { regionOf } from "../../../src/coordinate/regions.ts";
import { movedTo } from "../../../src/weather/pushedTo.ts";
import { readingOf } from "../../../src/weather/reading.ts";
import { NameTable } from "../../../warmer/hint/nameTable.ts";
import { firstRegion, isByMap, PlaceTable, secondRegion } from "../../../warmer/hint/placeTable.ts";
import type { PlaceKind } from "../../../warmer/hint/protocol.ts";
import { colosOf } from "../../../warmer/regions/coloCountries.ts";
import type { RegionMap } from "../../../warmer/regions/regionMap.ts";
import { seeded } from "../../support/warmer.ts";

const DEPLOYED = ["enam", "weur", "apac"];

function lookup(table: PlaceTable, kind: PlaceKind, text: string): string | undefined {
  const bytes = Buffer.from(`xx${text}yy`);
  // Asks twice: the second result comes from the cache.
  const [first, second] = [0, 0].map(() => table.lookup(kind, bytes, 2, 2 + Buffer.byteLength(text)));
  expect(second).toBe(first);
  return DEPLOYED[first ?? -1];
}

describe("PlaceTable", () => {
  const table = new PlaceTable(
    DEPLOYED,
    { "c:IN": "weur", "r:moon": "apac" },
    new Map([
      ["es", "eeur"],
      ["us", "enam"],
    ]),
  );
  const rows = [
    ["r", "weur", "weur"],
    ["r", "eeur", "weur"],
    ["r", "moon", "apac"],
    ["r", "mars", undefined],
    ["r", "", undefined],
    ["r", "WEUR", undefined],
    ["c", "ES", "weur"],
    ["c", "es", "weur"],
    ["c", "IN", "weur"],
    ["c", "XX", "enam"],
    ["c", "E", undefined],
    ["c", "ESP", undefined],
    ["c", "é", undefined],
    ["k", "OC", "apac"],
    ["colo", "MAD", "weur"],
    ["colo", "ZZZ", "enam"],
    ["endpoint", "es.www.flickr.com", "weur"],
    ["endpoint", "us", "enam"],
    ["endpoint", "fr.www.flickr.com", undefined],
    ["endpoint", ".es", undefined],
  ] as const;
  test.each(rows)("%s %s -> %s", (kind, text, region) => {
    expect(lookup(table, kind, text)).toBe(region);
  });

  test("agrees with the function of the edge for every two letters", () => {
    const plain = new PlaceTable(DEPLOYED, {}, new Map());
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    for (const country of letters.flatMap((a) => letters.map((b) => a + b))) {
      if (lookup(plain, "c", country) !== regionOf({ country }, DEPLOYED)) expect.fail(country);
      if (lookup(plain, "k", country) !== regionOf({ continent: country }, DEPLOYED)) expect.fail(country);
    }
  });
});

/** The regions that a hint is pushed to, and whether the map has named them. */
function targets(table: PlaceTable, deployed: readonly string[], kind: PlaceKind, text: string) {
  const target = table.lookup(kind, Buffer.from(text), 0, text.length);
  const indices = [firstRegion(target), secondRegion(target)].filter((index) => index >= 0);
  return { regions: target < 0 ? [] : indices.map((index) => deployed[index]), byMap: target >= 0 && isByMap(target) };
}

describe("with a map of the regions", () => {
  const FOUR = ["enam", "weur", "apac", "oc"];
  const MOVED: RegionMap = { v: 1, version: 4, colos: { MAD: "enam" } };
  const MOVING: RegionMap = { ...MOVED, moving: { MAD: "weur" } };
  const rows = [
    ["a moved data centre", MOVED, "colo", "MAD", ["enam"]],
    ["in a change both", MOVING, "colo", "MAD", ["enam", "weur"]],
    ["on its way back both", { ...MOVED, colos: {}, moving: { MAD: "enam" } }, "colo", "MAD", ["weur", "enam"]],
    ["one that has not moved", MOVED, "colo", "BCN", ["weur"]],
    ["a country with a moved data centre and one that stays", MOVED, "c", "ES", ["enam", "weur"]],
    ["a country whose only data centre has moved", { ...MOVED, colos: { LIS: "enam" } }, "c", "pt", ["enam"]],
    ["a country whose data centre the table gives to another region", MOVED, "c", "AE", ["apac"]],
    ["a country without data centres", MOVED, "c", "AD", ["weur"]],
    ["a continent", MOVED, "k", "EU", ["weur", "enam"]],
    [
      "of three regions the two with most data centres",
      { ...MOVED, colos: { MAD: "enam", LIS: "oc", LHR: "oc" } },
      "k",
      "EU",
      ["weur", "oc"],
    ],
    ["an unknown country", MOVED, "c", "ZZ", ["enam"]],
    ["an unknown data centre", MOVED, "colo", "ZZZ", ["enam"]],
    ["a region that is not deployed moves nobody", { ...MOVED, colos: { MAD: "mars" } }, "colo", "MAD", ["weur"]],
  ] as const;
  test.each(rows)("%s", (_, map, kind, text, regions) => {
    const table = new PlaceTable(FOUR, {}, new Map());
    table.use(map);
    expect(targets(table, FOUR, kind, text)).toEqual({ regions, byMap: true });
    table.use(undefined);
    expect(targets(table, FOUR, kind, text).byMap).toBe(false);
  });

  test.each([
    ["r", "weur"],
    ["endpoint", "es.www.flickr.com"],
  ] as const)("%s is the region of the fixed table", (kind, text) => {
    const table = new PlaceTable(FOUR, {}, new Map([["es", "weur"]]));
    table.use(MOVING);
    expect(targets(table, FOUR, kind, text)).toEqual({ regions: ["weur"], byMap: false });
  });

  test("of three regions the two whose data centres were named by most recent hints", () => {
    const table = new PlaceTable(FOUR, {}, new Map());
    table.use({ ...MOVED, colos: { MAD: "enam", LIS: "oc", LHR: "oc" } });
    for (let i = 0; i < 3; i++) targets(table, FOUR, "colo", "MAD");
    targets(table, FOUR, "colo", "LIS");
    table.tick(1);
    expect(targets(table, FOUR, "k", "EU").regions).toEqual(["enam", "oc"]);
    // Hours later they count for nothing.
    table.tick(12 * 3_600_000);
    expect(targets(table, FOUR, "k", "EU").regions).toEqual(["weur", "oc"]);
  });

  test("an override of the operator goes first", () => {
    const table = new PlaceTable(FOUR, { "c:ES": "apac", "colo:MAD": "weur" }, new Map());
    table.use(MOVED);
    expect(targets(table, FOUR, "colo", "MAD").regions).toEqual(["weur"]);
    expect(targets(table, FOUR, "c", "ES").regions).toEqual(["weur", "apac"]);
  });
});

describe("every data centre of the table", () => {
  const ALL = Object.values(COLOS_BY_HINT).flatMap((codes) => codes.split(" "));
  test("stands in one country and on one continent", () => {
    const countries = Object.values(COUNTRIES).flatMap((codes) => codes.split(" "));
    const of = (field: "country" | "continent", codes: readonly string[]) =>
      codes.flatMap((code) => colosOf(field, code).map(({ colo }) => colo));
    expect(of("country", countries).sort()).toEqual([...ALL].sort());
    expect(of("continent", ["AF", "AN", "AS", "EU", "NA", "OC", "SA"]).sort()).toEqual([...ALL].sort());
  });

  test("is read by the Worker where the warmer pushes, by data centre, country and region, for 60 random maps", () => {
    const codes = Object.values(COUNTRIES).flatMap((row) => row.split(" "));
    const COUNTRY_OF = new Map(codes.flatMap((code) => colosOf("country", code).map(({ colo }) => [colo ?? "", code])));
    const random = seeded(20);
    const SIX = ["enam", "wnam", "weur", "eeur", "apac", "oc"];
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    for (let round = 0; round < 60; round++) {
      const deployed = SIX.filter(() => random() < 0.6);
      if (deployed.length === 0) continue;
      const some = Array.from({ length: Math.floor(random() * 6) }, () => pick(ALL));
      const colos = Object.fromEntries(some.map((colo) => [colo, pick(SIX)]));
      const moving = Object.fromEntries(some.filter(() => random() < 0.5).map((colo) => [colo, pick(SIX)]));
      const overrides = random() < 0.3 ? { [`colo:${pick(ALL)}`]: pick(SIX) } : {};
      const map: RegionMap = { v: 1, version: 1 + round, colos, moving };
      const table = new PlaceTable(deployed, overrides, new Map());
      table.use(map);
      for (const colo of [...some, pick(ALL)]) {
        const rules = { deployed, overrides, map };
        const { region, beside } = readingOf({ colo }, rules);
        const expected = beside === null ? [region] : [region, beside];
        expect([...targets(table, deployed, "colo", colo).regions].sort(), colo).toEqual(expected.sort());
        const country = COUNTRY_OF.get(colo);
        const pushed = targets(table, deployed, "c", country ?? "").regions;
        const read = new Set(
          colosOf("country", country ?? "").flatMap((place) => {
            const reading = readingOf(place, rules);
            return [reading.region, reading.beside ?? reading.region];
          }),
        );
        // All regions that readers there read; of more than two, two.
        expect(pushed.every((name) => read.has(name ?? ""))).toBe(true);
        expect(pushed.length).toBe(Math.min(2, read.size));
        // A hint by region: the Worker adds one region to that of the table.
        const home = regionOf({ colo }, deployed, overrides);
        const both = [home, movedTo(home, rules)];
        const moved = Object.keys(colos).filter((one) => regionOf({ colo: one }, deployed, overrides) === home);
        const goals = new Set(moved.map((one) => readingOf({ colo: one }, rules).region));
        goals.add(home);
        if (goals.size <= 2 && overrides[`colo:${colo}`] === undefined) expect(both).toContain(region);
      }
    }
  });
});

test("NameTable: finds 1 000 names, and no other, not even parts of names", () => {
  const names = Array.from({ length: 1_000 }, (_, n) => `name-${n}`);
  const table = new NameTable(new Map(names.map((name, n) => [name, n])));
  const get = (text: string) => table.get(Buffer.from(text), 0, text.length);
  expect(names.map(get)).toEqual(names.map((_, n) => n));
  expect(["", "name-", "name-1000", "ame-1", "name-1 "].map(get)).toEqual([-1, -1, -1, -1, -1]);
});
