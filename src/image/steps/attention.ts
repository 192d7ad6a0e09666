/**
 * Where people look first in a picture, as libvips finds it (`vips_smartcrop` with VIPS_INTERESTING_ATTENTION): edges, skin
 * and red of a small copy are added up and blurred, and the highest value wins.
 */
import type { Pixels } from "../picture.ts";
import { ATTENTION_SIDE, attentionCopy } from "./attentionCopy.ts";
import { gaussianWeights } from "./gaussian.ts";

/** A hue of skin in XYZ, of length 1; smartcrop.js has it too. */
const SKIN = [0.78, 0.57, 0.44] as const;
/** Darker pixels (Y of 100) have no hue that counts. */
const DARK = 5;
const EDGE_WEIGHT = 5;
/** The blur's part of the diagonal of what is cut out. */
const BLUR_SHARE = 10;
const LEAST_WEIGHT = 0.2;

/**
 * Pixels of at least 32 x 32 and the size of what will be cut out, as shares of the picture's sides -> the point to keep in
 * the middle, 0 to 1 from the top left.
 */
export function attentionOf(pixels: Pixels, cut: { readonly width: number; readonly height: number }) {
  const side = ATTENTION_SIDE;
  const count = side * side;
  const data = attentionCopy(pixels);
  const [x, y, z] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    const a = (data[4 * i + 3] as number) / 255;
    const [r, g, b] = [0, 1, 2].map((c) => linear(((data[4 * i + c] as number) * a) / 255)) as [number, number, number];
    x[i] = 100 * (0.4124 * r + 0.3576 * g + 0.1805 * b);
    y[i] = 100 * (0.2126 * r + 0.7152 * g + 0.0722 * b);
    z[i] = 100 * (0.0193 * r + 0.1192 * g + 0.9505 * b);
  }
  const score = new Float64Array(count);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = row * side + column;
      const near = (dx: number, dy: number) => y[clamp(row + dy) * side + clamp(column + dx)] as number;
      const edge = 4 * near(0, 0) - near(-1, 0) - near(1, 0) - near(0, -1) - near(0, 1);
      score[at] = Math.abs(EDGE_WEIGHT * edge) + hueScore(x[at] as number, y[at] as number, z[at] as number);
    }
  }
  const sigma = Math.max(1, (side * Math.hypot(cut.width, cut.height)) / BLUR_SHARE);
  const best = highest(blurred(score, gaussianWeights(sigma, LEAST_WEIGHT)));
  return { x: (best % side) / side, y: Math.floor(best / side) / side };
}

/** Skin, and CIE a*, which is red where it is positive. */
function hueScore(x: number, y: number, z: number): number {
  if (y < DARK) return 0;
  const length = Math.hypot(x, y, z);
  const skin = 100 - 100 * Math.hypot(x / length - SKIN[0], y / length - SKIN[1], z / length - SKIN[2]);
  return skin + 500 * (curve(x / 95.047) - curve(y / 100));
}

function blurred(values: Float64Array, weights: readonly number[]): Float64Array {
  const side = ATTENTION_SIDE;
  const along = (from: Float64Array, indexOf: (line: number, at: number) => number) => {
    const to = new Float64Array(from.length);
    for (let line = 0; line < side; line++) {
      for (let at = 0; at < side; at++) {
        let sum = (weights[0] as number) * (from[indexOf(line, at)] as number);
        for (let d = 1; d < weights.length; d++) {
          const both = (from[indexOf(line, clamp(at - d))] as number) + (from[indexOf(line, clamp(at + d))] as number);
          sum += (weights[d] as number) * both;
        }
        to[indexOf(line, at)] = sum;
      }
    }
    return to;
  };
  const rows = along(values, (line, at) => line * side + at);
  return along(rows, (line, at) => at * side + line);
}

function highest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

function clamp(at: number): number {
  return Math.max(0, Math.min(ATTENTION_SIDE - 1, at));
}

/** sRGB (IEC 61966-2-1) -> linear. */
function linear(v: number): number {
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

/** CIE 1976. */
function curve(value: number): number {
  return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116;
}
