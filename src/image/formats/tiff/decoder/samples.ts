/** Rows of samples -> RGBA words (bytes R, G, B, A in memory); of CMYK: the inks, a byte each. */

import { encodeByte, srgbToLinear } from "../../../colour/srgbSpace.ts";
import { COLOURS, type TiffPage } from "../directory/page.ts";
import { isRgba, rowBits } from "./codedRows.ts";
import type { ConvertRow } from "./reader.ts";
import { yccRows } from "./ycc.ts";

/** Alpha of 255, as an integer of 32 bits with its sign: V8 computes with larger numbers as floating point. */
const OPAQUE = 0xff << 24;

/**
 * The function for the rows of a page without planes. The reader gives RGBA where it can (isRgba). `toned`: the samples come
 * as the tables of tones make them (pageTones.ts).
 */
export function rowConverter(page: TiffPage, toned: boolean): ConvertRow {
  const bits = rowBits(page);
  if (isRgba(page)) return copyPixels;
  if (page.model === "ycc") return yccRows(page);
  if (page.samples === 1 && bits <= 8) return fromTable(bits, sampleTable(page, bits, toned));
  const colour = colouring(page, toned);
  if (bits === 8) return colour;
  const unpack = unpacker(page);
  let samples = new Uint8Array(0);
  return (data, at, width, out, to) => {
    const count = width * page.samples;
    if (samples.length < count) samples = new Uint8Array(count);
    unpack(data, at, count, samples, 0, 1);
    colour(samples, 0, width, out, to, 0);
  };
}

const copyPixels: ConvertRow = (data, at, width, out, to) => {
  new Uint8Array(out.buffer, out.byteOffset + 4 * to, 4 * width).set(data.subarray(at, at + 4 * width));
};

/** RGBA words by the value of the only sample. */
function sampleTable({ palette, inverted }: TiffPage, bits: number, toned: boolean): Int32Array {
  const top = 2 ** bits - 1;
  const flips = inverted && !toned;
  return Int32Array.from({ length: top + 1 }, (_, i) => {
    if (palette !== null) return palette[i] ?? OPAQUE;
    const grey = Math.round(((flips ? top - i : i) * 255) / top);
    return OPAQUE | (grey << 16) | (grey << 8) | grey;
  });
}

function fromTable(bits: number, table: Int32Array): ConvertRow {
  if (bits === 8) {
    return (data, at, width, out, to) => {
      for (let x = 0; x < width; x++) out[to + x] = table[data[at + x] ?? 0] ?? 0;
    };
  }
  const last = 2 ** bits - 1;
  return (data, at, width, out, to) => {
    for (let x = 0, bit = 0; x < width; x++, bit += bits) {
      const i = at + (bit >>> 3);
      const two = ((data[i] ?? 0) << 8) | (data[i + 1] ?? 0);
      out[to + x] = table[(two >> (16 - bits - (bit & 7))) & last] ?? 0;
    }
  };
}

/** Writes `count` samples as bytes into `out`, from `to` on, `step` bytes apart. */
export type Unpack = (data: Uint8Array, at: number, count: number, out: Uint8Array, to: number, step: number) => void;

/**
 * Samples of 1 to 15 bits, the upper bit first, without padding: the highest value becomes 255, but indices of a palette
 * stay as they are. The reader has made 8 of 16 and more bits.
 */
export function unpacker(page: TiffPage): Unpack {
  const bits = rowBits(page);
  if (bits === 8) {
    return (data, at, count, out, to, step) => {
      for (let i = 0; i < count; i++) out[to + i * step] = data[at + i] ?? 0;
    };
  }
  const top = 2 ** bits - 1;
  const factor = page.model === "palette" ? 1 : 255 / top;
  return (data, at, count, out, to, step) => {
    for (let i = 0, bit = 0; i < count; i++, bit += bits) {
      const from = at + (bit >>> 3);
      const three = ((data[from] ?? 0) << 16) | ((data[from + 1] ?? 0) << 8) | (data[from + 2] ?? 0);
      const value = (three >> (24 - bits - (bit & 7))) & top;
      out[to + i * step] = Math.round(value * factor);
    }
  };
}

/** Pixels of `samples` bytes each -> words. `toned` as in `rowConverter`. */
export function colouring(page: TiffPage, toned: boolean): ConvertRow {
  const { model, samples, alphaAt, associated, inverted, palette } = page;
  if (model === "palette") {
    return (data, at, width, out, to) => {
      for (let x = 0, i = at; x < width; x++, i += samples) out[to + x] = palette?.[data[i] ?? 0] ?? OPAQUE;
    };
  }
  if (model === "cmyk") {
    return (data, at, width, out, to) => {
      for (let x = 0, i = at; x < width; x++, i += samples) {
        out[to + x] =
          (data[i] ?? 0) | ((data[i + 1] ?? 0) << 8) | ((data[i + 2] ?? 0) << 16) | ((data[i + 3] ?? 0) << 24);
      }
    };
  }
  const [second, third] = COLOURS[model] === 3 ? [1, 2] : [0, 0];
  const flip = inverted && !toned ? 255 : 0;
  // a* and b* of 8 bits are signed.
  const sign = model === "lab" && page.bits === 8 ? 128 : flip;
  const divide = toned ? dividedLight : divided;
  return (data, at, width, out, to) => {
    for (let x = 0, i = at; x < width; x++, i += samples) {
      const alpha = alphaAt < 0 ? 255 : (data[i + alphaAt] ?? 0);
      let [r, g, b] = [(data[i] ?? 0) ^ flip, (data[i + second] ?? 0) ^ sign, (data[i + third] ?? 0) ^ sign];
      if (associated && alpha < 255) [r, g, b] = [divide(r, alpha), divide(g, alpha), divide(b, alpha)];
      out[to + x] = (alpha << 24) | (b << 16) | (g << 8) | r;
    }
  };
}

/** sRGB byte -> light 0..1. */
const LIGHT = Float64Array.from({ length: 256 }, (_, byte) => srgbToLinear(byte / 255));

/** The tone of light that was multiplied by alpha -> the tone of the light. */
function dividedLight(value: number, alpha: number): number {
  return alpha === 0 ? 0 : encodeByte(((LIGHT[value] ?? 0) * 255) / alpha);
}

/** Colour that was multiplied by alpha -> colour. */
function divided(value: number, alpha: number): number {
  return alpha === 0 ? 0 : Math.min(255, Math.round((value * 255) / alpha));
}
