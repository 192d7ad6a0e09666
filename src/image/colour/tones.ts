/**
 * Pictures with 16 bits a sample. 8 bits are too few for samples in a linear profile: all dark tones would become one.
 * So the tone curve works on the 16 bits and gives the tones of sRGB in 8 bits. The small result needs only the matrix.
 */
import type { Source } from "../header.ts";
import { embeddedProfile } from "./embedded.ts";
import type { ToneCurve } from "./icc/curve.ts";
import { type Convert, toSrgb } from "./srgb.ts";
import { linearToSrgb, srgbToLinear } from "./srgbSpace.ts";

/** For red, green and blue: 65536 entries, sample -> byte. */
export type Tones = readonly [red: Uint8Array, green: Uint8Array, blue: Uint8Array];

const SAMPLES = 65536;
/** The curve is computed at every 16th sample. Between them it is straight enough. */
const STEP = 16;

/**
 * Source -> the tables for its samples, and what remains of the conversion to sRGB. Without a profile of curves there
 * are no tables: the upper byte of a sample is enough.
 */
export async function deepTones(
  source: Source,
): Promise<{ readonly tones: Tones | null; readonly rest: Convert | null }> {
  const profile = await embeddedProfile(source);
  const convert = profile === null ? null : toSrgb(profile);
  if (profile === null || convert === null || profile.kind === "table") return { tones: null, rest: convert };
  if (profile.kind === "grey") {
    const tone = toneTable(profile.curve);
    return { tones: [tone, tone, tone], rest: null };
  }
  const [r, g, b] = profile.curves;
  const red = toneTable(r);
  const green = g === r ? red : toneTable(g);
  const tones: Tones = [red, green, b === r ? red : toneTable(b)];
  return { tones, rest: toSrgb({ ...profile, curves: [srgbToLinear, srgbToLinear, srgbToLinear] }) };
}

function toneTable(curve: ToneCurve): Uint8Array {
  const table = new Uint8Array(SAMPLES);
  const exact = (sample: number) => 255 * linearToSrgb(curve(Math.min(1, sample / (SAMPLES - 1))));
  for (let from = 0, low = exact(0); from < SAMPLES; from += STEP) {
    const high = exact(from + STEP);
    for (let i = 0; i < STEP; i++) table[from + i] = Math.round(low + ((high - low) * i) / STEP);
    low = high;
  }
  return table;
}
