/** Our encoder of lossy WebP against libwebp's method 4, both in WebAssembly: time, bytes, quality, size, cold start. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { median, table } from "../table.ts";
import { compare, type Line, QUALITIES, summary } from "./comparison.ts";
import { writeSheets } from "./contactSheet.ts";
import { type Encode, startLibwebp } from "./libwebp.ts";
import { startOurs } from "./ours.ts";
import { type Photograph, photographs } from "./photographs.ts";

const TIMED = 75;
const COLD_RUNS = 7;
const ROOT = join(import.meta.dirname, "../..");

export type EncoderOptions = {
  readonly corpus: string;
  readonly side: number;
  readonly rounds: number;
  readonly photos: number;
  readonly ssimulacra2: string | null;
  readonly sheets: string | null;
};

/** Measures, prints the tables and gives their figures. Only photographs that ours was not tuned on are reported. */
export async function measureEncoder(options: EncoderOptions): Promise<unknown> {
  sharp.concurrency(1);
  const [ours, libwebp] = [startOurs(), await startLibwebp()];
  const all = await photographs(options.corpus, options.side, options.photos);
  const photos = all.filter(({ tuned }) => !tuned);
  console.log(`${photos.length} photographs at ${options.side} px; tuned on the other ${all.length - photos.length}:`);
  console.log(all.flatMap(({ name, tuned }) => (tuned ? [name] : [])).join(", "));
  const speed = timeBoth(photos, ours, libwebp, options.rounds);
  const quality: { name: string; lines: Line[] }[] = [];
  for (const photo of photos)
    quality.push({ name: photo.name, lines: await compare(photo, ours, libwebp, options.ssimulacra2) });
  const rows = QUALITIES.map((q) => summary(q, quality));
  console.log(
    `\nours over libwebp: totals, and the worst photograph${options.ssimulacra2 ? "" : " (no --ssimulacra2)"}\n`,
  );
  const heads = ["quality", "bytes", "at equal SSIM", "worst", "", "at equal SSIMULACRA2", "worst", ""];
  console.log(
    table(
      heads,
      rows.map((row) => row.cells),
    ),
  );
  const cold = coldStarts(photos);
  const sizes = { ours: gzipped("src/image/formats/webp/wasm/encoder.wasm"), libwebp: gzipped(LIBWEBP_FILE) };
  console.log("");
  console.log(
    table(
      ["", "ours", "libwebp", "ratio"],
      [
        [
          `ms a picture at quality ${TIMED}, median`,
          speed.ours.toFixed(2),
          speed.libwebp.toFixed(2),
          speed.ratio.toFixed(3),
        ],
        [
          "ms to compile and encode a first one",
          cold.ours.toFixed(1),
          cold.libwebp.toFixed(1),
          (cold.ours / cold.libwebp).toFixed(2),
        ],
        [
          "KB of the module, gzip -9",
          sizes.ours.toFixed(1),
          sizes.libwebp.toFixed(1),
          (sizes.ours / sizes.libwebp).toFixed(2),
        ],
      ],
    ),
  );
  if (options.sheets !== null) {
    const encoders = [
      { name: "libwebp", encode: libwebp },
      { name: "ours", encode: ours },
    ];
    console.log(`\n${await writeSheets(options.sheets, all, encoders)} contact sheets in ${options.sheets}`);
  }
  return { side: options.side, speed, cold, sizes, summary: rows.map((row) => row.figures), photographs: quality };
}

const LIBWEBP_FILE = "node_modules/@jsquash/webp/codec/enc/webp_enc_simd.wasm";

function gzipped(file: string): number {
  return gzipSync(readFileSync(join(ROOT, file)), { level: 9 }).length / 1000;
}

/** In turns, picture by picture; the ratio is the median of the ratios of neighbours. The first round is not counted. */
function timeBoth(photos: readonly Photograph[], ours: Encode, libwebp: Encode, rounds: number) {
  const [a, b, ratios]: [number[], number[], number[]] = [[], [], []];
  const time = (encode: Encode, { pixels }: Photograph) => {
    const started = performance.now();
    encode(pixels, TIMED);
    return performance.now() - started;
  };
  for (let round = 0; round <= rounds; round++) {
    for (const photo of photos) {
      const [first, second] = [time(ours, photo), time(libwebp, photo)];
      if (round === 0) continue;
      a.push(first);
      b.push(second);
      ratios.push(first / second);
    }
  }
  return { ours: median(a), libwebp: median(b), ratio: median(ratios) };
}

/** Medians of processes that know neither module, in turns. */
function coldStarts(photos: readonly Photograph[]): { ours: number; libwebp: number } {
  const times = { ours: [] as number[], libwebp: [] as number[] };
  for (let run = 0; run < COLD_RUNS; run++) {
    const { pixels } = photos[run % photos.length] as Photograph;
    for (const which of ["ours", "libwebp"] as const) {
      const args = [join(import.meta.dirname, "coldChild.ts"), which, String(pixels.width), String(pixels.height)];
      times[which].push(Number(execFileSync(process.execPath, args, { input: pixels.data, encoding: "utf8" })));
    }
  }
  return { ours: median(times.ours), libwebp: median(times.libwebp) };
}
