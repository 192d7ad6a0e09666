/**
 * The limits of a source, counted at the source: four isolates, readers, pushes and a job. One isolate is killed (the
 * runtime starts another in its place), and the governor starts again from its disk. Three runs, each with another limit
 * that binds.
 */
import { type CountingSource, startCounting } from "../../test/support/sources/counting.ts";
import { jpegOf } from "../../test/support/sources/picture.ts";
import { pause } from "../pause.ts";
import { type BenchOptions, judged, type Row } from "../row.ts";
import { NO_TRIPS } from "./edge/control.ts";
import { type PoliteEdges, startPoliteEdges } from "./edge/start.ts";
import { startLoad, WARM_SECRET } from "./load.ts";

const RULE = { concurrency: 2, perSecond: 10, bytesPerSecond: 3_125_000 } as const;
const BYTES_WINDOW_S = 10;

/** What a picture of a run is, and how much of the limit is used from `from` to `to`, as a share of 1. */
type Run = {
  readonly name: string;
  /** Bytes of a picture; several sizes take turns. */
  readonly bytes: readonly number[];
  readonly firstByteMs: number;
  readonly warmUpMs: number;
  readonly readers: number;
  readonly used: (source: CountingSource, from: number, to: number) => number;
};

/** Until isolates have started and the first pictures have come, nothing is counted as used. */
const WARM_UP_MS = 3_000;
/** The first window of bytes is filled at once, before anything is judged: then the judged time starts with the second. */
const FIRST_WINDOW_MS = 12_000;
/** At each isolate: enough that some always wait, few enough that none waits for QUEUE_MS. */
const READERS = 4;

const RUNS: readonly Run[] = [
  {
    ...{ name: "slots (slow answers)", bytes: [20_000], firstByteMs: 800, warmUpMs: WARM_UP_MS, readers: READERS },
    used: (source, from, to) => source.used(from, to).slotMs / (to - from) / RULE.concurrency,
  },
  {
    ...{
      name: "pace (small, quick pictures)",
      bytes: [5_000],
      firstByteMs: 20,
      warmUpMs: WARM_UP_MS,
      readers: READERS,
    },
    used: (source, from, to) => source.used(from, to).starts / ((to - from) / 1000) / RULE.perSecond,
  },
  bytesRun("bytes (pictures of 1 MB)", [1_000_000]),
];

/** Other sizes of pictures. The bytes of a second hold at most six of 500 kB, and of 8 MB one in two and a half seconds. */
const OTHER_SIZES: readonly Run[] = [
  bytesRun("bytes (pictures of 500 kB)", [500_000]),
  bytesRun("bytes (pictures of 3 MB)", [3_000_000]),
  bytesRun("bytes (pictures of 8 MB)", [8_000_000]),
  bytesRun(
    "bytes (pictures of 100 kB to 1.9 MB)",
    [700_000, 1_900_000, 100_000, 1_300_000, 400_000, 1_600_000, 1_000_000],
  ),
];

function bytesRun(name: string, bytes: readonly number[]): Run {
  return {
    ...{ name, bytes, firstByteMs: 50, warmUpMs: FIRST_WINDOW_MS },
    readers: Math.max(...bytes) > 2_000_000 ? 1 : READERS,
    used: (source, from, to) => source.used(from, to).bytes / ((to - from) / 1000) / RULE.bytesPerSecond,
  };
}

/** Shares of the judged time at which the last isolate dies and the governor starts again. */
const KILL_AT = 0.35;
const END_AT = 0.6;
const MEGABIT = 125_000;

export function measureLimits(options: BenchOptions): Promise<Row[]> {
  return measure(RUNS, options);
}

/** The same rows for other sizes of pictures. */
export function measureOtherSizes(options: BenchOptions): Promise<Row[]> {
  return measure(OTHER_SIZES, options);
}

async function measure(runs: readonly Run[], options: BenchOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const run of runs) rows.push(...(await measureRun(run, options)));
  return rows;
}

async function measureRun(run: Run, { quick, say }: BenchOptions): Promise<Row[]> {
  const picture = await jpegOf({ r: 120, g: 90, b: 60 }, 120, 80);
  const bodies = run.bytes.map((size) => {
    const body = new Uint8Array(size);
    body.set(picture.subarray(0, size));
    return body;
  });
  const source = await startCounting({ body: bodies, firstByteMs: run.firstByteMs });
  const host = `127.0.0.1:${source.port}`;
  const politeness = { [host]: RULE };
  const vars = { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1", WARM_SECRET };
  let edges: PoliteEdges | undefined;
  try {
    edges = await startPoliteEdges({ isolates: 4, vars, settings: { politeness } });
    return await judge(run, edges, source, { host, politeness, quick, say });
  } finally {
    await edges?.stop();
    await source.close();
  }
}

type Arrangement = BenchOptions & { readonly host: string; readonly politeness: Readonly<Record<string, typeof RULE>> };

async function judge(
  run: Run,
  edges: PoliteEdges,
  source: CountingSource,
  { host, politeness, quick, say }: Arrangement,
) {
  // Whole windows of ten seconds, so that the bytes of one are not counted against the time of another.
  const judgedMs = (quick ? 1 : 4) * BYTES_WINDOW_S * 1_000;
  const tailMs = quick ? 3_000 : 8_000;
  const order = { trips: NO_TRIPS, providersPort: null };
  await edges.tell(order);
  const load = startLoad(edges, { source: `http://${host}`, readersPerIsolate: run.readers, politeness });
  const from = performance.now() + run.warmUpMs;
  const until = (share: number) => pause(Math.max(0, from + share * judgedMs - performance.now()));
  say(`${run.name}: readers, pushes and a job`);
  await until(0);
  // Who asks for the first time does not know yet that others wait, and asks more often.
  await edges.tell(order);
  const startedBefore = source.started;
  await until(KILL_AT);
  say(`${run.name}: one isolate is killed`);
  const before = await edges.tell(order);
  edges.killLast();
  await until(END_AT);
  say(`${run.name}: the governor starts again`);
  const middle = await edges.tell({ ...order, endGovernor: host });
  await until(1);
  const used = run.used(source, from, from + judgedMs);
  const exchanges = source.started - startedBefore;
  const after = await edges.tell(order);
  const { ...underDemand } = load.served;
  say(`${run.name}: pushes and the job alone`);
  load.stopReaders();
  await pause(tailMs);
  await load.stop();
  const served = `${underDemand.readers} readers; with the time after them ${load.served.pushed} pushed, ${load.served.jobs} for the job`;
  const calls = before.calls + middle.calls + after.calls;
  const rows = before.rows + middle.rows + after.rows;
  const figures = {
    most: source.mostAtOnce,
    starts: source.startsIn(1_000),
    bytes: source.bytesIn(BYTES_WINDOW_S * 1_000),
  };
  const perExchange = calls / exchanges;
  const name = run.name;
  return [
    judged({ what: `${name}: exchanges at once`, value: figures.most, limit: RULE.concurrency, better: "lower" }),
    judged({ what: `${name}: starts in any second`, value: figures.starts, limit: RULE.perSecond, better: "lower" }),
    judged({
      ...{ what: `${name}: in any 10 s`, value: figures.bytes / MEGABIT, unit: "Mbit", better: "lower" },
      limit: (RULE.bytesPerSecond * BYTES_WINDOW_S) / MEGABIT,
    }),
    judged({
      ...{ what: `${name}: of that limit used under demand`, value: used * 100, unit: "%", digits: 1, limit: 90 },
      ...{ better: "higher", detail: served, values: { ...underDemand, exchanges } },
    }),
    judged({
      ...{
        what: `${name}: governor calls a miss under demand`,
        value: perExchange,
        digits: 2,
        limit: 1.2,
        better: "lower",
      },
      ...{ detail: costOf(perExchange, rows / exchanges), values: { calls, rows, exchanges } },
    }),
  ];
}

/** List prices of Durable Objects, November 2026, per million: requests and rows written. */
const DOLLARS = { call: 0.15, row: 1 } as const;

/** In dollars per million misses, without the time for which an object waits. */
export function costOf(calls: number, rows: number): string {
  return `${rows.toFixed(2)} rows; $${(calls * DOLLARS.call + rows * DOLLARS.row).toFixed(2)} a million`;
}
