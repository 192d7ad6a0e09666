/** The colour space sRGB (IEC 61966-2-1): its colorants, its curve both ways, and the curve as a table. */
import type { Matrix } from "./matrix.ts";

/** sRGB's colorants in XYZ relative to D50, as in its ICC profile. */
export const SRGB_MATRIX: Matrix = [
  0.4360747, 0.3850649, 0.1430804, 0.2225045, 0.7168786, 0.0606169, 0.0139322, 0.0971045, 0.7141733,
];
const LINEAR_STEPS = 4096;
/** Linear light, 0..LINEAR_STEPS-1 -> sRGB byte. */
export const ENCODED = Uint8Array.from({ length: LINEAR_STEPS }, (_, i) =>
  Math.round(255 * linearToSrgb(i / (LINEAR_STEPS - 1))),
);

/** Encoded value 0..1 -> linear light 0..1 (IEC 61966-2-1). */
export function srgbToLinear(x: number): number {
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
}

/** Linear light 0..1 -> encoded value 0..1. Light outside of this range is clipped. */
export function linearToSrgb(light: number): number {
  const x = Math.min(1, Math.max(0, light));
  return x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
}

/** Linear light -> sRGB byte, clipped. */
export function encodeByte(x: number): number {
  return ENCODED[step(x)] as number;
}

/** Linear light -> index into ENCODED, clipped. */
export function step(x: number): number {
  const at = (x * (LINEAR_STEPS - 1) + 0.5) | 0;
  return at < 0 ? 0 : at >= LINEAR_STEPS ? LINEAR_STEPS - 1 : at;
}
