/** Bytes of AVIF and of our WebP for photographs: at equal SSIM, and as the job stores it. CPU of the job. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { smallestAvif } from "../../src/heavy/smallestAvif.ts";
import { lumaOf, lumaSsim } from "../../src/image/analyse/lumaSsim.ts";
import { encodeAvif } from "../../src/image/formats/avif/encoder.ts";
import { MAX_AVIF_SHARE } from "../../src/image/heavy.ts";
import type { Pixels } from "../../src/image/picture.ts";
import { readHeader } from "../../src/image/readHeader.ts";
import { drawImage, renderImage } from "../../src/image/renderImage.ts";
import { MASTER_TRANSFORM } from "../../src/rendition/master.ts";
import { WIDE_LIMITS } from "../limits.ts";
import { decodedBy } from "./decodedBy.ts";

const QUALITY = 75;
/** AVIF's qualities around that SSIM. In between, bytes are interpolated. */
const QUALITIES = [48, 52, 55, 58, 62, 66] as const;
export type Photograph = {
  readonly name: string;
  readonly width: number;
  readonly webp: number;
  /** AVIF of the WebP's SSIM. */
  readonly equal: number;
  /** What readers who take AVIF get: the AVIF, or the WebP where that is not smaller. */
  readonly served: number;
  readonly stored: boolean;
  readonly encodes: number;
  /** CPU of the search, all encodes with their comparisons, in milliseconds. */
  readonly cpuMs: number;
};

/** The names of the photographs of a folder. */
export function photographsIn(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => /\.jpe?g$/i.test(name));
  return names.sort().map((name) => join(folder, name));
}

export async function measurePhotograph(file: string, width: number): Promise<Photograph> {
  const bytes = new Uint8Array(readFileSync(file));
  const transform = { ...MASTER_TRANSFORM, width, height: 0, quality: QUALITY, keepCopyright: "none" } as const;
  const { pixels } = await drawImage({ bytes, transform, format: "avif", limits: WIDE_LIMITS });
  const webp = (await renderImage({ bytes, transform, format: "webp", limits: WIDE_LIMITS })).bytes;
  const wanted = lumaOf(pixels);
  const likeness = async (made: Uint8Array) => lumaSsim(wanted, lumaOf(await decodedBy(made)));
  const leastSsim = await likeness(webp);
  const points: Point[] = [];
  for (const quality of QUALITIES) {
    const made = await encodeAvif(pixels, quality);
    points.push({ bytes: made.length, ssim: await likeness(made) });
  }
  const mostBytes = Math.floor(MAX_AVIF_SHARE * webp.length);
  const { made, cpuMs } = await timed(() => smallestAvif(copyOf(pixels), { leastSsim, mostBytes }));
  return {
    ...{ name: file.split("/").at(-1) ?? file, width: readHeader(webp).width, webp: webp.length, cpuMs },
    equal: bytesAt(points, leastSsim),
    served: made.file?.length ?? webp.length,
    stored: made.file !== null,
    encodes: made.encodes,
  };
}

type Point = { readonly bytes: number; readonly ssim: number };

/** Bytes at a likeness, on the line between the two qualities around it; outside of them, on the next line. */
export function bytesAt(points: readonly Point[], ssim: number): number {
  const at = Math.min(
    Math.max(
      1,
      points.findIndex((point) => point.ssim >= ssim),
    ),
    points.length - 1,
  );
  const upper = ssim > (points.at(-1)?.ssim ?? 1) ? points.length - 1 : at;
  const [below, above] = [points[upper - 1], points[upper]];
  if (below === undefined || above === undefined) return Number.NaN;
  return below.bytes + ((above.bytes - below.bytes) * (ssim - below.ssim)) / (above.ssim - below.ssim);
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly made: T; readonly cpuMs: number }> {
  const before = process.cpuUsage();
  const made = await work();
  const { user, system } = process.cpuUsage(before);
  return { made, cpuMs: (user + system) / 1000 };
}

function copyOf(pixels: Pixels): Pixels {
  return { ...pixels, data: pixels.data.slice() };
}
