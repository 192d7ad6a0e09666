/** The runs that the bench and its twin in the tests judge. Times in seconds. */
import { NO_WEATHER, type WeatherSettings } from "../../src/weather/settings.ts";
import { seeded } from "../../test/support/seeded.ts";
import { type Lie, type Simulated, type SimulationOptions, simulate } from "./simulation.ts";
import type { Noise, Trouble } from "./sky.ts";
import { DEPLOYED, dataCentres, type Population, type SimulatedColo } from "./world.ts";

export type Rate = {
  /** Misses a second in each data centre, and isolates that share them. */
  readonly rate: number;
  readonly isolates: number;
};

/** A run with +150 ms from so many of the data centres of Western Europe to their region, for a while. */
export type TroubleRun = Rate & {
  readonly seed: number;
  readonly population: Population;
  readonly hit: number;
  /** Before the trouble, its time, and after it. */
  readonly calm: number;
  readonly trouble: number;
  readonly after: number;
  readonly noise?: Noise;
  readonly lie?: Lie;
};

const EXTRA_MS = 150;
const REGION = "weur";
/** The readers' times count until the trouble must be undone. */
export const UNDONE_S = 1_200;
export const ROUND_S = 300;

export type TroubleFigures = {
  /** Until the last data centre that was hit reads another region, and until the last one is back. NaN: never. */
  readonly roundS: number;
  readonly undoneS: number;
  /** Changes of region beyond one away and one back for each data centre that was hit. */
  readonly further: number;
  readonly medianMs: number;
  readonly meanMs: number;
  readonly run: Simulated;
};

function arrange(run: TroubleRun): { readonly options: SimulationOptions; readonly trouble: Trouble } {
  const random = seeded(run.seed);
  const colos = dataCentres(run.population, random);
  const hit = colos.filter(({ home }) => home === REGION).slice(0, run.hit);
  // At any moment of a minute.
  const from = run.calm + Math.floor(60 * random());
  const names = new Set(hit.map(({ colo }) => colo));
  const trouble = { region: REGION, colos: names, extraMs: EXTRA_MS, from, to: from + run.trouble } as const;
  const { rate, isolates, noise, lie } = run;
  const [first] = hit;
  const options: SimulationOptions = {
    ...{ colos, rate, isolates, random, seconds: trouble.to + run.after, troubles: [trouble] },
    counted: { from, to: trouble.to + UNDONE_S, colos: names },
    ...(noise === undefined ? {} : { noise }),
    ...(lie === undefined || first === undefined ? {} : { liar: { colo: first.colo, lie } }),
  };
  return { options, trouble };
}

export function runTrouble(run: TroubleRun): TroubleFigures {
  const { options, trouble } = arrange(run);
  const result = simulate(options);
  const away = new Map<string, number>();
  const back = new Map<string, number>();
  let further = 0;
  for (const { colo, region, at } of result.switched) {
    if (!trouble.colos.has(colo) || (away.has(colo) && back.has(colo))) further++;
    else if (region !== REGION && !away.has(colo)) away.set(colo, at - trouble.from);
    else if (region === REGION && away.has(colo)) back.set(colo, at - trouble.to);
    else further++;
  }
  const last = (times: ReadonlyMap<string, number>) =>
    times.size < trouble.colos.size ? Number.NaN : Math.max(...times.values());
  const { median: medianMs, mean: meanMs } = result.times;
  return { roundS: last(away), undoneS: last(back), further, medianMs, meanMs, run: result };
}

/**
 * The same for somebody who knows the trouble beforehand: he moves each data centre at its first second to the nearest
 * store and back at its last, where that gains more than its misses cost. He reads the old store beside for ten minutes.
 */
export function runOracle(run: TroubleRun): Pick<TroubleFigures, "medianMs" | "meanMs"> {
  const { options, trouble } = arrange(run);
  const colos: Record<string, string> = {};
  const moving: Record<string, string> = {};
  for (const at of options.colos) {
    const to = worthMoving(at, trouble, run.rate);
    if (to === null) continue;
    colos[at.colo] = to;
    moving[at.colo] = REGION;
  }
  const away: WeatherSettings = { ...NO_WEATHER, version: 1, colos, moving };
  const steps: readonly (readonly [number, WeatherSettings])[] = [
    [trouble.from, away],
    [trouble.from + 600, { ...away, version: 2, moving: {} }],
    [trouble.to, { ...NO_WEATHER, version: 3, moving: colos }],
    [trouble.to + 600, { ...NO_WEATHER, version: 4 }],
  ];
  const oracle = (second: number) => steps.find(([at]) => at === second)?.[1] ?? null;
  const { times } = simulate({ ...options, oracle });
  return { medianMs: times.median, meanMs: times.mean };
}

/** Misses that a move costs, each a trip to the primary. */
const MOVE_MISSES = 300;

function worthMoving({ colo, regions, primary }: SimulatedColo, trouble: Trouble, rate: number): string | null {
  if (!trouble.colos.has(colo)) return null;
  const slow = regions[REGION] + trouble.extraMs;
  const [nearest] = DEPLOYED.filter((region) => region !== REGION).sort((a, b) => regions[a] - regions[b]);
  if (nearest === undefined) return null;
  const gain = (slow - regions[nearest]) * rate * (trouble.to - trouble.from);
  return gain > MOVE_MISSES * Math.max(0, primary - regions[nearest]) ? nearest : null;
}

export type NoiseRun = Rate & {
  readonly seed: number;
  readonly population: Population;
  readonly seconds: number;
  readonly noise: Noise;
  /** So many data centres of each region have their second store about as near as their own. */
  readonly nearlyEqual: number;
};

/** Without any trouble: the changes of region, and those of them that went back. */
export function runNoise(run: NoiseRun): { readonly moves: number; readonly returns: number; readonly misses: number } {
  const random = seeded(run.seed);
  const { rate, isolates, seconds, noise } = run;
  const colos = dataCentres(run.population, random, run.nearlyEqual);
  const { switched, misses } = simulate({ colos, rate, isolates, seconds, noise, random });
  const home = new Map(colos.map(({ colo, home: region }) => [colo, region as string]));
  const returns = switched.filter(({ colo, region }) => home.get(colo) === region).length;
  return { moves: switched.length, returns, misses };
}
