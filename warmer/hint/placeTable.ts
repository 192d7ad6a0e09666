import { collapse, type Place, type RegionOverrides, regionOf } from "../../src/coordinate/regions.ts";
import { readingOf } from "../../src/weather/reading.ts";
import { colosOf } from "../regions/coloCountries.ts";
import { RecentHits } from "../regions/recentHits.ts";
import type { RegionMap } from "../regions/regionMap.ts";
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
 * Where a hint goes, in one number: the index of a deployed region, that of a second one plus 1 (0 = none), and whether the
 * map of the regions has named them. Without a map it is the index alone.
 */
const SECOND = 1 << 8;
const BY_MAP = 1 << 16;

export const firstRegion = (target: number): number => target & (SECOND - 1);
/** -1: there is none. */
export const secondRegion = (target: number): number => ((target & (BY_MAP - 1)) >> 8) - 1;
export const isByMap = (target: number): boolean => target >= BY_MAP;

/**
 * Maps the place in a datagram to deployed regions. It uses the same functions as the edge: `regionOf`, and where there is a
 * map of the regions, `readingOf` for each data centre of the place. Each code is asked once and then cached (at most 26^3
 * data centres, 26^2 countries and continents).
 */
export class PlaceTable {
  readonly #deployed: readonly string[];
  readonly #overrides: RegionOverrides;
  readonly #regions: NameTable;
  readonly #endpoints: NameTable;
  readonly #hits = new RecentHits(26 ** 3);
  #map: RegionMap | undefined;
  readonly #codes = {
    c: new Int32Array(26 ** 2).fill(UNASKED),
    k: new Int32Array(26 ** 2).fill(UNASKED),
    colo: new Int32Array(26 ** 3).fill(UNASKED),
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

  /** Takes another map of the regions; undefined = the fixed table. */
  use(map: RegionMap | undefined): void {
    this.#map = map;
    for (const table of Object.values(this.#codes)) table.fill(UNASKED);
  }

  /** Call it about once a minute: older hints count less. @param now ms of the steady clock */
  tick(now: number): void {
    this.#hits.decay(now);
    if (this.#map === undefined) return;
    this.#codes.c.fill(UNASKED);
    this.#codes.k.fill(UNASKED);
  }

  /** Where the hint with the place in bytes[start, end) goes (see above); -1 if there is no region. */
  lookup(kind: PlaceKind, bytes: Uint8Array, start: number, end: number): number {
    // A region is that of the fixed table. The edge adds what its data centres read now.
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
    // The same number as numberOf gives.
    const table = this.#codes[kind];
    let target = table[code] as number;
    if (target === UNASKED) {
      target = this.#targetOf(kind, String.fromCharCode(...bytes.subarray(start, end)).toUpperCase());
      table[code] = target;
    }
    if (kind === "colo" && this.#map !== undefined) this.#hits.note(code);
    return target;
  }

  #targetOf(kind: keyof typeof CODES, code: string): number {
    const [deployed, overrides, map] = [this.#deployed, this.#overrides, this.#map];
    const place: Place = { [CODES[kind].field]: code };
    if (map === undefined) return deployed.indexOf(regionOf(place, deployed, overrides));
    const colos = kind === "colo" ? [] : colosOf(CODES[kind].field, code);
    // A code without data centres gets what the edge says of the place itself.
    const [first, second] = this.#regionsOf(colos.length === 0 ? [place] : colos, map);
    const other = second === undefined ? 0 : deployed.indexOf(second) + 1;
    return BY_MAP + other * SECOND + deployed.indexOf(first ?? "");
  }

  /** The regions that readers at these places read now, at most two: those with most recent hits. */
  #regionsOf(places: readonly Place[], map: RegionMap): readonly string[] {
    const [deployed, overrides] = [this.#deployed, this.#overrides];
    const weights = new Map<string, number>();
    for (const one of places) {
      const { region, beside } = readingOf(one, { deployed, overrides, map });
      // Where nothing is known of the hits, each data centre counts the same.
      const weight = this.#hits.of(numberOf(one.colo ?? "")) + NO_HITS;
      weights.set(region, (weights.get(region) ?? 0) + weight);
      // Of two that count the same, the one that is filled goes first.
      if (beside !== null) weights.set(beside, (weights.get(beside) ?? 0) + weight * BESIDE);
    }
    const ordered = [...weights].sort(([a, x], [b, y]) => y - x || deployed.indexOf(a) - deployed.indexOf(b));
    return ordered.slice(0, 2).map(([region]) => region);
  }
}

/** What the region counts that a data centre leaves. */
const BESIDE = 0.999;

/** What a data centre counts that no hint has named: far less than one hint. */
const NO_HITS = 1e-3;

/** Capital letters as a number to the base 26. */
function numberOf(code: string): number {
  return [...code].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 0x41, 0);
}
