/** CIE L*a*b* (D50, the profile connection space of ICC.1) -> sRGB. */
import { linearToSrgb } from "./srgb.ts";

/** The connection space's white (ICC.1:2022 6.3.1). */
const WHITE = { x: 0.9642, y: 1, z: 0.8249 } as const;
const DELTA = 6 / 29;

export type Lab = readonly [l: number, a: number, b: number];

/**
 * L* 0..100, a* and b* -> sRGB as numbers 0..255, not rounded. Colours outside sRGB are clipped. `black` is the L* of
 * the darkest colour of the medium. It becomes black, and lighter colours are stretched in linear light (black point
 * compensation, ISO 18619).
 */
export function labToSrgb([l, a, b]: Lab, black: number): readonly [number, number, number] {
  const floor = inverse((black + 16) / 116);
  const lift = (value: number) => (value - floor) / (1 - floor);
  const fy = (l + 16) / 116;
  const x = WHITE.x * lift(inverse(fy + a / 500));
  const y = WHITE.y * lift(inverse(fy));
  const z = WHITE.z * lift(inverse(fy - b / 200));
  // XYZ relative to D50 -> linear sRGB: the inverse of sRGB's colorants in its ICC profile.
  return [
    255 * linearToSrgb(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
    255 * linearToSrgb(-0.9787684 * x + 1.9161415 * y + 0.033454 * z),
    255 * linearToSrgb(0.0719453 * x - 0.2289914 * y + 1.4052427 * z),
  ];
}

function inverse(t: number): number {
  return t > DELTA ? t ** 3 : 3 * DELTA ** 2 * (t - 4 / 29);
}
