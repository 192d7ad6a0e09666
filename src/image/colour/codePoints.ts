/** Colour spaces by number: coding-independent code points (ITU-T H.273 8.1 and 8.2), as PNG and AVIF have them. */
import type { ToneCurve } from "./icc/curve.ts";
import type { Profile } from "./icc/profile.ts";
import { type Primaries, primariesMatrix } from "./primaries.ts";
import { srgbToLinear } from "./srgbSpace.ts";

const D65 = [0.3127, 0.329] as const;
const C = [0.31, 0.316] as const;
const NTSC = { white: D65, red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07] } as const;

/** Table 2 of H.273. */
const PRIMARIES: Readonly<Record<number, Primaries>> = {
  1: { white: D65, red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06] },
  4: { white: C, red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08] },
  5: { white: D65, red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06] },
  6: NTSC,
  7: NTSC,
  8: { white: C, red: [0.681, 0.319], green: [0.243, 0.692], blue: [0.145, 0.049] },
  9: { white: D65, red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046] },
  11: { white: [0.314, 0.351], red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] },
  12: { white: D65, red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] },
  22: { white: D65, red: [0.63, 0.34], green: [0.295, 0.605], blue: [0.155, 0.077] },
};

/** Table 3 of H.273: encoded value 0..1 -> linear light, where 1 is the white of a page. */
const TRANSFERS: Readonly<Record<number, ToneCurve>> = {
  1: bt1886,
  4: (x) => x ** 2.2,
  5: (x) => x ** 2.8,
  6: bt1886,
  8: (x) => x,
  11: bt1886,
  13: srgbToLinear,
  14: bt1886,
  15: bt1886,
  16: pq,
  17: (x) => (x ** 2.6 * 52.37) / 48,
  18: hlg,
};

/** Numbers -> Profile, or null for numbers that name nothing we know. `grey`: the picture has one channel. */
export function codePointProfile(primaries: number, transfer: number, grey: boolean): Profile | null {
  const chosen = PRIMARIES[primaries];
  const curve = TRANSFERS[transfer];
  const matrix = chosen === undefined ? null : primariesMatrix(chosen);
  if (matrix === null || curve === undefined) return null;
  return grey ? { kind: "grey", curve } : { kind: "rgb", curves: [curve, curve, curve], matrix };
}

/** Video of BT.709 and BT.2020 is made for a display of this curve (ITU-R BT.1886). Chromium shows it so too. */
function bt1886(x: number): number {
  return x ** 2.4;
}

/** The brightness of a page's white in HDR content, in cd/m2 (ITU-R BT.2408). */
const HDR_WHITE = 203;
/** What content without a statement is taken to reach, in the same unit. */
const HDR_PEAK = 1000;

/** Perceptual quantiser (SMPTE ST 2084), its highlights compressed. */
function pq(x: number): number {
  const power = Math.max(0, x) ** (1 / 78.84375);
  const light = (Math.max(0, power - 0.8359375) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125);
  return compressed((10_000 * light) / HDR_WHITE);
}

/** Hybrid log-gamma (ITU-R BT.2100) with the system gamma of a 1 000 cd/m2 display, its highlights compressed. */
function hlg(x: number): number {
  const [a, b, c] = [0.17883277, 0.28466892, 0.55991073];
  const scene = x <= 0.5 ? x ** 2 / 3 : (Math.exp((x - c) / a) + b) / 12;
  return compressed((HDR_PEAK * scene ** 1.2) / HDR_WHITE);
}

/** The curve of Reinhard and others (2002): 0 stays 0, the peak becomes 1. */
function compressed(light: number): number {
  const peak = HDR_PEAK / HDR_WHITE;
  return Math.min(1, (light * (1 + light / peak ** 2)) / (1 + light));
}
