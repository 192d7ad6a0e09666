/** The colour space XYB of JPEG XL and jpegli: sRGB to its samples, and the profile that jpegli embeds. After libjxl (BSD-3). */
import { srgbToLinear } from "../../../../../src/image/colour/srgbSpace.ts";
import { fixed, profileFile, text, u16, u32 } from "./profileFile.ts";

const BIAS = 0.0037930732552754493;
/** Light of sRGB's primaries -> responses of cones. */
const ABSORBANCE = [
  [0.3, 0.622, 0.078],
  [0.23, 0.692, 0.078],
  [0.24342268924547819, 0.20476744424496821, 0.5518098665095535],
] as const;
/** X, Y, B - Y -> 0..1. */
const OFFSETS = [0.015386134, 0, 0.27770459] as const;
const SCALES = [22.995788804, 1.183000077, 1.502141333] as const;

/** sRGB bytes -> samples of an XYB JPEG, 0..255. */
export function xybOf(rgb: readonly number[]): number[] {
  const light = rgb.map((byte) => srgbToLinear(byte / 255));
  const [l = 0, m = 0, s = 0] = ABSORBANCE.map(
    (row) => Math.cbrt(row.reduce((sum, share, i) => sum + share * (light[i] ?? 0), BIAS)) - Math.cbrt(BIAS),
  );
  const y = (l + m) / 2;
  return [(l - m) / 2, y, s - y].map((value, i) => 255 * (value + (OFFSETS[i] ?? 0)) * (SCALES[i] ?? 1));
}

/** The inverse of absorbance, and of the light of sRGB to the connection space, of which half is encoded. */
const MATRIX = [
  ...[1.5170095, -1.1065225, 0.071623],
  ...[-0.050022, 0.5683655, -0.018344],
  ...[-1.387676, 1.1145555, 0.6857255],
] as const;

/** A profile as libjxl's `MaybeCreateProfile` makes it: a grid of 2 nodes a side, cubes, a matrix. */
export function xybProfile(): Uint8Array {
  const [s0, s1, s2] = SCALES;
  const sum = (a: number, b: number) => (a * b) / (a + b);
  const scales = [sum(s0, s1), sum(s0, s1), sum(s1, s2)];
  const offsets = [OFFSETS[0] + OFFSETS[1], OFFSETS[1] - OFFSETS[0] + 1 / s0, OFFSETS[1] + OFFSETS[2]];
  const corner = (at: readonly number[]) => {
    const [x = 0, y = 0, b = 0] = at.map((value, i) => value / (SCALES[i] ?? 1) - (OFFSETS[i] ?? 0));
    return [y + x, y - x, b + y].map((value, i) => (value + (offsets[i] ?? 0)) * (scales[i] ?? 1));
  };
  const nodes = Array.from({ length: 8 }, (_, i) => corner([i >> 2, (i >> 1) & 1, i & 1])).flat();
  const para = (type: number, values: readonly number[]) => [
    ...[...text("para"), 0, 0, 0, 0, 0, type, 0, 0],
    ...values.flatMap(fixed),
  ];
  const straight = Array.from({ length: 3 }, () => para(0, [1])).flat();
  const cubes = scales.flatMap((scale, i) => {
    const b = Math.cbrt(BIAS) - (offsets[i] ?? 0);
    return para(3, [3, 1 / scale, b, 0, Math.max(0, -b * scale)]);
  });
  const intercepts = [0, 1, 2].map((row) => -BIAS * MATRIX.slice(3 * row, 3 * row + 3).reduce((a, b) => a + b, 0));
  const tag = [
    ...[...text("mAB "), 0, 0, 0, 0, 3, 3, 0, 0],
    ...[32, 244, 148, 80, 32].flatMap(u32),
    ...straight,
    ...[2, 2, 2, ...Array<number>(13).fill(0), 2, 0, 0, 0],
    ...nodes.flatMap((value) => u16(Math.round(65_535 * value))),
    ...cubes,
    ...[...MATRIX, ...intercepts].flatMap(fixed),
  ];
  return profileFile("RGB ", "XYZ ", 4, { A2B0: tag });
}
