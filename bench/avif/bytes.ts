/** Bytes of AVIF and of our WebP for photographs: at equal SSIM, and as the job stores it. CPU of the job. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { smallestAvif } from "../../src/heavy/smallestAvif.ts";
import { lumaOf, lumaSsim } from "../../src/image/analyse/lumaSsim.ts";
import { encodeTenBit } from "../../src/image/formats/avif/encoder.ts";
import { softChroma } from "../../src/image/formats/avif/tenBit.ts";
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
  /** Mean square error of the chroma against the render: of the WebP, and of that AVIF. */
  readonly webpChroma: number;
  readonly chroma: number;
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
  const compared = async (made: Uint8Array): Promise<Point> => {
    const shown = await decodedBy(made);
    return { bytes: made.length, ssim: lumaSsim(wanted, lumaOf(shown)), chroma: chromaError(pixels, shown) };
  };
  const { ssim: leastSsim, chroma: webpChroma } = await compared(webp);
  const softened = softChroma(pixels);
  const points: Point[] = [];
  for (const quality of QUALITIES) points.push(await compared(await encodeTenBit(softened, quality)));
  const mostBytes = Math.floor(MAX_AVIF_SHARE * webp.length);
  const { made, cpuMs } = await timed(() => smallestAvif(copyOf(pixels), { leastSsim, mostBytes }));
  return {
    ...{ name: file.split("/").at(-1) ?? file, width: readHeader(webp).width, webp: webp.length, cpuMs },
    equal: valueAt(points, leastSsim, ({ bytes }) => bytes),
    ...{ webpChroma, chroma: valueAt(points, leastSsim, ({ chroma }) => chroma) },
    served: made.file?.length ?? webp.length,
    stored: made.file !== null,
    encodes: made.encodes,
  };
}

type Point = { readonly bytes: number; readonly ssim: number; readonly chroma: number };

/** A value at a likeness, on the line between the two qualities around it; outside of them, on the next line. */
export function valueAt(points: readonly Point[], ssim: number, of: (point: Point) => number): number {
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
  return of(below) + ((of(above) - of(below)) * (ssim - below.ssim)) / (above.ssim - below.ssim);
}

/** Mean square error of Cb and Cr (BT.601). */
function chromaError({ data: a }: Pixels, { data: b }: Pixels): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 4) {
    const red = (a[at] ?? 0) - (b[at] ?? 0);
    const green = (a[at + 1] ?? 0) - (b[at + 1] ?? 0);
    const blue = (a[at + 2] ?? 0) - (b[at + 2] ?? 0);
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    sum += ((blue - luma) / 1.772) ** 2 + ((red - luma) / 1.402) ** 2;
  }
  return (2 * sum) / a.length;
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
