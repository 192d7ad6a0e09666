/**
 * `npm run bench -- sizes [--json FILE] [--photos DIR] [--each N]`
 *
 * What providers' own sizes save and cost: the bytes that a 640 px thumbnail takes from the source, and how like it is to the
 * thumbnail made from the address that the catalogue stores. Servers that behave like the providers answer over HTTP on
 * loopback; sharp makes their renditions of photographs.
 */
import "../../.ci/wasm-loader.ts";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { DEFAULTS, splitOptions } from "../../src/request/options/applyOption.ts";
import { median, table } from "../table.ts";
import type { Compared } from "./compare.ts";
import { type Photo, PROVIDERS } from "./providers.ts";

const DEFAULT_PHOTOS = resolve(import.meta.dirname, "../../../shared/corpus/photos");
/** Smaller photographs are no originals of these providers. */
const MIN_WIDTH = 2_000;

/** Measures, prints the table, and gives its figures. */
export async function run(args: readonly string[]): Promise<unknown> {
  const options = { photos: { type: "string" }, each: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const folder = resolve(values.photos ?? DEFAULT_PHOTOS);
  if (!existsSync(folder)) throw new Error(`no photographs in ${folder}: name a folder with --photos DIR`);
  // Imported here, because the loader above must be registered before an engine module is loaded.
  const { compare } = await import("./compare.ts");
  const photos = await photosOf(folder, Number(values.each ?? Number.POSITIVE_INFINITY));
  const { transform } = splitOptions({ ...DEFAULTS, width: 640 });
  const found = new Map<string, Compared[]>();
  for (const photo of photos) {
    for (const [name, provider] of Object.entries(PROVIDERS)) {
      found.set(name, [...(found.get(name) ?? []), await compare(photo, provider, transform)]);
    }
  }
  const rows = [...found].map(([provider, all]) => ({
    provider,
    photographs: all.length,
    variants: [...new Set(all.map(({ variant }) => variant))],
    bytes: { median: median(all.map(({ share }) => share)), most: Math.max(...all.map(({ share }) => share)) },
    ssim: spread(all.map((one) => one.ssim)),
    ssimAt19: spread(all.map((one) => one.ssimAt19)),
    requests: { most: Math.max(...all.map(({ requests }) => requests)) },
    each: all,
  }));
  console.log(`640 px of ${photos.length} JPEG photographs, ${MIN_WIDTH} px wide or more`);
  const cells = rows.map(({ provider, photographs, variants, bytes, ssim, ssimAt19, requests }) => [
    ...[provider, photographs, variants.join(" "), bytes.median.toFixed(3), bytes.most.toFixed(3)],
    ...[ssim.median.toFixed(4), ssim.least.toFixed(4), ssimAt19.median.toFixed(4), ssimAt19.least.toFixed(4)],
    requests.most,
  ]);
  const bytes = ["bytes, median", "most"];
  const likeness = ["SSIM, median", "least", "at 1.9 times, median", "least"];
  const heads = ["provider", "photographs", "variant", ...bytes, ...likeness, "requests, most"];
  console.log(table(heads, cells));
  return rows;
}

function spread(values: readonly number[]): { readonly median: number; readonly least: number } {
  return { median: median(values), least: Math.min(...values) };
}

async function photosOf(folder: string, most: number): Promise<readonly Photo[]> {
  const photos: Photo[] = [];
  for (const file of readdirSync(folder).filter((name) => /\.jpe?g$/i.test(name))) {
    const bytes = new Uint8Array(readFileSync(join(folder, file)));
    const { width, height, orientation = 1 } = await sharp(bytes).metadata();
    if (width >= MIN_WIDTH && orientation === 1 && photos.length < most) photos.push({ file, bytes, width, height });
  }
  return photos;
}
