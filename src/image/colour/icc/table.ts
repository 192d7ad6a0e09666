/**
 * Profiles that are tables -> sRGB. Perceptual intent with black point compensation, which is what libvips does; but the
 * dark tones of a profile that reaches black itself stay as they are, as in browsers.
 */
import { invert, type Matrix, multiply } from "../matrix.ts";
import { encodeByte, SRGB_MATRIX } from "../srgbSpace.ts";
import { interpolatorOf } from "./interpolate.ts";
import { type Encoding, type Lut, readLut } from "./lut.ts";
import { HEADER_BYTES, readTags, tag } from "./tag.ts";

/** Device bytes -> sRGB bytes, written to `to` at `at`. Three inks or colours and the fourth, as many as there are. */
export type Table = (a: number, b: number, c: number, d: number, to: Uint8Array, at: number) => void;

/** White of the connection space (ICC.1:2022 6.3.1). */
const WHITE = [0.9642, 1, 0.8249] as const;
/** The black of version 4 profiles with perceptual intent (6.3.3), relative to white. */
const PERCEPTUAL_BLACK = 0.0034731;
/** The highest L* that the darkest colour may have (ISO 18619 6.2). */
const MAX_BLACK = 50;
const DELTA = 6 / 29;
/** Device values at which the darkest colour is looked for. */
const PROBES = [0, 64, 128, 191, 255] as const;

/** Inputs by colour space, and the darkest device value. */
const SPACES: Readonly<Record<string, { readonly inputs: number; readonly darkest: number }>> = {
  GRAY: { inputs: 1, darkest: 0 },
  "RGB ": { inputs: 3, darkest: 0 },
  CMYK: { inputs: 4, darkest: 255 },
};

/** Profile bytes -> Table, or null when the profile has no table for this space. Never throws. */
export function readTable(bytes: Uint8Array, space: "GRAY" | "RGB " | "CMYK"): Table | null {
  if (bytes.length < HEADER_BYTES + 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = SPACES[space];
  if (tag(view, 36) !== "acsp" || tag(view, 16) !== space || kind === undefined) return null;
  const tags = readTags(view);
  const body = tags.get("A2B0") ?? tags.get("A2B1");
  const lut = body === undefined ? null : readLut(body, kind.inputs, tag(view, 20));
  return lut === null ? null : tableOf(lut, kind.darkest, view.getUint8(8) >= 4);
}

/** XYZ relative to its white -> linear sRGB. */
const TO_LINEAR: Matrix = multiply(invert(SRGB_MATRIX), [WHITE[0], 0, 0, 0, WHITE[1], 0, 0, 0, WHITE[2]]);

function tableOf(lut: Lut, darkest: number, isVersion4: boolean): Table {
  const interpolate = interpolatorOf(lut);
  const toXyz = DECODERS[lut.encoding];
  const v = new Float64Array(3);
  const measure = (a: number, b: number, c: number, d: number) => {
    interpolate(a, b, c, d, v);
    lut.finish(v);
    toXyz(v);
  };
  measure(darkest, darkest, darkest, darkest);
  // The darkest colour counts as grey.
  let black = Math.min(cube((MAX_BLACK + 16) / 116), Math.max(0, v[1] as number));
  if (isVersion4) {
    black = PERCEPTUAL_BLACK;
    // libjxl's profile of XYB has no lightest black: its darkest colour is not the one with the lowest device values.
    if (lut.inputs === 3) {
      for (const a of PROBES) {
        for (const b of PROBES) {
          for (const c of PROBES) {
            measure(a, b, c, 0);
            black = Math.min(black, Math.max(0, v[1] as number));
          }
        }
      }
    }
  }
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = TO_LINEAR;
  return (a, b, c, d, to, at) => {
    measure(a, b, c, d);
    const x = ((v[0] as number) - black) / (1 - black);
    const y = ((v[1] as number) - black) / (1 - black);
    const z = ((v[2] as number) - black) / (1 - black);
    to[at] = encodeByte(m0 * x + m1 * y + m2 * z);
    to[at + 1] = encodeByte(m3 * x + m4 * y + m5 * z);
    to[at + 2] = encodeByte(m6 * x + m7 * y + m8 * z);
  };
}

/** Encoded colours 0..1 -> XYZ relative to white, in place (ICC.1:2022 6.3.4). lut16 keeps the encoding of version 2. */
const DECODERS: Readonly<Record<Encoding, (v: Float64Array) => void>> = {
  xyz(v) {
    for (let i = 0; i < 3; i++) v[i] = ((v[i] as number) * (1 + 32767 / 32768)) / (WHITE[i] as number);
  },
  lab: (v) => fromLab(v, 100, 255),
  "lab of lut16": (v) => fromLab(v, (100 * 65535) / 65280, 65535 / 256),
};

/**
 * L*a*b*, encoded 0..1, -> XYZ relative to white, in place. `lightness`: the L* of 1. `range`: that of a* and b*, which begin
 * at -128.
 */
export function fromLab(v: Float64Array, lightness: number, range: number): void {
  const fy = ((v[0] as number) * lightness + 16) / 116;
  const fx = fy + ((v[1] as number) * range - 128) / 500;
  const fz = fy - ((v[2] as number) * range - 128) / 200;
  v[0] = cube(fx);
  v[1] = cube(fy);
  v[2] = cube(fz);
}

/** L* / 100 -> Y relative to white. */
export function lightnessToY(lightness: number): number {
  return cube((100 * lightness + 16) / 116);
}

/** The inverse of CIE L*a*b*'s cube root. */
function cube(t: number): number {
  return t > DELTA ? t * t * t : 3 * DELTA * DELTA * (t - 4 / 29);
}
