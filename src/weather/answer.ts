/** What `POST /weather` answers, as `npm run weather` reads it. Types only. */
import type { WeatherSettings } from "./settings.ts";
import type { WeatherView } from "./view.ts";

/** `views` only after `show`; null stands for a region whose object does not answer. */
export type WeatherAnswer = {
  readonly v: 1;
  /** False: WEATHER=off, or fewer than two regions, or no binding. What is ordered has no effect until that changes. */
  readonly on: boolean;
  readonly regions: readonly string[];
  readonly weather: WeatherSettings;
  readonly views?: readonly (WeatherView | null)[];
};
