/** The colour space that the chunks of a PNG describe (third edition, 4.3 and 11.3.2). */
import { codePointProfile } from "../../colour/codePoints.ts";
import type { Profile } from "../../colour/icc/profile.ts";
import { primariesMatrix } from "../../colour/primaries.ts";
import { SRGB_MATRIX, srgbToLinear } from "../../colour/srgbSpace.ts";
import { createReader } from "../byteReader.ts";

/** The data of the chunks, null where the file has none. */
export type ColourChunks = {
  readonly cicp: Uint8Array | null;
  readonly gamma: Uint8Array | null;
  readonly chromaticities: Uint8Array | null;
};

const CICP_BYTES = 4;
/** RGB is the only matrix that a PNG can have. */
const RGB = 0;

/**
 * cICP -> Profile, or null when there is none that can be used. It comes before an ICC profile. A chunk for samples that
 * do not use all values is ignored, as in Chromium.
 */
export function cicpProfile({ cicp }: ColourChunks, grey: boolean): Profile | null {
  if (cicp === null || cicp.length !== CICP_BYTES) return null;
  const [primaries = 0, transfer = 0, matrix = 0, fullRange = 0] = cicp;
  return matrix !== RGB || fullRange !== 1 ? null : codePointProfile(primaries, transfer, grey);
}

/** gAMA and cHRM hold integers that are 100 000 times their value. */
const UNIT = 100_000;
/** Writers of sRGB put this as an approximation of its curve (13.5). Readers take near values for the same (libpng: 5 %). */
const SRGB_GAMMA = 0.45455;
const NEAR = 0.05;
const CHRM_BYTES = 32;

/**
 * gAMA, with cHRM when it is there -> Profile, or null. It counts only when there is no cICP, ICC profile or sRGB chunk.
 * As in browsers, cHRM alone says nothing, and beside a cHRM the number of gAMA is taken as it is.
 */
export function gammaProfile({ gamma, chromaticities }: ColourChunks, grey: boolean): Profile | null {
  if (gamma === null || gamma.length !== 4) return null;
  const value = createReader(gamma, false).u32(0) / UNIT;
  if (value === 0 || value > MOST_GAMMA) return null;
  const own = chromaticities === null ? null : chromaticityMatrix(chromaticities);
  const isSrgb = own === null && Math.abs(value / SRGB_GAMMA - 1) <= NEAR;
  const curve = isSrgb ? srgbToLinear : (x: number) => x ** (1 / value);
  const matrix = own ?? SRGB_MATRIX;
  return grey ? { kind: "grey", curve } : { kind: "rgb", curves: [curve, curve, curve], matrix };
}

const MOST_GAMMA = 100;

/** White, red, green and blue, x and y each. Null when they cannot be the primaries of a colour space. */
function chromaticityMatrix(chunk: Uint8Array) {
  if (chunk.length !== CHRM_BYTES) return null;
  const read = createReader(chunk, false);
  const point = (at: number) => [read.u32(at) / UNIT, read.u32(at + 4) / UNIT] as const;
  return primariesMatrix({ white: point(0), red: point(8), green: point(16), blue: point(24) });
}
