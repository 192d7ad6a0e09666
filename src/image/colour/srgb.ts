/** Pixels in a profile's colours -> sRGB: curves to linear light, a 3x3 matrix, the curve of sRGB (IEC 61966-2-1). */
import { invert, multiply } from "./matrix.ts";
import type { Matrix, Profile } from "./profile.ts";

/** 8-bit RGBA pixels, changed in place; alpha stays. */
export type Convert = (data: Uint8Array) => void;

/** sRGB's colorants in XYZ relative to D50, as in its ICC profile. */
export const SRGB_MATRIX: Matrix = [
  0.4360747, 0.3850649, 0.1430804, 0.2225045, 0.7168786, 0.0606169, 0.0139322, 0.0971045, 0.7141733,
];
const LINEAR_STEPS = 4096;
/** A profile that moves no probed colour by more than this (of 255) is sRGB under another name. */
const SAME_WITHIN = 1;
const PROBES = [0, 32, 64, 96, 128, 160, 192, 224, 255] as const;

/** Linear light, 0..LINEAR_STEPS-1 -> sRGB byte. */
const ENCODED = Uint8Array.from({ length: LINEAR_STEPS }, (_, i) =>
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

/** Profile -> conversion, or null when the pixels are sRGB as they stand. Colours outside sRGB are clipped. */
export function toSrgb(profile: Profile): Convert | null {
  const convert = profile.kind === "grey" ? greyConvert(profile) : rgbConvert(profile);
  return changesAnything(convert, profile.kind) ? convert : null;
}

function greyConvert(profile: Profile & { kind: "grey" }): Convert {
  const table = Uint8Array.from({ length: 256 }, (_, i) => ENCODED[step(profile.curve(i / 255))] ?? 0);
  return (data) => {
    for (let i = 0; i < data.length; i += 4) {
      data[i] = data[i + 1] = data[i + 2] = table[data[i + 1] as number] as number;
    }
  };
}

function rgbConvert({ curves, matrix }: Profile & { kind: "rgb" }): Convert {
  const [red, green, blue] = curves.map((curve) => Float32Array.from({ length: 256 }, (_, i) => curve(i / 255))) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [a, b, c, d, e, f, g, h, k] = multiply(invert(SRGB_MATRIX), matrix);
  return (data) => {
    for (let i = 0; i < data.length; i += 4) {
      const r = red[data[i] as number] as number;
      const s = green[data[i + 1] as number] as number;
      const t = blue[data[i + 2] as number] as number;
      data[i] = ENCODED[step(a * r + b * s + c * t)] as number;
      data[i + 1] = ENCODED[step(d * r + e * s + f * t)] as number;
      data[i + 2] = ENCODED[step(g * r + h * s + k * t)] as number;
    }
  };
}

/** Linear light -> index into ENCODED, clipped. */
function step(x: number): number {
  const at = (x * (LINEAR_STEPS - 1) + 0.5) | 0;
  return at < 0 ? 0 : at >= LINEAR_STEPS ? LINEAR_STEPS - 1 : at;
}

function changesAnything(convert: Convert, kind: Profile["kind"]): boolean {
  const probes: number[] = [];
  for (const r of PROBES) {
    if (kind === "grey") probes.push(r, r, r, 255);
    else for (const g of PROBES) for (const b of PROBES) probes.push(r, g, b, 255);
  }
  const data = Uint8Array.from(probes);
  convert(data);
  return data.some((value, i) => Math.abs(value - (probes[i] ?? 0)) > SAME_WITHIN);
}
