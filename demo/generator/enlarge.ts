/** Enlarges a small picture: interpolates between its pixels and adds film grain. Pure. */
import { randomFrom } from "./noise.ts";

/** RGB bytes, row by row from the top. */
export type Raster = { readonly width: number; readonly height: number; readonly pixels: Uint8Array };

/** Length of the grain table. A prime, so that the pattern differs from row to row. */
const GRAIN_TABLE = 262_147;
const GRAIN_STRENGTH = 14;
/** The value 1 of the interpolation weights, which are fixed-point numbers. */
const BITS = 8;
const ONE = 1 << BITS;

/** Enlarges `small` to `width` x `height` by bilinear interpolation. The grain of `seed` makes pixels lighter or darker. */
export function enlarge(small: Raster, width: number, height: number, seed: number): Raster {
  const random = randomFrom(seed + 1000);
  const grain = Int8Array.from({ length: GRAIN_TABLE }, () => (random() + random() - 1) * GRAIN_STRENGTH);
  const pixels = new Uint8Array(width * height * 3);
  const columns = placesOf(width, small.width);
  const rows = placesOf(height, small.height);
  let upper: Int32Array = new Int32Array(width * 3);
  let lower: Int32Array = new Int32Array(width * 3);
  let inHand = Number.NaN;
  let at = 0;
  let speck = 0;
  for (let y = 0; y < height; y++) {
    const row = rows.from[y] ?? 0;
    if (row !== inHand) {
      if (row === inHand + 1) [upper, lower] = [lower, upper];
      else widen(small, row, columns, upper);
      widen(small, Math.min(row + 1, small.height - 1), columns, lower);
      inHand = row;
    }
    const weight = rows.weight[y] ?? 0;
    for (let x = 0; x < width * 3; ) {
      const bump = grain[speck] ?? 0;
      speck = speck + 1 === GRAIN_TABLE ? 0 : speck + 1;
      for (const end = x + 3; x < end; x++) {
        const high = upper[x] ?? 0;
        const value = ((high * ONE + ((lower[x] ?? 0) - high) * weight) >> (2 * BITS)) + bump;
        pixels[at++] = value < 0 ? 0 : Math.min(value, 255);
      }
    }
  }
  return { width, height, pixels };
}

type Places = { readonly from: Int32Array; readonly weight: Int32Array };

/** For each of `large` pixels the small pixel at or before its centre, and the weight of the next one, from 0 to ONE. */
function placesOf(large: number, small: number): Places {
  const from = new Int32Array(large);
  const weight = new Int32Array(large);
  for (let at = 0; at < large; at++) {
    const place = Math.min(small - 1, Math.max(0, ((at + 0.5) * small) / large - 0.5));
    from[at] = Math.floor(place);
    weight[at] = Math.round((place - Math.floor(place)) * ONE);
  }
  return { from, weight };
}

/** One row of the small picture at the large width, as fixed-point numbers. */
function widen(small: Raster, row: number, { from, weight }: Places, into: Int32Array): void {
  const start = row * small.width * 3;
  for (let x = 0; x < from.length; x++) {
    const left = start + (from[x] ?? 0) * 3;
    const right = (from[x] ?? 0) + 1 < small.width ? left + 3 : left;
    const share = weight[x] ?? 0;
    for (let channel = 0; channel < 3; channel++) {
      const value = small.pixels[left + channel] ?? 0;
      into[x * 3 + channel] = value * ONE + ((small.pixels[right + channel] ?? 0) - value) * share;
    }
  }
}
