/**
 * `npm run bench -- avif [--quick] [--json FILE] [--only bytes,views,edge]`
 *
 * AVIF from the second view on: bytes against our WebP, the job's CPU, the edge's hit ratio, and what it costs the Worker.
 * See bench/README.md.
 */
import "../../.ci/wasm-loader.ts";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { chooseParts } from "../parts.ts";
import { say } from "../say.ts";
import { median, table } from "../table.ts";
import { simulate } from "./views.ts";

const PHOTOS = resolve(import.meta.dirname, "../../../shared/corpus/photos");
/** What is to be reached: AVIF's bytes over WebP's at equal SSIM, all photographs together, and CPU of a job. */
const BARS = [
  { width: 640, bytes: 0.8, cpuMs: 1_500 },
  { width: 320, bytes: 0.88, cpuMs: 1_500 },
] as const;
const PARTS = ["bytes", "views", "edge"] as const;

/** Prints the tables and gives their figures. */
export async function run(args: readonly string[]): Promise<unknown> {
  const { quick, wanted } = chooseParts(args, PARTS);
  // Only now: the loader above must be there before an engine module is.
  const { measurePhotograph, photographsIn } = await import("./bytes.ts");
  const photographs = photographsIn(PHOTOS).filter((_, i) => !quick || i % 3 === 0);
  const figures: Record<string, unknown> = {};
  if (wanted.includes("bytes")) {
    const lines = [];
    for (const bar of BARS) {
      const measured = [];
      for (const [i, file] of photographs.entries()) {
        say(`${bar.width} px, photograph ${i + 1} of ${photographs.length}`);
        measured.push(await measurePhotograph(file, bar.width));
      }
      lines.push(summary(bar, measured));
    }
    say("");
    const heads = [
      "px",
      "photographs",
      "AVIF/WebP at equal SSIM",
      "bar",
      "chroma error",
      "as served",
      "stored",
      "CPU ms",
      "worst",
      "",
    ];
    console.log(
      table(
        heads,
        lines.map(({ cells }) => cells),
      ),
    );
    figures.bytes = lines.map(({ figures: one }) => one);
  }
  if (wanted.includes("views")) figures.views = printViews(quick);
  if (wanted.includes("edge")) {
    const { measureEdge } = await import("./edge.ts");
    const photo = new Uint8Array(readFileSync(photographs[0] ?? ""));
    const edge = await measureEdge(photo, quick ? 3 : 15, quick ? 20 : 100);
    const { hitCpu, missP95, jobs } = edge;
    console.log(
      table(
        ["the Worker with AVIF on", ""],
        [
          [
            "CPU of a hit, times off: on / a second edge with it off",
            `${hitCpu.on.toFixed(3)} / ${hitCpu.again.toFixed(3)}`,
          ],
          [
            "miss p95 in ms: off / on / a second edge with it off",
            `${missP95.off.toFixed(0)} / ${missP95.on.toFixed(0)} / ${missP95.again.toFixed(0)}`,
          ],
          ["orders: seen once / 1 000 hits from 4 isolates", `${jobs.once} / ${jobs.many}`],
        ],
      ),
    );
    figures.edge = edge;
  }
  return figures;
}

type Measured = Awaited<ReturnType<typeof import("./bytes.ts").measurePhotograph>>;

function summary(bar: (typeof BARS)[number], measured: readonly Measured[]) {
  const total = (of: (one: Measured) => number) => measured.reduce((sum, one) => sum + of(one), 0);
  const webp = total((one) => one.webp);
  const figures = {
    width: bar.width,
    equal: total((one) => one.equal) / webp,
    chroma: total((one) => one.chroma) / total((one) => one.webpChroma),
    served: total((one) => one.served) / webp,
    stored: measured.filter(({ stored }) => stored).length,
    cpuMs: median(measured.map(({ cpuMs }) => cpuMs)),
    worstCpuMs: Math.max(...measured.map(({ cpuMs }) => cpuMs)),
  };
  const isReached = figures.equal <= bar.bytes && figures.cpuMs <= bar.cpuMs;
  const cells = [
    ...[
      bar.width,
      measured.length,
      figures.equal.toFixed(3),
      bar.bytes,
      figures.chroma.toFixed(3),
      figures.served.toFixed(3),
      figures.stored,
    ],
    ...[Math.round(figures.cpuMs), Math.round(figures.worstCpuMs), isReached ? "reached" : "MISSED"],
  ];
  return { cells, figures: { ...figures, isReached } };
}

function printViews(quick: boolean) {
  const order = {
    views: quick ? 200_000 : 1_000_000,
    pictures: 100_000,
    places: 20,
    days: 7,
    takers: 0.95,
    smaller: 0.8,
  };
  const [off, on] = [false, true].map((avif) => simulate({ ...order, avif }));
  if (off === undefined || on === undefined) throw new Error("two runs");
  const million = (count: number) => Math.round((count * 1_000_000) / order.views);
  const share = (count: number) => `${((100 * count) / order.views).toFixed(1)} %`;
  console.log(
    table(
      [`${order.pictures} pictures by Zipf, ${order.places} places, ${order.days} days`, "off", "on"],
      [
        ["edge hits", share(off.edgeHits), share(on.edgeHits)],
        ["R2 reads per million views", million(off.r2Reads), million(on.r2Reads)],
        ["R2 writes per million views", million(off.r2Writes), million(on.r2Writes)],
        ["jobs per million views", million(off.jobs), million(on.jobs)],
        ["views answered with AVIF", share(off.avifViews), share(on.avifViews)],
      ],
    ),
  );
  return { off, on };
}
