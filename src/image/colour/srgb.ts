/** Pixels in a profile's colours -> sRGB: curves to linear light, a 3x3 matrix, the curve of sRGB (IEC 61966-2-1). */

import type { Profile } from "./icc/profile.ts";
import { invert, multiply } from "./matrix.ts";
import { ENCODED, SRGB_MATRIX, step } from "./srgbSpace.ts";

/** 8-bit RGBA pixels, changed in place; alpha stays. */
export type Convert = (data: Uint8Array) => void;

/** A profile that moves no probed colour by more than this (of 255) is sRGB under another name. */
const SAME_WITHIN = 1;
const PROBES = [0, 32, 64, 96, 128, 160, 192, 224, 255] as const;

/** Profile -> conversion, or null when the pixels are sRGB as they stand. Colours outside sRGB are clipped. */
export function toSrgb(profile: Profile): Convert | null {
  const convert = CONVERSIONS[profile.kind](profile as never);
  return changesAnything(convert, profile.kind) ? convert : null;
}

const CONVERSIONS: { readonly [K in Profile["kind"]]: (profile: Profile & { kind: K }) => Convert } = {
  grey: greyConvert,
  rgb: rgbConvert,
  table:
    ({ table }) =>
    (data) => {
      for (let i = 0; i < data.length; i += 4) {
        table(data[i] as number, data[i + 1] as number, data[i + 2] as number, 0, data, i);
      }
    },
};

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
