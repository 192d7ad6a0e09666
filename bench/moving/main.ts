/**
 * `npm run bench -- moving [--quick] [--json FILE] [--corpus DIR] [--photos N] [--rounds N]`
 *
 * Animated GIF to animated WebP by our engine, against native sharp on one thread. See bench/README.md.
 */
import "../../.ci/wasm-loader.ts";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { say } from "../say.ts";
import { median, table } from "../table.ts";
import type { Figures } from "./measure.ts";
import { SCENES } from "./scenes.ts";

const PHOTOS = resolve(import.meta.dirname, "../../../shared/corpus/photos");
/** What is to be reached: times and bytes of sharp, and megabytes. */
const BARS = {
  "moving camera": { time: 0.8, bytes: 1, megabytes: 20 },
  "still background": { time: 0.6, bytes: 1, megabytes: 20 },
} as const satisfies Record<keyof typeof SCENES, object>;

/** Prints the table and gives its figures. Throws Error if a bar is not reached. */
export async function run(args: readonly string[]): Promise<unknown> {
  const options = {
    quick: { type: "boolean", default: false },
    corpus: { type: "string", default: PHOTOS },
    photos: { type: "string" },
    rounds: { type: "string" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const count = Number(values.photos ?? (values.quick ? 2 : 6));
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
  // Only now: the loader above must be there before an engine module is.
  const { measure } = await import("./measure.ts");
  sharp.concurrency(1);
  sharp.cache(false);
  const photos = readdirSync(values.corpus)
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
    .slice(0, count + 1)
    .map((name) => join(values.corpus, name));
  if (photos.length < 2) throw new Error(`${values.corpus} has fewer than 2 JPEGs`);
  const measured = new Map<keyof typeof SCENES, Figures[]>();
  for (const name of Object.keys(SCENES) as (keyof typeof SCENES)[]) {
    for (const [i, photo] of photos.slice(0, -1).entries()) {
      say(`${name}, photograph ${i + 1} of ${photos.length - 1}`);
      const gif = await SCENES[name](photo, photos[i + 1] ?? photo);
      measured.set(name, [...(measured.get(name) ?? []), await measure(gif, rounds)]);
    }
  }
  say("");
  const lines = [...measured].map(([name, figures]) => summary(name, figures));
  console.log(
    `40 frames of 480x270 to 320 px, ${photos.length - 1} photographs; CPU of the fastest of ${rounds} rounds`,
  );
  console.log(
    table(
      ["", "ms", "sharp ms", "times sharp", "bar", "worst", "bytes at equal SSIM", "bar", "worst", "MB", "bar", ""],
      lines.map(({ cells }) => cells),
    ),
  );
  return lines.map(({ figures }) => figures);
}

function summary(scene: keyof typeof SCENES, measured: readonly Figures[]) {
  const ratios = measured.map(({ ms, sharpMs }) => ms / sharpMs);
  const bytes = measured.map(({ bytes, equalBytes }) => bytes / equalBytes);
  const total = (of: (figures: Figures) => number) => measured.reduce((sum, one) => sum + of(one), 0);
  const figures = {
    scene,
    ms: median(measured.map(({ ms }) => ms)),
    sharpMs: median(measured.map(({ sharpMs }) => sharpMs)),
    time: median(ratios),
    worstTime: Math.max(...ratios),
    bytes: total((one) => one.bytes) / total((one) => one.equalBytes),
    worstBytes: Math.max(...bytes),
    megabytes: Math.max(...measured.map(({ megabytes }) => megabytes)),
  };
  const bar = BARS[scene];
  const isReached = figures.time <= bar.time && figures.bytes <= bar.bytes && figures.megabytes <= bar.megabytes;
  const cells = [
    ...[scene, figures.ms.toFixed(1), figures.sharpMs.toFixed(1), figures.time.toFixed(2), bar.time],
    ...[figures.worstTime.toFixed(2), figures.bytes.toFixed(3), bar.bytes, figures.worstBytes.toFixed(3)],
    ...[figures.megabytes.toFixed(1), bar.megabytes, isReached ? "reached" : "MISSED"],
  ];
  return { cells, figures: { ...figures, isReached } };
}
