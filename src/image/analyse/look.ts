/** What stands for a picture until it is there: its ThumbHash and its dominant colour. Pure. */
import { rgbaToThumbHash } from "thumbhash";
import type { Pixels } from "../picture.ts";

type WholeLook = {
  /** The dominant colour, `#rrggbb`. */
  readonly colour: string;
  /** ThumbHash (evanw.github.io/thumbhash), base64. */
  readonly thumbhash: string;
};

/** The longer side of the picture that is looked at. A ThumbHash has at most 7 waves along a side. */
const SIDE = 32;
/** Samples of a cell along each side: enough of a photograph, and their number does not grow with the picture. */
const SAMPLES = 4;

/** The look of a picture, in less than a millisecond whatever its size. */
export function lookOf(pixels: Pixels): WholeLook {
  const small = sampled(pixels);
  const hash = rgbaToThumbHash(small.width, small.height, small.data);
  return { colour: dominantColour(small), thumbhash: btoa(String.fromCharCode(...hash)) };
}

/** The picture in at most 32 x 32 cells, each the mean of at most 16 of its pixels. */
function sampled({ width, height, data }: Pixels): Pixels {
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const [across, down] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const cells = new Uint8Array(4 * across * down);
  const columns = stops(width, across);
  const rows = stops(height, down);
  let to = 0;
  for (const ys of rows) {
    for (const xs of columns) {
      let [r, g, b, a, count] = [0, 0, 0, 0, 0];
      for (const y of ys) {
        for (const x of xs) {
          const at = 4 * (y * width + x);
          const alpha = data[at + 3] ?? 255;
          r += (data[at] ?? 0) * alpha;
          g += (data[at + 1] ?? 0) * alpha;
          b += (data[at + 2] ?? 0) * alpha;
          a += alpha;
          count++;
        }
      }
      const of = a || 1;
      cells[to++] = Math.round(r / of);
      cells[to++] = Math.round(g / of);
      cells[to++] = Math.round(b / of);
      cells[to++] = Math.round(a / count);
    }
  }
  return { width: across, height: down, data: cells, alpha: true };
}

/** For each of `cells` along a side of `length` pixels: the offsets that are looked at. */
function stops(length: number, cells: number): readonly (readonly number[])[] {
  return Array.from({ length: cells }, (_, cell) => {
    const [from, to] = [Math.floor((cell * length) / cells), Math.floor(((cell + 1) * length) / cells)];
    const size = Math.max(1, to - from);
    const count = Math.min(SAMPLES, size);
    return Array.from({ length: count }, (_, i) => from + Math.floor(((i + 0.5) * size) / count));
  });
}

/** Bits of a channel that tell one colour from another. */
const BITS = 3;
const OPAQUE = 128;

/** The mean of the colours in the fullest of 512 cubes; of a picture that is transparent everywhere, black. */
function dominantColour({ data }: Pixels): string {
  const size = 1 << (3 * BITS);
  const counts = new Uint32Array(size);
  const sums = new Uint32Array(3 * size);
  let fullest = 0;
  for (let at = 0; at < data.length; at += 4) {
    if ((data[at + 3] ?? 0) < OPAQUE) continue;
    const [r = 0, g = 0, b = 0] = [data[at], data[at + 1], data[at + 2]];
    const cube = ((r >> (8 - BITS)) << (2 * BITS)) | ((g >> (8 - BITS)) << BITS) | (b >> (8 - BITS));
    counts[cube] = (counts[cube] ?? 0) + 1;
    sums[3 * cube] = (sums[3 * cube] ?? 0) + r;
    sums[3 * cube + 1] = (sums[3 * cube + 1] ?? 0) + g;
    sums[3 * cube + 2] = (sums[3 * cube + 2] ?? 0) + b;
    if ((counts[cube] ?? 0) > (counts[fullest] ?? 0)) fullest = cube;
  }
  const count = counts[fullest] || 1;
  const channels = [0, 1, 2].map((channel) => Math.round((sums[3 * fullest + channel] ?? 0) / count));
  return `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
