/**
 * Live settings: one JSON value in KV (key `settings`) over the variables, for what must change without a deployment.
 * Nothing that enters a stored name can be set here.
 *
 *   { "allowedSources": ["example.org"],            more of them, beside ALLOWED_SOURCES
 *     "blocked": { "sources": ["<source32>"], "hosts": ["<host16>"] },
 *     "epochs": { "<host16>": <unix ms of the last purge> },
 *     "staleEpochs": { "<host16>": <unix ms> },        copies older than that are stale
 *     "retiredMakers": ["1-libwebp1"],                 renditions of these makers are misses
 *     "regions": { "colo:DXB": "weur" } }
 */
import type { Config } from "../config/config.ts";
import { parseHostPattern } from "../config/hostPattern.ts";
import { Failure } from "../errors.ts";

export type LiveSettings = {
  readonly allowedSources: readonly string[];
  readonly blocked: { readonly sources: readonly string[]; readonly hosts: readonly string[] };
  readonly epochs: Readonly<Record<string, number>>;
  readonly staleEpochs: Readonly<Record<string, number>>;
  readonly retiredMakers: readonly string[];
  readonly regions: Readonly<Record<string, string>>;
};

export const NO_SETTINGS: LiveSettings = {
  allowedSources: [],
  blocked: { sources: [], hosts: [] },
  epochs: {},
  staleEpochs: {},
  retiredMakers: [],
  regions: {},
};

/**
 * The configuration with live settings (the text in KV; null = none) over it. Throws Failure `misconfigured` when the
 * text cannot be read: a list of takedowns that cannot be read must not pass for an empty one.
 */
export function withSettings(config: Config, text: string | null): Config {
  const { allowedSources, blocked, epochs, staleEpochs, retiredMakers, regions } = readLiveSettings(text);
  return {
    ...config,
    allowedSources: allowedSources.length === 0 ? config.allowedSources : [...config.allowedSources, ...allowedSources],
    blocked: { sources: new Set(blocked.sources), hosts: new Set(blocked.hosts) },
    epochs,
    staleEpochs,
    retiredMakers: new Set(retiredMakers),
    regionOverrides: { ...config.regionOverrides, ...regions },
  };
}

/** Reads and checks the text in KV. Throws Failure `misconfigured` whose detail lists every problem. */
export function readLiveSettings(text: string | null): LiveSettings {
  if (text === null) return NO_SETTINGS;
  const problems: string[] = [];
  const value = recordOf(parseJson(text, problems), "settings", problems);
  for (const field of Object.keys(value)) {
    if (!Object.hasOwn(NO_SETTINGS, field)) problems.push(`${field} is no live setting`);
  }
  const blocked = recordOf(value.blocked, "blocked", problems);
  const settings = {
    allowedSources: listOf(value.allowedSources, "allowedSources", isPattern, problems),
    blocked: {
      sources: listOf(blocked.sources, "blocked.sources", isHex(32), problems),
      hosts: listOf(blocked.hosts, "blocked.hosts", isHex(16), problems),
    },
    epochs: tableOf(value.epochs, "epochs", isHex(16), isEpoch, problems),
    staleEpochs: tableOf(value.staleEpochs, "staleEpochs", isHex(16), isEpoch, problems),
    retiredMakers: listOf(value.retiredMakers, "retiredMakers", isText, problems),
    regions: tableOf(value.regions, "regions", isText, isText, problems),
  };
  if (problems.length > 0) throw new Failure("misconfigured", {}, `live settings: ${problems.join("; ")}`);
  return settings;
}

type Check<T> = (value: unknown) => value is T;

const isText: Check<string> = (value) => typeof value === "string";
const isEpoch: Check<number> = (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isHex =
  (digits: number): Check<string> =>
  (value): value is string =>
    typeof value === "string" && value.length === digits && /^[0-9a-f]+$/.test(value);

const isPattern: Check<string> = (value): value is string => {
  if (typeof value !== "string") return false;
  try {
    parseHostPattern(value);
    return true;
  } catch {
    return false;
  }
};

function parseJson(text: string, problems: string[]): unknown {
  try {
    return JSON.parse(text);
  } catch {
    problems.push("not JSON");
    return undefined;
  }
}

function recordOf(value: unknown, name: string, problems: string[]): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  if (value !== undefined) problems.push(`${name} is no object`);
  return {};
}

function listOf<T>(value: unknown, name: string, check: Check<T>, problems: string[]): readonly T[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.push(`${name} is no list`);
    return [];
  }
  const good = value.filter(check);
  const wrong = value.length - good.length;
  if (wrong > 0) problems.push(`${name}: ${wrong} of ${value.length} in the wrong form`);
  return good;
}

function tableOf<T>(
  value: unknown,
  name: string,
  checkKey: Check<string>,
  check: Check<T>,
  problems: string[],
): Readonly<Record<string, T>> {
  const good: [string, T][] = [];
  for (const [key, entry] of Object.entries(recordOf(value, name, problems))) {
    if (checkKey(key) && check(entry)) good.push([key, entry]);
    else problems.push(`${name}.${key.slice(0, 40)} has the wrong form`);
  }
  return Object.fromEntries(good);
}
