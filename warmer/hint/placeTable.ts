import { collapse, type Place, type RegionOverrides, regionOf } from "../../src/coordinate/regions.ts";
import { NameTable } from "./nameTable.ts";
import type { PlaceKind } from "./protocol.ts";

/** The names of R2's regions. */
export const LOCATION_HINTS = ["wnam", "enam", "weur", "eeur", "apac", "oc"] as const;

/** Letters of each kind of code, and the field of `Place` that it fills. */
const CODES = {
  c: { letters: 2, field: "country" },
  k: { letters: 2, field: "continent" },
  colo: { letters: 3, field: "colo" },
} as const satisfies Partial<Record<PlaceKind, { letters: number; field: keyof Place }>>;

const UNASKED = -2;

/**
 * Maps the place in a datagram to the index of a deployed region. It uses the same `regionOf` as the edge. Each code is
 * asked once and then cached (at most 26^3 data centres, 26^2 countries and continents).
 */
export class PlaceTable {
  readonly #deployed: readonly string[];
  readonly #overrides: RegionOverrides;
  readonly #regions: NameTable;
  readonly #endpoints: NameTable;
  readonly #codes = {
    c: new Int16Array(26 ** 2).fill(UNASKED),
    k: new Int16Array(26 ** 2).fill(UNASKED),
    colo: new Int16Array(26 ** 3).fill(UNASKED),
  };

  /** @param endpoints first label of Flickr's `http_endpoint` -> region name (`WARM_ENDPOINTS`) */
  constructor(deployed: readonly string[], overrides: RegionOverrides, endpoints: ReadonlyMap<string, string>) {
    this.#deployed = deployed;
    this.#overrides = overrides;
    const index = (name: string): number => deployed.indexOf(collapse(name, deployed, overrides) ?? "");
    const own = Object.keys(overrides).flatMap((key) => (key.startsWith("r:") ? [key.slice(2)] : []));
    const names = [...deployed, ...LOCATION_HINTS, ...own];
    this.#regions = new NameTable(new Map(names.map((name) => [name, index(name)])));
    this.#endpoints = new NameTable(new Map([...endpoints].map(([label, name]) => [label, index(name)])));
  }

  /** Index of the deployed region for the place in bytes[start, end); -1 if there is none. */
  lookup(kind: PlaceKind, bytes: Uint8Array, start: number, end: number): number {
    if (kind === "r") return this.#regions.get(bytes, start, end);
    if (kind === "endpoint") {
      let dot = start;
      while (dot < end && bytes[dot] !== 0x2e) dot++;
      return this.#endpoints.get(bytes, start, dot);
    }
    if (end - start !== CODES[kind].letters) return -1;
    let code = 0;
    for (let i = start; i < end; i++) {
      const letter = ((bytes[i] as number) | 0x20) - 0x61;
      if (letter < 0 || letter > 25) return -1;
      code = code * 26 + letter;
    }
    const table = this.#codes[kind];
    const known = table[code] as number;
    if (known !== UNASKED) return known;
    const text = String.fromCharCode(...bytes.subarray(start, end));
    const region = regionOf({ [CODES[kind].field]: text }, this.#deployed, this.#overrides);
    const found = this.#deployed.indexOf(region);
    table[code] = found;
    return found;
  }
}
