/**
 * `npm run bench -- race [--quick] [--json FILE] [--svg FILE] [--places SIN,…] [--arms a50,…] [--pairs N] [--seed N]
 * [--state FILE] [--waterfall]`
 *
 * The warmer against no warmer, with the distances between continents, in a real browser. See bench/README.md.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { randomFrom } from "../../demo/generator/noise.ts";
import { say } from "../say.ts";
import { ARM_NAMES, ARMS, type ArmName } from "./arms.ts";
import { DISTANCES, placeOf } from "./distances.ts";
import type { PlaceSummaries } from "./figures/bars.ts";
import { judge } from "./figures/bars.ts";
import { histogram } from "./figures/histogram.ts";
import { placeReport } from "./figures/report.ts";
import { summarize } from "./figures/summary.ts";
import { loadPhotographs, type Photograph } from "./pictures/photographs.ts";
import { type CellResult, runCell } from "./run/cell.ts";
import { commitOf, type PlaceCells, readState, type State, writeState } from "./run/state.ts";
import { waterfall } from "./run/waterfall.ts";
import { startWorld } from "./world.ts";

const PLACES = ["SIN", "SYD", "SYD-oc", "NRT", "MAD"] as const;
const QUICK_PLACES = ["SIN", "MAD"] as const;
const DEFAULT_SEED = 1;

type Options = {
  readonly places: readonly string[];
  /** Arms, and how many pairs of each. */
  readonly arms: readonly (readonly [ArmName, number])[];
  readonly seed: number;
  readonly state: string | null;
  readonly svg: string | null;
  readonly waterfall: boolean;
};

/** Runs place after place, prints their tables, and gives the figures. Throws Error for an unknown place or arm. */
export async function run(args: readonly string[]): Promise<unknown> {
  const options = readOptions(args);
  const photographs = await loadPhotographs();
  let state = readState(options.state, commitOf(), options.seed);
  const figures: Record<string, unknown> = {};
  for (const place of options.places) {
    state = await runPlace(place, photographs, options, state);
    const cells = state.places[place] ?? {};
    const summaries = summariesOf(cells, options.seed);
    console.log(placeReport(place, summaries, cells));
    figures[place] = { summaries, bars: judge(summaries, place), ...aside(cells) };
  }
  if (options.svg !== null) writeFileSync(options.svg, histogram(rowsOf(state, options.places)));
  return { commit: state.commit, seed: options.seed, photographs: photographs.length, places: figures };
}

function readOptions(args: readonly string[]): Options {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    ...{ quick: flag, waterfall: flag, places: text, arms: text, pairs: text, seed: text, state: text, svg: text },
  };
  const { values } = parseArgs({ args: [...args], options });
  const quick = values.quick === true;
  const places = values.places?.split(",") ?? (quick ? QUICK_PLACES : PLACES);
  for (const place of places) placeOf(place);
  const named = values.arms?.split(",") ?? ARM_NAMES;
  const unknown = named.find((name) => !Object.hasOwn(ARMS, name));
  if (unknown !== undefined) throw new Error(`no arm ${unknown}; there are ${ARM_NAMES.join(", ")}`);
  const pairs = values.pairs === undefined ? null : wholeNumber("--pairs", values.pairs);
  const pairsOf = (name: ArmName) => pairs ?? (quick ? ARMS[name].quickPairs : ARMS[name].pairs);
  const arms = (named as readonly ArmName[]).map((name) => [name, pairsOf(name)] as const);
  return {
    ...{ places, arms: arms.filter(([, count]) => count > 0) },
    seed: values.seed === undefined ? DEFAULT_SEED : wholeNumber("--seed", values.seed),
    ...{ state: values.state ?? null, svg: values.svg ?? null, waterfall: values.waterfall === true },
  };
}

/** Throws Error when the text is no whole number from 1. */
function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`${option} cannot be ${text}: a whole number from 1 is needed`);
}

/** The state with every arm of the place. What the state has already is not run again. */
async function runPlace(
  place: string,
  photographs: readonly Photograph[],
  { arms, seed, state: file, waterfall: shown }: Options,
  state: State,
): Promise<State> {
  const left = arms.filter(([name]) => state.places[place]?.[name] === undefined);
  if (left.length === 0) return state;
  const world = await startWorld(place, photographs);
  try {
    for (const [name, pairs] of left) {
      say(`${place}: ${ARMS[name].title}, ${pairs} pairs`);
      const random = randomFrom(seed + Object.keys(DISTANCES.places).indexOf(place) * 1_000 + ARM_NAMES.indexOf(name));
      const result = await runCell(world, ARMS[name], { place, photographs: photographs.length, pairs, random });
      state = { ...state, places: { ...state.places, [place]: { ...state.places[place], [name]: result } } };
      writeState(file, state);
    }
    if (shown) console.log(await waterfall(world, place, photographs.length));
  } finally {
    say("");
    await world.stop();
  }
  return state;
}

function summariesOf(cells: PlaceCells, seed: number): PlaceSummaries {
  const entries = Object.entries(cells) as [ArmName, CellResult][];
  return Object.fromEntries(entries.map(([name, cell]) => [name, summarize(name, cell, randomFrom(seed))]));
}

/** What stands beside the figures in the JSON: load, counters of the warmer, flood, time. */
function aside(cells: PlaceCells): Record<string, unknown> {
  const entries = Object.entries(cells) as [ArmName, CellResult][];
  const runs = entries.map(([name, { load, warmer, floodPerSecond, seconds }]) => [
    name,
    { load, warmer, floodPerSecond, seconds },
  ]);
  return { runs: Object.fromEntries(runs) };
}

function rowsOf({ places }: State, names: readonly string[]) {
  return names.map((name) => {
    const pairs = places[name]?.a50?.pairs ?? [];
    const values = (side: "on" | "off") => pairs.flatMap((pair) => pair[side].firstByte);
    const [colo, bucket] = name.split("-");
    const city = placeOf(colo ?? name).city;
    return { title: bucket === undefined ? city : `${city}, ${bucket}`, on: values("on"), off: values("off") };
  });
}
