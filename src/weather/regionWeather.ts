/**
 * The Durable Object of a region's weather: clock, alarm, disk and ledger around `decide`. Binding `REGION_WEATHER`, one
 * object per region, named as the region.
 */
import { DurableObject } from "cloudflare:workers";
import type { WeatherReport } from "./report.ts";

/** What an isolate says and hears. Calls may reject: the caller ignores that. */
export type WeatherPort = {
  /** Takes a report of a data centre whose `home` (reading.ts) the region is. */
  report(report: WeatherReport): Promise<void>;
  /** The figures behind the decisions, for `npm run weather -- show`. */
  show(): Promise<WeatherView>;
};

export type WeatherView = {
  readonly region: string;
  /** By region: how much slower its store is than usual, as a factor (1 = as usual); null = not known. */
  readonly change: Readonly<Record<string, number | null>>;
  /** By data centre: the usual milliseconds by region. */
  readonly usual: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

export class RegionWeather extends DurableObject<Env> {
  async report(_report: WeatherReport): Promise<void> {}

  async show(): Promise<WeatherView> {
    return { region: "", change: {}, usual: {} };
  }
}

/** The object of a region. Nothing throws here: its calls reject instead. */
export function weatherOf(namespace: DurableObjectNamespace<RegionWeather>, region: string): WeatherPort {
  const open = () => namespace.get(namespace.idFromName(region));
  return {
    report: async (report) => await open().report(report),
    show: async () => await open().show(),
  };
}
