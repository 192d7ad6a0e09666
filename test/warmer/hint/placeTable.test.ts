import { describe, expect, test } from "vitest";
import { regionOf } from "../../../src/coordinate/regions.ts";
import { NameTable } from "../../../warmer/hint/nameTable.ts";
import { PlaceTable } from "../../../warmer/hint/placeTable.ts";
import type { PlaceKind } from "../../../warmer/hint/protocol.ts";

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

test("NameTable: finds 1 000 names, and no other, not even parts of names", () => {
  const names = Array.from({ length: 1_000 }, (_, n) => `name-${n}`);
  const table = new NameTable(new Map(names.map((name, n) => [name, n])));
  const get = (text: string) => table.get(Buffer.from(text), 0, text.length);
  expect(names.map(get)).toEqual(names.map((_, n) => n));
  expect(["", "name-", "name-1000", "ame-1", "name-1 "].map(get)).toEqual([-1, -1, -1, -1, -1]);
});
