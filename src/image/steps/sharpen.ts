/**
 * Sharpening as `vips_sharpen` does it with its default settings, which imgproxy uses: the lightness (CIE L*) less its blur,
 * where that differs by more than 2, three times as much, at most 10 lighter and 20 darker. Colours stay.
 */
import type { Pixels } from "../picture.ts";
import { gaussianWeights } from "./gaussian.ts";

/** `x1`, `m2`, `y2`, `y3` of libvips, in L* from 0 to 100. */
const FLAT = 2;
const SLOPE = 3;
const LIGHTER = 10;
const DARKER = 20;
const LEAST_WEIGHT = 0.1;

/** Lightness is held in 15 bits, as libvips does. */
const UNITS = 327.67;

/** Pixels -> sharpened in place. `sigma`: standard deviation of the mask in pixels. */
export function sharpen(pixels: Pixels, sigma: number): void {
  const { width, height, data } = pixels;
  const weights = gaussianWeights(sigma, LEAST_WEIGHT);
  const lightness = lightnessOf(pixels);
  const rows = new Uint16Array(lightness.length);
  for (let y = 0; y < height; y++) convolve(lightness, rows, y * width, 1, width, weights);
  const column = new Uint16Array(height);
  for (let x = 0; x < width; x++) {
    convolve(rows, column, x, width, height, weights, true);
    for (let y = 0; y < height; y++) {
      const at = y * width + x;
      const change = changeOf(((lightness[at] as number) - (column[y] as number)) / UNITS);
      if (change !== 0) lighten(data, 4 * at, change);
    }
  }
}

function changeOf(difference: number): number {
  if (difference > FLAT) return Math.min(LIGHTER, (difference - FLAT) * SLOPE);
  return difference < -FLAT ? Math.max(-DARKER, (difference + FLAT) * SLOPE) : 0;
}

/** One line. Beyond an end its last value goes on. `dense`: the result's values stand side by side from 0 on. */
function convolve(
  from: Uint16Array,
  to: Uint16Array,
  start: number,
  step: number,
  length: number,
  weights: readonly number[],
  dense = false,
): void {
  const last = length - 1;
  const of = 2 * weights.reduce((sum, weight) => sum + weight, 0) - (weights[0] as number);
  for (let i = 0; i < length; i++) {
    let sum = (weights[0] as number) * (from[start + i * step] as number);
    for (let x = 1; x < weights.length; x++) {
      const [before, after] = [Math.max(0, i - x), Math.min(last, i + x)];
      sum +=
        (weights[x] as number) * ((from[start + before * step] as number) + (from[start + after * step] as number));
    }
    to[dense ? i : start + i * step] = Math.round(sum / of);
  }
}

/** sRGB (IEC 61966-2-1) -> linear, for each of the 256 values. */
const LINEAR = Float64Array.from({ length: 256 }, (_, value) => {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
});

function lightnessOf({ width, height, data }: Pixels): Uint16Array {
  const lightness = new Uint16Array(width * height);
  for (let i = 0, at = 0; i < lightness.length; i++, at += 4) {
    const y =
      0.2126 * (LINEAR[data[at] as number] as number) +
      0.7152 * (LINEAR[data[at + 1] as number] as number) +
      0.0722 * (LINEAR[data[at + 2] as number] as number);
    lightness[i] = Math.round(UNITS * (116 * curve(y) - 16));
  }
  return lightness;
}

/** Changes L* of one pixel and leaves a* and b*: all three of X, Y and Z move by the same on the curve. */
function lighten(data: Uint8Array, at: number, change: number): void {
  const [r, g, b] = [0, 1, 2].map((c) => LINEAR[data[at + c] as number] as number) as [number, number, number];
  const by = change / 116;
  // To XYZ of D65 and back, each divided by the white's.
  const x = uncurve(curve((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505) + by) * 0.9505;
  const y = uncurve(curve(0.2126 * r + 0.7152 * g + 0.0722 * b) + by);
  const z = uncurve(curve((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089) + by) * 1.089;
  data[at] = encoded(3.2406 * x - 1.5372 * y - 0.4986 * z);
  data[at + 1] = encoded(-0.9689 * x + 1.8758 * y + 0.0415 * z);
  data[at + 2] = encoded(0.0557 * x - 0.204 * y + 1.057 * z);
}

/** CIE 1976: the cube root, and a line near black. */
function curve(value: number): number {
  return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116;
}

function uncurve(value: number): number {
  return value > 0.206893 ? value ** 3 : (value - 16 / 116) / 7.787;
}

function encoded(value: number): number {
  const v = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
  return Math.max(0, Math.min(255, Math.round(255 * v)));
}
