/** What may stand under `weather` of the live settings (weather/settings.ts), and whether a deployment has weather. Pure. */
import type { Config } from "../config/config.ts";
import { NO_WEATHER, type WeatherSettings } from "../weather/settings.ts";
import type { Check, JsonReader } from "./jsonReader.ts";

const FIELD = "weather";

/** A deployment with one region has nothing to choose. */
export function hasWeather({ weather, regions }: Pick<Config, "weather" | "regions">): boolean {
  return weather === "on" && regions.length >= 2;
}

/** Only the form is checked: a region that is not deployed is passed over when the map is made. */
export function readWeather(json: JsonReader): WeatherSettings {
  json.object([FIELD], Object.keys(NO_WEATHER));
  const regions = (field: "colos" | "moving" | "set") => json.table([FIELD, field], isColo, () => isRegion);
  return {
    version: json.value([FIELD, "version"], isVersion, NO_WEATHER.version),
    colos: regions("colos"),
    moving: regions("moving"),
    set: regions("set"),
    freeze: json.value([FIELD, "freeze"], isFlag, NO_WEATHER.freeze),
    exclude: json.list([FIELD, "exclude"], isRegion),
  };
}

/** Whether anything is decided or ordered. An older Worker does not know the name `weather`, so it is left out until then. */
export function isWeatherSet({ version, freeze, exclude }: WeatherSettings): boolean {
  return version > 0 || freeze || exclude.length > 0;
}

const isColo: Check<string> = (value) =>
  typeof value === "string" && /^[A-Z]{3}$/.test(value)
    ? { value }
    : { wrong: "is no data centre (three capital letters)" };

const isRegion: Check<string> = (value) =>
  typeof value === "string" && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(value)
    ? { value }
    : { wrong: "is no name of a region (a-z, 0-9 and -)" };

const isVersion: Check<number> = (value) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ? { value }
    : { wrong: "is no whole number from 0" };

const isFlag: Check<boolean> = (value) => (typeof value === "boolean" ? { value } : { wrong: "is not true or false" });
