/** Checks a report before it is believed: an isolate may be broken, or of another version. Pure. */
import { MAX_MS, type WeatherReport, type WeatherRow } from "./report.ts";

/** More reads than an isolate can make in a window. */
const MAX_COUNT = 100_000;
const MAX_ROWS = 16;
const MAX_NAME = 32;

/** The report with the rows that can be true, or null when nothing of it can. */
export function readReport(said: WeatherReport): WeatherReport | null {
  const { v, isolate, colo, rows } = said as Partial<WeatherReport>;
  const isNamed = typeof isolate === "string" && isolate !== "" && isolate.length <= MAX_NAME;
  if (v !== 1 || !isNamed || typeof colo !== "string" || !/^[A-Z]{3}$/.test(colo) || !Array.isArray(rows)) return null;
  const good = rows.slice(0, MAX_ROWS).filter(isPossible);
  return good.length === 0 ? null : { v, isolate, colo, rows: good };
}

function isPossible(row: unknown): row is WeatherRow {
  if (typeof row !== "object" || row === null) return false;
  const { tier, region, count, hits, medianMs } = row as Partial<WeatherRow>;
  if (tier !== "region" && tier !== "primary") return false;
  const isName = typeof region === "string" && region.length <= MAX_NAME && /^[a-z0-9-]+$/.test(region);
  return isName && isWhole(count, 1, MAX_COUNT) && isWhole(hits, 0, count) && isWithin(medianMs, 0, MAX_MS);
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && isWithin(value, min, max);
}

function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && value >= min && value <= max;
}
