import type { WeatherMap } from "../../src/weather/settings.ts";

/** What `GET /regions` answers: which data centres read another region than the fixed table says. */
export type RegionMap = WeatherMap;

/** A map is a few kilobytes: at most one entry for each data centre. */
export const MAX_MAP_BYTES = 65_536;

const COLO = /^[A-Z]{3}$/;
const REGION = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** Reads the answer; undefined if it is not a map. Never throws. */
export function readRegionMap(text: string): RegionMap | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { v, version, colos, moving } = value as Record<string, unknown>;
  if (v !== 1 || !Number.isSafeInteger(version) || Number(version) < 0 || !isTable(colos)) return undefined;
  if (moving === undefined) return { v, version: Number(version), colos };
  return isTable(moving) ? { v, version: Number(version), colos, moving } : undefined;
}

function isTable(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([colo, region]) => COLO.test(colo) && REGION.test(String(region)));
}
