/**
 * What a rule costs a reader whose host is not saturated, at three distances: all is near, which is what the call itself
 * costs on this machine; the governor alone is far; the stores and the coordinator are as far as they are for that reader.
 * And the calls of a lone miss.
 */
import { type CountingSource, startCounting } from "../../test/support/sources/counting.ts";
import { jpegOf } from "../../test/support/sources/picture.ts";
import { pause } from "../pause.ts";
import { placeOf } from "../race/distances.ts";
import { type BenchOptions, judged, type Row } from "../row.ts";
import { median, quantile } from "../table.ts";
import { type Counted, NO_TRIPS, type Order, type Trips } from "./edge/control.ts";
import { type PoliteEdges, startPoliteEdges } from "./edge/start.ts";
import { costOf } from "./limits.ts";

/** A reader in Singapore; the host is in Ashburn, and so is its one object. */
const PLACE = "SIN";
const { edgeRegion, edgePrimary } = placeOf(PLACE);
const FAR = { region: edgeRegion, object: edgePrimary };
const DISTANCES = {
  near: NO_TRIPS,
  governor: { ...NO_TRIPS, ...FAR },
  all: { ...FAR, stores: { region: edgeRegion, primary: edgePrimary, kv: 0, coordinator: edgeRegion } },
} as const satisfies Record<string, Trips>;
type Distance = keyof typeof DISTANCES;
const DISTANCE_NAMES = Object.keys(DISTANCES) as readonly Distance[];

const KINDS = {
  none: null,
  /** At least as many slots as regions: each region has a share. */
  shares: { concurrency: 12, perSecond: 100 },
  one: { concurrency: 2, perSecond: 10 },
} as const;
type Kind = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as readonly Kind[];

/** Pictures that are not counted: the isolate starts, and the region gets its share. */
const WARM_UP = 8;
/** A release leaves after 200 ms where nobody waits. */
const LONE_MS = 1_000;
const LONE = 8;

/** A source for each arm: an isolate measures the trip to each governor, and must not take a near one for a far one. */
type Sources = Readonly<Record<Distance, Readonly<Record<Kind, CountingSource>>>>;

export async function measureLatency({ quick, say }: BenchOptions): Promise<Row[]> {
  const body = await jpegOf({ r: 60, g: 90, b: 120 });
  const start = () => startCounting({ body, firstByteMs: 30 });
  const startKinds = async () => ({ none: await start(), shares: await start(), one: await start() });
  const sources: Sources = { near: await startKinds(), governor: await startKinds(), all: await startKinds() };
  const arms = DISTANCE_NAMES.flatMap((distance) => NAMES.map((kind) => ({ kind, source: sources[distance][kind] })));
  const rules = arms.flatMap(({ kind, source }) => (KINDS[kind] === null ? [] : [[hostOf(source), KINDS[kind]]]));
  const vars = { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1" };
  let edges: PoliteEdges | undefined;
  try {
    const settings = { politeness: Object.fromEntries(rules) };
    edges = await startPoliteEdges({ isolates: 1, vars, settings });
    return [...(await compare(edges, sources, quick ? 25 : 100, say)), await lone(edges, sources.near.one, say)];
  } finally {
    await edges?.stop();
    await Promise.all(arms.map(({ source }) => source.close()));
  }
}

type Series = Readonly<Record<Kind, { readonly ms: number[]; readonly callMs: number[] }>>;
type Measured = Readonly<Record<Distance, Series>>;

/** Turns of all kinds at all distances, forwards and backwards. */
async function compare(edges: PoliteEdges, sources: Sources, turns: number, say: BenchOptions["say"]): Promise<Row[]> {
  const series = (): Series => ({
    none: { ms: [], callMs: [] },
    shares: { ms: [], callMs: [] },
    one: { ms: [], callMs: [] },
  });
  const measured: Measured = { near: series(), governor: series(), all: series() };
  const arms = DISTANCE_NAMES.flatMap((distance) => NAMES.map((kind) => ({ distance, kind })));
  for (let turn = -WARM_UP; turn < turns; turn++) {
    if (turn % 10 === 0) say(`a reader's wait: ${turn} of ${turns}`);
    for (const { distance, kind } of turn % 2 === 0 ? arms : arms.toReversed()) {
      const order: Order = { trips: DISTANCES[distance], providersPort: null };
      await edges.tell(order);
      const took = await read(edges, sources[distance][kind]);
      const told = await edges.tell(order);
      if (turn < 0) continue;
      measured[distance][kind].ms.push(took);
      measured[distance][kind].callMs.push(...told.callMs);
    }
  }
  return [
    ...rowsOf("shares", "hosts with shares: one call in the region", edgeRegion, measured),
    ...rowsOf("one", "the one object: one call to it", edgePrimary, measured),
  ];
}

/** How much longer a reader waits at a host with a rule, by a figure of all its waits. */
function above(series: Series, kind: Kind, figure: (values: readonly number[]) => number): number {
  return figure(series[kind].ms) - figure(series.none.ms);
}

function rowsOf(kind: Kind, name: string, simulated: number, { near, governor, all }: Measured): Row[] {
  const p95 = (values: readonly number[]) => quantile(values, 0.95);
  const more = above(governor, kind, p95);
  const own = above(near, kind, p95);
  const nearCall = median(near[kind].callMs);
  // Timers make the simulated trip a little longer, and not always by the same time.
  const tripIn = (series: Series) => p95(series[kind].callMs) - nearCall;
  const medians = above(governor, kind, median) - above(near, kind, median);
  const detail = [
    `p95 +${more.toFixed(1)} with ${simulated} ms added and +${own.toFixed(1)} with none`,
    `medians +${medians.toFixed(1)}`,
    `a call ${median(governor[kind].callMs)} and ${nearCall}`,
    `without a rule ${p95(governor.none.ms).toFixed(1)}`,
  ];
  const ofAll = above(all, kind, p95) - own;
  const ofAllMedians = above(all, kind, median) - above(near, kind, median);
  return [
    judged({
      ...{ what: `the trip in a reader's p95, ${name}`, value: more - own, limit: tripIn(governor) },
      ...{
        better: "lower",
        unit: "ms",
        digits: 1,
        detail: detail.join(", "),
        values: { simulated, more, own, medians },
      },
    }),
    judged({
      ...{ what: `the same with the stores at their distance, ${name}`, value: ofAll, limit: tripIn(all) },
      ...{ better: "lower", unit: "ms", digits: 1 },
      detail: `medians +${ofAllMedians.toFixed(1)}, without a rule ${p95(all.none.ms).toFixed(1)}`,
      values: { simulated, more: ofAll, own, medians: ofAllMedians },
    }),
  ];
}

async function lone(edges: PoliteEdges, source: CountingSource, say: BenchOptions["say"]): Promise<Row> {
  say("lone misses");
  const order: Order = { trips: NO_TRIPS, providersPort: null };
  await pause(LONE_MS);
  await edges.tell(order);
  const counted: Counted[] = [];
  for (let miss = 0; miss < LONE; miss++) {
    await read(edges, source);
    await pause(LONE_MS);
    counted.push(await edges.tell(order));
  }
  const calls = counted.map((one) => one.calls);
  const rows = counted.reduce((sum, one) => sum + one.rows, 0) / LONE;
  const usual = median(calls);
  const values = { calls, rows };
  return judged({
    ...{ what: "governor calls of a lone miss", value: usual, limit: 2, better: "lower" },
    ...{ detail: `worst ${Math.max(...calls)}; ${costOf(usual, rows)}`, values },
  });
}

let serial = 0;

async function read({ isolates: [url] }: PoliteEdges, source: CountingSource): Promise<number> {
  const began = performance.now();
  const path = `/_/rs:fit:64/plain/http://${hostOf(source)}/l${++serial}.jpg`;
  const answer = await fetch(url + path, { headers: { accept: "image/webp", "x-firstlight-colo": PLACE } });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return performance.now() - began;
}

function hostOf({ port }: CountingSource): string {
  return `127.0.0.1:${port}`;
}
