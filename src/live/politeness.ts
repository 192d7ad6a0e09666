/** What may stand under `politeness` of the live settings: `{ "host[:port]": { "concurrency": 2, "perDay": null } }`. Pure. */
import { parseHostPattern } from "../config/hostPattern.ts";
import { POLITENESS_RANGES, type Politeness } from "../config/politeness.ts";
import type { Check, JsonReader } from "./jsonReader.ts";

/** By host pattern as written. A limit that is not named is that of the table of known hosts; null lifts it. */
export type PolitenessSettings = Readonly<Record<string, Partial<Politeness>>>;

const FIELD = "politeness";

export function readPoliteness(json: JsonReader): PolitenessSettings {
  const hosts = json.table([FIELD], isHost, () => isObject);
  const rules = Object.keys(hosts).map((host) => [host, json.table([FIELD, host], isLimit, isWithin)]);
  return Object.fromEntries(rules) as PolitenessSettings;
}

const isHost: Check<string> = (value) => {
  const text = String(value);
  try {
    const { scheme, path } = parseHostPattern(text);
    if (scheme === null && path === "") return { value: text };
    return { wrong: "is refused: a limit holds for a host or host:port, without a scheme or a path" };
  } catch (error) {
    return { wrong: `is refused: ${error instanceof Error ? error.message : error}` };
  }
};

const isObject: Check<object> = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { value } : { wrong: "is no object" };

const isLimit: Check<string> = (value) =>
  Object.hasOwn(POLITENESS_RANGES, String(value))
    ? { value: String(value) }
    : { wrong: `is not known here; known are ${Object.keys(POLITENESS_RANGES).join(", ")}` };

function isWithin(limit: string): Check<number | null> {
  // The wrong name is told already.
  if (!isRanged(limit)) return () => ({ value: null });
  const { min, max, fractions } = POLITENESS_RANGES[limit];
  return (value) => {
    if (value === null) return { value };
    const isWhole = Number.isInteger(value) || (fractions && Number(value) < 1);
    if (typeof value === "number" && isWhole && value >= min && value <= max) return { value };
    const kind = fractions ? "number (whole from 1 on)" : "whole number";
    return {
      wrong: `is ${JSON.stringify(value).slice(0, 40)}, not a ${kind} from ${min} to ${max}, or null for no limit`,
    };
  };
}

function isRanged(limit: string): limit is keyof Politeness {
  return Object.hasOwn(POLITENESS_RANGES, limit);
}
