/** Many tiny pictures of many hosts on a real edge that is killed again and again: what log, bucket and source say of it. */
import sharp from "sharp";
import { type BenchOptions, judged, type Row } from "../row.ts";
import { startSource } from "./generatedRun.ts";
import { type KilledRun, runKilled } from "./kills.ts";

const SIZES = {
  whole: { pictures: 100_000, hosts: 500, kills: 20, everyMs: 25_000, withinMs: 3_600_000 },
  quick: { pictures: 1_000, hosts: 40, kills: 3, everyMs: 6_000, withinMs: 240_000 },
} as const;
/**
 * What a kill may repeat: the exchanges at a time of each chunk, and its pictures that were gone (1 of 40 in a chunk of up to
 * 100), since nothing was stored beside which their outcome could stand. `perHost`: chunks of one host at a time.
 */
const IN_FLIGHT = { perHost: 2, exchanges: 4, gone: 3 } as const;

export async function measureKilling({ quick, say }: BenchOptions): Promise<Row[]> {
  const { pictures, hosts, kills, everyMs, withinMs } = quick ? SIZES.quick : SIZES.whole;
  // The render is a stub: a picture of 16 pixels costs a millisecond.
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
    const run = await runKilled({
      ...{ source, rows, kills, withinMs, perSecond: 100, killAfterMs: (nth) => everyMs * (0.6 + 0.2 * (nth % 4)) },
      say: (text) => say(`killed run: ${text}`),
    });
    return rowsOf(run, hosts);
  } finally {
    await source.close();
  }
}

function rowsOf(run: KilledRun, hosts: number): Row[] {
  const { pictures, kills, seconds, missing, doubled, unstored, unnamed, repeats, counts, logCounts } = run;
  const statuses = new Set([...Object.keys(counts), ...Object.keys(logCounts)]);
  const differing = [...statuses].filter((name) => (counts as Record<string, number>)[name] !== logCounts[name]).length;
  const detail = `${pictures} pictures, ${hosts} hosts, ${kills} kills, ${seconds.toFixed(0)} s`;
  const none = { limit: 0, better: "lower" } as const;
  return [
    judged({
      what: "killed run: pictures without an outcome",
      value: missing,
      ...none,
      detail,
      values: { pictures, kills, seconds },
    }),
    judged({
      what: "killed run: outcomes doubled, renditions missing or unnamed, counts that differ",
      value: doubled + unstored + unnamed + differing,
      detail: `${doubled}, ${unstored}, ${unnamed}, ${differing}`,
      ...none,
    }),
    judged({
      what: "killed run: requests repeated",
      ...{
        value: repeats,
        limit: kills * hosts * IN_FLIGHT.perHost * (IN_FLIGHT.exchanges + IN_FLIGHT.gone),
        better: "lower",
      },
      detail: `${((100 * repeats) / pictures).toFixed(1)} % of the pictures; the limit is what can be in flight at each kill`,
    }),
  ];
}
