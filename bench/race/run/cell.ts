/** One arm at one place: pairs of page views in random order. */
import { setTimeout as pause } from "node:timers/promises";
import { type Arm, CATALOGUE_PICTURES, PAGE_PICTURES } from "../arms.ts";
import { legsOf, movedLegsOf, NO_DISTANCES, placeOf } from "../distances.ts";
import { type How, type Tally, tally } from "../figures/outcome.ts";
import { differentByZipf, zipf } from "../pictures/photographs.ts";
import type { Picture } from "../pictures/stock.ts";
import type { World } from "../world.ts";
import { startFlood } from "./flood.ts";
import { type MachineLoad, measureLoad } from "./machineLoad.ts";
import { type PageView, view } from "./view.ts";

/** Values of one side of a pair, a picture each, in ms. */
export type SideValues = {
  readonly firstByte: readonly number[];
  readonly drawn: readonly (number | null)[];
  readonly largestPaint: number | null;
  readonly how: readonly How[];
  /** The first picture's request came from an early hint. */
  readonly early: boolean;
};

export type CellResult = {
  readonly pairs: readonly { readonly on: SideValues; readonly off: SideValues }[];
  /** Of the hinted pictures. */
  readonly tally: Tally;
  /** The warmer's counters, as far as they rose. */
  readonly warmer: Readonly<Record<string, number>>;
  /** Fetches of the hinted pictures, and those beyond one per picture. */
  readonly fetches: number;
  readonly extraFetches: number;
  /** Further hints per second in the drowned arm, else 0. */
  readonly floodPerSecond: number;
  readonly load: MachineLoad;
  readonly seconds: number;
};

export type CellOptions = {
  readonly place: string;
  readonly photographs: number;
  readonly pairs: number;
  readonly random: () => number;
};

type PagePair = { readonly on: readonly Picture[]; readonly off: readonly Picture[] };

/** Page views in flight. While one waits for an ocean, the other one works. */
const AT_ONCE = { waiting: 2, working: 1 } as const;
/** A page whose API server is nearer than this waits too little for a second one. A round trip in ms. */
const OCEAN_MS = 150;
const REST_MS = 150;
/** Pushes that nobody waits for have ended after this. */
const SETTLED_MS = 1_500;

export async function runCell(world: World, arm: Arm, options: CellOptions): Promise<CellResult> {
  const pages = await preparePages(world, arm, options);
  const legs = arm.near ? NO_DISTANCES : (arm.moved ? movedLegsOf : legsOf)(placeOf(options.place));
  await world.set(legs, { limited: arm.limited });
  const flood = arm.flooded ? await startFlood(world, options.photographs) : null;
  const before = await world.warmer.counters();
  const load = measureLoad();
  const started = performance.now();
  const pairs: CellResult["pairs"][number][] = [];
  const left = [...pages];
  const worker = async () => {
    for (let page = left.pop(); page !== undefined; page = left.pop()) {
      const onFirst = options.random() < 0.5;
      const turn = async (side: "on" | "off", pictures: readonly Picture[]) => {
        const seen = await view(world, pictures, arm[side], arm.thinkMs, arm.hintedBy);
        await pause(REST_MS);
        return valuesOf(seen);
      };
      const first = await turn(onFirst ? "on" : "off", onFirst ? page.on : page.off);
      const second = await turn(onFirst ? "off" : "on", onFirst ? page.off : page.on);
      pairs.push(onFirst ? { on: first, off: second } : { on: second, off: first });
    }
  };
  const atOnce = AT_ONCE[waits(arm, options.place) ? "waiting" : "working"];
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = (performance.now() - started) / 1000;
  const busy = load();
  flood?.stop();
  await pause(SETTLED_MS);
  const warmer = risen(before, await world.warmer.counters());
  const hinted = arm.on.hints === "none" ? [] : pages.flatMap(({ on }) => on);
  const asked = hinted.map(({ address }) => world.source.fetches(address));
  const made = arm.flooded ? 0 : (warmer['outcome_total{outcome="made",reason=""}'] ?? 0);
  const hows = hinted.length === 0 ? [] : pairs.flatMap(({ on }) => on.how);
  return {
    ...{ pairs, warmer, seconds, load: busy, tally: tally(hows, arm.stored, made) },
    fetches: asked.reduce((sum, count) => sum + count, 0),
    extraFetches: asked.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    floodPerSecond: Math.round(flood?.rate ?? 0),
  };
}

/** Whether page views wait more than they work: over an ocean, and when nothing is rendered. */
function waits({ near, stored }: Arm, place: string): boolean {
  return !near && stored !== "nowhere" && placeOf(place).readerApi >= OCEAN_MS;
}

/** The pages of all pairs, stored as the arm says, before the first is opened. Both pages of a pair have the same bytes. */
async function preparePages(world: World, arm: Arm, options: CellOptions): Promise<PagePair[]> {
  const { photographs, random, pairs } = options;
  await world.set(NO_DISTANCES);
  await world.move(arm.moved);
  await world.stock.clear();
  if (arm.stored === "kept") {
    const catalogue = Array.from({ length: CATALOGUE_PICTURES }, () => world.stock.picture(zipf(photographs, random)));
    await world.stock.store(catalogue);
    const page = () => differentByZipf(PAGE_PICTURES, CATALOGUE_PICTURES, random).flatMap((i) => catalogue[i] ?? []);
    return Array.from({ length: pairs }, () => ({ on: page(), off: page() }));
  }
  const made = Array.from({ length: pairs }, () => {
    const photos = Array.from({ length: PAGE_PICTURES }, () => zipf(photographs, random));
    const page = () => photos.map((photo) => world.stock.picture(photo));
    return { on: page(), off: page() };
  });
  if (arm.stored === "primary") await world.stock.store(made.flatMap(({ on, off }) => [...on, ...off]));
  return made;
}

function valuesOf({ pictures, largestPaint }: PageView): SideValues {
  const rounded = (value: number) => Math.round(value * 10) / 10;
  return {
    firstByte: pictures.map(({ firstByte }) => rounded(firstByte)),
    drawn: pictures.map(({ drawn }) => (drawn === null ? null : rounded(drawn))),
    largestPaint: largestPaint === null ? null : rounded(largestPaint),
    how: pictures.map(({ how }) => how),
    early: pictures[0]?.early === true,
  };
}

function risen(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Record<string, number> {
  const counters = [...after].filter(([name]) => /_total/.test(name) && !/^(process|nodejs)/.test(name));
  const rises = counters.map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(rises.filter(([, rise]) => rise > 0));
}
