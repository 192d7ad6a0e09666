/**
 * The weather in virtual time, with the real code: isolates pool their reads (`ReportWindow`), the objects of the regions
 * decide each minute (`decide`), the ledger takes the moves (`withMoves`), isolates read the new map up to two minutes
 * later (`readingOf`). The simulation has the reads: distances, noise, and whether a store has the picture.
 *
 * Beside the primary no second store is raced for an answer: a picture that the region has comes from the region, so that
 * the choice of the region shows.
 */

import { decide } from "../../src/weather/decide.ts";
import { withMoves } from "../../src/weather/moves.ts";
import { type Reading, readingOf } from "../../src/weather/reading.ts";
import { PROBE_SHARE, ReportWindow, type WeatherReport, type WeatherSample } from "../../src/weather/report.ts";
import { mapOf, NO_WEATHER, type WeatherSettings } from "../../src/weather/settings.ts";
import { type DecideConfig, NO_STATE, type WeatherState, withPresent } from "../../src/weather/state.ts";
import { VirtualTime } from "../catalogue/virtualTime.ts";
import { type Noise, Sky, type Trouble } from "./sky.ts";
import { Times } from "./times.ts";
import { DEPLOYED, type Region, type SimulatedColo } from "./world.ts";

/** What a broken isolate makes of a sample. */
export type Lie = (sample: WeatherSample) => WeatherSample;

export type SimulationOptions = {
  readonly colos: readonly SimulatedColo[];
  /** Misses a second in each data centre, and isolates that share them. */
  readonly rate: number;
  readonly isolates: number;
  readonly seconds: number;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly troubles?: readonly Trouble[];
  readonly noise?: Noise;
  /** The first isolate of this data centre is broken. */
  readonly liar?: { readonly colo: string; readonly lie: Lie };
  /** Moves without measurement: by second. Nobody else decides then. */
  readonly oracle?: (second: number) => WeatherSettings | null;
  /** Seconds within which the readers' times are counted, and whose. */
  readonly counted?: { readonly from: number; readonly to: number; readonly colos: ReadonlySet<string> };
};

/** A change of the map, and when the last isolate of the data centre had read it. Seconds. */
export type Published = { readonly at: number; readonly weather: WeatherSettings };
export type Switched = { readonly at: number; readonly colo: string; readonly region: string };

export type Simulated = {
  readonly published: readonly Published[];
  /** Each time that all isolates of a data centre read another region than before. */
  readonly switched: readonly Switched[];
  readonly times: Times;
  readonly misses: number;
  readonly reports: number;
};

const MAP_DELAY_S = 120;
const ALARM_S = 60;
/** The share of pictures that a store has once it serves a data centre, and of those that it has for others. */
const FULL = 0.8;
const SHARED = 0.4;
/** Misses until a store has most of what a data centre asks for: a page of hot pictures. */
const WARM_UP_MISSES = 600;

const RULES = { deployed: DEPLOYED, overrides: {} };

type Isolate = { readonly window: ReportWindow; readonly lie: Lie | null; version: number; reading: Reading };
type Centre = {
  readonly at: SimulatedColo;
  readonly isolates: readonly Isolate[];
  readonly has: Record<Region, number>;
  region: string;
};

export function simulate(options: SimulationOptions): Simulated {
  const { colos, rate, random, liar, counted } = options;
  const time = new VirtualTime();
  const sky = new Sky(options.troubles ?? [], options.noise ?? { read: 0.3, way: 0, region: 0 }, random);
  const published: Published[] = [];
  const switched: Switched[] = [];
  const times = new Times();
  let weather = NO_WEATHER;
  let misses = 0;
  let reports = 0;

  const readingAt = (colo: string, settings: WeatherSettings) =>
    readingOf({ colo }, { ...RULES, map: mapOf(settings, DEPLOYED) });
  const centres: readonly Centre[] = colos.map((at) => ({
    at,
    region: at.home,
    has: { enam: SHARED, weur: SHARED, apac: SHARED, oc: SHARED, [at.home]: FULL },
    isolates: Array.from({ length: options.isolates }, (_, i) => ({
      window: new ReportWindow(`${at.colo}-${i}`),
      lie: liar?.colo === at.colo && i === 0 ? liar.lie : null,
      version: 0,
      reading: readingAt(at.colo, NO_WEATHER),
    })),
  }));

  const publish = (next: WeatherSettings, delayS: number) => {
    weather = next;
    published.push({ at: time.now / 1000, weather });
    for (const centre of centres) {
      const reading = readingAt(centre.at.colo, next);
      for (const isolate of centre.isolates) {
        time.in(random() * delayS * 1000, () => {
          if (isolate.version >= next.version) return;
          isolate.version = next.version;
          isolate.reading = reading;
          const { region } = reading;
          if (centre.region === region || centre.isolates.some((one) => one.reading.region !== region)) return;
          centre.region = region;
          switched.push({ at: time.now / 1000, colo: centre.at.colo, region });
        });
      }
    }
  };

  const pending = new Map<string, WeatherReport[]>(DEPLOYED.map((region) => [region, []]));
  for (const region of options.oracle === undefined ? DEPLOYED : []) {
    let state: WeatherState = NO_STATE;
    const alarm = () => {
      const config = (): DecideConfig => ({ ...RULES, region, weather });
      const { state: after, moves } = decide(state, pending.get(region) ?? [], time.now, config());
      pending.set(region, []);
      const next = withMoves(weather, moves, RULES);
      if (next !== weather) publish(next, MAP_DELAY_S);
      state = withPresent(after, time.now, config());
      time.in(ALARM_S * 1000, alarm);
    };
    time.in(random() * ALARM_S * 1000, alarm);
  }

  const read = ({ at, has }: Centre, region: Region, picture: number, second: number): WeatherSample => {
    const ms = sky.trueMs(at, region, second) * sky.factor(at.colo, region, second) * sky.readFactor();
    return { tier: "region", region, ms, hit: picture < has[region] };
  };

  const lookUp = (centre: Centre, isolate: Isolate, second: number) => {
    misses++;
    const { at, has } = centre;
    const { region, beside, probe, home } = isolate.reading as Reading & {
      region: Region;
      probe: Region | null;
      beside: Region | null;
    };
    // Which picture: a store has the most popular ones.
    const picture = random();
    const primary: WeatherSample = { tier: "primary", region, ms: at.primary * sky.readFactor(), hit: true };
    const samples = [read(centre, region, picture, second), primary];
    if (beside !== null) samples.push(read(centre, beside, picture, second));
    let ms = Number.POSITIVE_INFINITY;
    for (const one of samples) if (one.hit && one.tier === "region") ms = Math.min(ms, one.ms);
    if (ms === Number.POSITIVE_INFINITY) ms = primary.ms;
    if (counted?.colos.has(at.colo) && second >= counted.from && second < counted.to) times.add(ms);
    if (picture >= has[region]) has[region] += (FULL - has[region]) / (WARM_UP_MISSES * (1 - has[region]));
    if (home === null) return;
    if (probe !== null && random() < PROBE_SHARE) samples.push({ ...read(centre, probe, picture, second), hit: false });
    const now = second * 1000;
    for (const sample of samples) isolate.window.note(at.colo, isolate.lie?.(sample) ?? sample, now);
    const report = isolate.window.take(now);
    if (report === null) return;
    reports++;
    pending.get(home)?.push(report);
  };

  let owed = 0;
  const tick = () => {
    const second = time.now / 1000;
    const next = options.oracle?.(second);
    if (next) publish(next, 0);
    owed += rate;
    const each = Math.floor(owed);
    owed -= each;
    for (const centre of centres) {
      for (let i = 0; i < each; i++) {
        const isolate = centre.isolates[Math.floor(random() * centre.isolates.length)];
        if (isolate !== undefined) lookUp(centre, isolate, second);
      }
    }
    time.in(1_000, tick);
  };
  time.in(0, tick);
  time.runUntil(() => time.now >= options.seconds * 1000);
  return { published, switched, times, misses, reports };
}
