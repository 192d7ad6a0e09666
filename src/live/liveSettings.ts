/**
 * Live settings: one JSON value in KV (key `settings`) over the variables, for what must change without a deployment.
 * Nothing that enters a stored name can be set here.
 *
 *   { "allowedSources": ["example.org"],            more of them, beside ALLOWED_SOURCES
 *     "blocked": { "sources": ["<source32>"], "hosts": ["<host16>"] },
 *     "epochs": { "<host16>": <unix ms of the last purge> },
 *     "staleEpochs": { "<host16>": <unix ms> },        copies older than that are stale
 *     "retiredMakers": ["1-vp8enc1"],                 renditions of these makers are misses
 *     "regions": { "colo:DXB": "weur" },
 *     "politeness": { "example.org": { "concurrency": 2, "perSecond": 10 } },
 *     "weather": { "version": 3, "colos": { "MAD": "enam" } } }   which data centre reads which region; npm run weather
 */
import type { Config } from "../config/config.ts";
import { parseHostPattern } from "../config/hostPattern.ts";
import { Failure } from "../errors.ts";
import { FIXED_MAP, mapOf, NO_WEATHER, type WeatherSettings } from "../weather/settings.ts";
import { type Check, type Checked, JsonReader } from "./jsonReader.ts";
import { type PolitenessSettings, readPoliteness } from "./politeness.ts";
import { hasWeather, readWeather } from "./weather.ts";

export type LiveSettings = {
  readonly allowedSources: readonly string[];
  readonly blocked: { readonly sources: readonly string[]; readonly hosts: readonly string[] };
  readonly epochs: Readonly<Record<string, number>>;
  readonly staleEpochs: Readonly<Record<string, number>>;
  readonly retiredMakers: readonly string[];
  readonly regions: Readonly<Record<string, string>>;
  readonly politeness: PolitenessSettings;
  readonly weather: WeatherSettings;
};

export const NO_SETTINGS: LiveSettings = {
  allowedSources: [],
  blocked: { sources: [], hosts: [] },
  epochs: {},
  staleEpochs: {},
  retiredMakers: [],
  regions: {},
  politeness: {},
  weather: NO_WEATHER,
};

/**
 * Whether an entry of `regions` can have an effect: null, or what is wrong with the place (`colo:DXB`) or with the region
 * that it is given. `coordinate/overrides.ts` has the tables; this folder must not import them.
 */
export type RegionCheck = (
  place: string,
  region: string,
) => { readonly of: "place" | "region"; readonly wrong: string } | null;

const ANY_REGION: RegionCheck = () => null;

/**
 * The configuration with live settings (the text in KV; null = none) over it. Throws Failure `misconfigured` when the
 * text cannot be read: a list of takedowns that cannot be read must not pass for an empty one.
 */
export function withSettings(config: Config, text: string | null, checkRegion: RegionCheck): Config {
  const live = readLiveSettings(text, checkRegion);
  const { allowedSources, blocked, epochs, staleEpochs, retiredMakers, regions, politeness, weather } = live;
  return {
    ...config,
    allowedSources: allowedSources.length === 0 ? config.allowedSources : [...config.allowedSources, ...allowedSources],
    blocked: { sources: new Set(blocked.sources), hosts: new Set(blocked.hosts) },
    epochs,
    staleEpochs,
    retiredMakers: new Set(retiredMakers),
    regionOverrides: { ...config.regionOverrides, ...regions },
    politeness,
    weatherSettings: weather,
    regionMap: hasWeather(config) ? mapOf(weather, config.regions) : FIXED_MAP,
  };
}

/**
 * Reads and checks the text in KV. Without `checkRegion` only the form of `regions` is checked. Throws Failure
 * `misconfigured` whose detail lists every problem with its line and column.
 */
export function readLiveSettings(text: string | null, checkRegion: RegionCheck = ANY_REGION): LiveSettings {
  if (text === null) return NO_SETTINGS;
  const json = new JsonReader(text);
  json.object([], Object.keys(NO_SETTINGS));
  json.object(["blocked"], Object.keys(NO_SETTINGS.blocked));
  const checkPlace: Check<string> = (place) => asRegionCheck(checkRegion(String(place), ""), "place", String(place));
  const settings = {
    allowedSources: json.list(["allowedSources"], isPattern),
    blocked: {
      sources: json.list(["blocked", "sources"], isHex(32, "a source")),
      hosts: json.list(["blocked", "hosts"], isHex(16, "a host")),
    },
    epochs: json.table(["epochs"], isHex(16, "a host"), () => isTime),
    staleEpochs: json.table(["staleEpochs"], isHex(16, "a host"), () => isTime),
    retiredMakers: json.list(["retiredMakers"], isText),
    regions: json.table(["regions"], checkPlace, (place) => (region) => {
      const text = isText(region);
      return "wrong" in text ? text : asRegionCheck(checkRegion(place, text.value), "region", text.value);
    }),
    politeness: readPoliteness(json),
    weather: readWeather(json),
  };
  const { problems } = json;
  if (problems.length > 0) throw new Failure("misconfigured", {}, `live settings: ${problems.join("; ")}`);
  return settings;
}

function asRegionCheck(problem: ReturnType<RegionCheck>, of: "place" | "region", value: string): Checked<string> {
  return problem?.of === of ? problem : { value };
}

const isText: Check<string> = (value) => (typeof value === "string" ? { value } : { wrong: "is no text" });

const isTime: Check<number> = (value) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ? { value }
    : { wrong: "is no time in unix milliseconds" };

/** Hashes are not repeated in the message: whoever writes an address by mistake does not want it in the log. */
const isHex =
  (digits: number, of: string): Check<string> =>
  (value) =>
    typeof value === "string" && value.length === digits && /^[0-9a-f]+$/.test(value)
      ? { value }
      : { wrong: `is not ${digits} lower-case hexadecimal digits, the hash of ${of}` };

const isPattern: Check<string> = (value) => {
  if (typeof value !== "string") return { wrong: "is no text" };
  try {
    parseHostPattern(value);
    return { value };
  } catch (error) {
    return { wrong: `is refused: ${error instanceof Error ? error.message : error}` };
  }
};
