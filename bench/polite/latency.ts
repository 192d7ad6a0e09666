/** What a rule costs a reader whose host is not saturated, with a governor that is far away; and the calls of a lone miss. */
import { type CountingSource, startCounting } from "../../test/support/sources/counting.ts";
import { jpegOf } from "../../test/support/sources/picture.ts";
import { pause } from "../pause.ts";
import { placeOf } from "../race/distances.ts";
import { median, quantile } from "../table.ts";
import { type Counted, NO_TRIPS, type Order } from "./edge/control.ts";
import { type PoliteEdges, startPoliteEdges } from "./edge/start.ts";
import { costOf } from "./limits.ts";
import { type BenchOptions, judged, type Row } from "./row.ts";

/** A reader in Singapore; the host is in Ashburn, and so is its one object. */
const PLACE = "SIN";
const { edgeRegion, edgePrimary } = placeOf(PLACE);
const TRIPS = { region: edgeRegion, object: edgePrimary };

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

type Sources = Readonly<Record<Kind, CountingSource>>;

export async function measureLatency({ quick, say }: BenchOptions): Promise<Row[]> {
  const body = await jpegOf({ r: 60, g: 90, b: 120 });
  const start = () => startCounting({ body, firstByteMs: 30 });
  const sources: Sources = { none: await start(), shares: await start(), one: await start() };
  const rules = NAMES.flatMap((kind) => (KINDS[kind] === null ? [] : [[hostOf(sources[kind]), KINDS[kind]]]));
  const vars = { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1" };
  let edges: PoliteEdges | undefined;
  try {
    const settings = { politeness: Object.fromEntries(rules) };
    edges = await startPoliteEdges({ isolates: 1, vars, settings });
    return [...(await compare(edges, sources, quick ? 40 : 150, say)), await lone(edges, sources.one, say)];
  } finally {
    await edges?.stop();
    await Promise.all(NAMES.map((kind) => sources[kind].close()));
  }
}

/** Turns of all kinds, forwards and backwards. */
async function compare(edges: PoliteEdges, sources: Sources, turns: number, say: BenchOptions["say"]): Promise<Row[]> {
  const order: Order = { trips: TRIPS, providersPort: null };
  const ms: Readonly<Record<Kind, number[]>> = { none: [], shares: [], one: [] };
  const callMs: Record<Kind, number[]> = { none: [], shares: [], one: [] };
  await edges.tell(order);
  for (let turn = -WARM_UP; turn < turns; turn++) {
    if (turn % 10 === 0) say(`a reader's wait: ${turn} of ${turns}`);
    for (const kind of turn % 2 === 0 ? NAMES : NAMES.toReversed()) {
      const took = await read(edges, sources[kind]);
      const told = await edges.tell(order);
      if (turn < 0) continue;
      ms[kind].push(took);
      callMs[kind].push(...told.callMs);
    }
  }
  return [
    rowOf("shares", "hosts with shares: one call in the region", edgeRegion, ms, callMs.shares),
    rowOf("one", "the one object: one call to it", edgePrimary, ms, callMs.one),
  ];
}

function rowOf(kind: Kind, name: string, trip: number, ms: Readonly<Record<Kind, number[]>>, calls: number[]): Row {
  const p95 = (values: readonly number[]) => quantile(values, 0.95);
  const more = p95(ms[kind]) - p95(ms.none);
  const medians = median(ms[kind]) - median(ms.none);
  const call = p95(calls);
  const parts = [
    `${trip} ms of it simulated`,
    `medians +${medians.toFixed(1)}`,
    `without a rule ${p95(ms.none).toFixed(1)}`,
  ];
  return judged({
    ...{ what: `reader's p95 above that without a rule, ${name}`, value: more, limit: call, better: "lower" },
    ...{ unit: "ms", digits: 1, detail: parts.join(", ") },
    values: { trip, p95: p95(ms[kind]), without: p95(ms.none), medians, callP95: call, callMedian: median(calls) },
  });
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
