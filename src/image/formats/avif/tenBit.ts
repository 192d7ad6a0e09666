/** Pixels as the AVIF encoder takes them: 10 bits a channel. Pure. */
import type { Pixels } from "../../picture.ts";

/** RGBA, 10 bits a channel in 16, rows from the top, straight alpha. */
export type TenBitPixels = { readonly width: number; readonly height: number; readonly data: Uint16Array };

const MOST = 1023;
const SCALE = MOST / 255;
/** BT.601, as the encoder makes its luma. */
const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114];
/**
 * How far a chroma sample moves towards the mean of its neighbours. At 0.2 the AVIF's chroma differs from the render's as
 * much as the chroma of our WebP does (mean square, within 1 %), and the file is 0.7 % smaller (docs/inside/decisions/avif.md).
 */
const SOFTENING = 0.2;

/** The same pixels. A value of 8 bits comes out of the decoder as it went in. */
export function tenBit({ width, height, data }: Pixels): TenBitPixels {
  return { width, height, data: Uint16Array.from(data, (value) => Math.round(value * SCALE)) };
}

/**
 * The same pixels with their chroma a little blurred: 4:2:0 samples, 3x3 binomial. Luma stays, except where a channel is
 * clipped. A picture with transparent pixels stays as it is, because what is under them must not be mixed into the edges.
 */
export function softChroma(pixels: Pixels): TenBitPixels {
  if (pixels.alpha) return tenBit(pixels);
  const { width, height, data } = pixels;
  const columns = (width + 1) >> 1;
  const blueChange = changeOfBlur(differences(pixels, 2, BLUE), columns);
  const redChange = changeOfBlur(differences(pixels, 0, RED), columns);
  const made = new Uint16Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    const row = (y >> 1) * columns;
    for (let x = 0; x < width; x++, at += 4) {
      const blue = SOFTENING * (blueChange[row + (x >> 1)] ?? 0);
      const red = SOFTENING * (redChange[row + (x >> 1)] ?? 0);
      // The green that leaves the luma as it is.
      const green = -(RED * red + BLUE * blue) / GREEN;
      made[at] = clipped((data[at] ?? 0) + red);
      made[at + 1] = clipped((data[at + 1] ?? 0) + green);
      made[at + 2] = clipped((data[at + 2] ?? 0) + blue);
      made[at + 3] = MOST;
    }
  }
  return { width, height, data: made };
}

function clipped(value: number): number {
  return Math.min(MOST, Math.max(0, Math.round(value * SCALE)));
}

/** Channel minus luma, the mean of each 2x2 pixels. `share` is what the channel adds to luma. */
function differences({ width, height, data }: Pixels, channel: 0 | 2, share: number): Float32Array {
  const columns = (width + 1) >> 1;
  const made = new Float32Array(columns * ((height + 1) >> 1));
  const other = channel === 0 ? 2 : 0;
  const otherShare = 1 - GREEN - share;
  for (let y = 0, at = 0; y < height; y++) {
    const tall = Math.min(2, height - (y & ~1));
    for (let x = 0; x < width; x++, at += 4) {
      const count = tall * Math.min(2, width - (x & ~1));
      const value = data[at + channel] ?? 0;
      const luma = share * value + GREEN * (data[at + 1] ?? 0) + otherShare * (data[at + other] ?? 0);
      const sample = (y >> 1) * columns + (x >> 1);
      made[sample] = (made[sample] ?? 0) + (value - luma) / count;
    }
  }
  return made;
}

/** What the blur adds to each sample. At the edge the weights of missing neighbours go to those that are there. */
function changeOfBlur(samples: Float32Array, columns: number): Float32Array {
  const rows = samples.length / columns;
  const across = new Float32Array(samples.length);
  const blurred = new Float32Array(samples.length);
  blur(samples, across, 1, columns, rows, columns);
  blur(across, blurred, columns, rows, columns, 1);
  for (let i = 0; i < blurred.length; i++) blurred[i] = (blurred[i] ?? 0) - (samples[i] ?? 0);
  return blurred;
}

/** 1 2 1 along lines: `length` samples `step` apart, `lines` of them `stride` apart. */
function blur(from: Float32Array, to: Float32Array, step: number, length: number, lines: number, stride: number): void {
  for (let line = 0; line < lines; line++) {
    for (let i = 0, at = line * stride; i < length; i++, at += step) {
      let [sum, weight] = [2 * (from[at] ?? 0), 2];
      if (i > 0) {
        sum += from[at - step] ?? 0;
        weight++;
      }
      if (i < length - 1) {
        sum += from[at + step] ?? 0;
        weight++;
      }
      to[at] = sum / weight;
    }
  }
}
