/** Many tiny pictures of many hosts on a real edge that is killed again and again: what log, bucket and source say of it. */
import sharp from "sharp";
import { JOB_CONCURRENCY } from "../../src/catalogue/jobPace.ts";
import { type BenchOptions, judged, type Row } from "../row.ts";
import { startSource } from "./generatedRun.ts";
import { type KilledRun, runKilled } from "./kills.ts";

/**
 * `everyMs`: between a start and the kill after it, more or less. A chunk that was under way at a kill comes again four times
 * `chunkSeconds` after its start, one that was in the queue `leaseSeconds` after it was sent. `whole` took 11 minutes
 * on two cores.
 */
export const SIZES = {
  whole: {
    pictures: 100_000,
    hosts: 500,
    kills: 20,
    everyMs: 18_000,
    chunkSeconds: 6,
    leaseSeconds: 8,
    withinMs: 3_600_000,
  },
  tenth: {
    pictures: 10_000,
    hosts: 100,
    kills: 4,
    everyMs: 15_000,
    chunkSeconds: 6,
    leaseSeconds: 12,
    withinMs: 600_000,
  },
  quick: { pictures: 1_000, hosts: 40, kills: 3, everyMs: 6_000, chunkSeconds: 3, leaseSeconds: 6, withinMs: 240_000 },
} as const;

export async function measureKilling({ quick, say }: BenchOptions): Promise<Row[]> {
  return rowsOf(await killedRun(quick ? SIZES.quick : SIZES.whole, say));
}

/** Tiny pictures, of which 1 in 40 is gone. The render is a stub: a picture of 16 pixels costs a millisecond. */
export async function killedRun(
  { pictures, hosts, kills, everyMs, ...times }: (typeof SIZES)[keyof typeof SIZES],
  say: BenchOptions["say"] = () => {},
): Promise<KilledRun> {
  const picture = await sharp({ create: { width: 16, height: 16, channels: 3, background: "#8a2" } })
    .jpeg()
    .toBuffer();
  const source = await startSource((_, path, response) => {
    if (path.includes("gone")) response.writeHead(410).end();
    else response.end(picture);
  });
  try {
    const rows = Array.from({ length: pictures }, (_, i) => ({
      id: `picture-${i}`,
      url: source.url(i % hosts, `/${i}${i % 40 === 7 ? "-gone" : ""}.jpg`),
    }));
    return await runKilled({
      ...{ source, rows, kills, ...times, leaves: (url) => !url.includes("gone") },
      killAfterMs: (nth) => everyMs * (0.6 + 0.2 * (nth % 4)),
      say: (text) => say(`killed run: ${text}`),
    });
  } finally {
    await source.close();
  }
}

function rowsOf(run: KilledRun): Row[] {
  const { pictures, hosts, kills, seconds, missing, doubled, unstored, unnamed, repeats, counts, logCounts } = run;
  const statuses = new Set([...Object.keys(counts), ...Object.keys(logCounts)]);
  const differing = [...statuses].filter((name) => (counts as Record<string, number>)[name] !== logCounts[name]).length;
  const inFlight = kills.map((kill) => kill.pictures);
  const none = { limit: 0, better: "lower" } as const;
  return [
    judged({
      what: "killed run: pictures without an outcome",
      value: missing,
      ...none,
      detail: `${pictures} pictures, ${hosts} hosts, ${kills.length} kills, ${seconds.toFixed(0)} s`,
      values: { pictures, kills: kills.length, seconds },
    }),
    judged({
      what: "killed run: outcomes doubled, renditions missing or unnamed, counts that differ",
      value: doubled + unstored + unnamed + differing,
      detail: `${doubled}, ${unstored}, ${unnamed}, ${differing}`,
      ...none,
    }),
    judged({
      what: "killed run: requests repeated for pictures that were in flight at no kill",
      value: repeats.unexplained,
      ...none,
      detail: `${repeats.all} repeated in all, ${inFlight.reduce((sum, count) => sum + count, 0)} were in flight`,
      values: {
        repeats: repeats.all,
        inFlight,
        begun: kills.map(({ begun }) => begun),
        leased: kills.map(({ rows }) => rows),
      },
    }),
    judged({
      what: "killed run: pictures of one chunk in flight at a kill, without those that are gone",
      ...{
        value: Math.max(0, ...kills.map(({ mostOfLease }) => mostOfLease)),
        limit: JOB_CONCURRENCY,
        better: "lower",
      },
    }),
  ];
}
