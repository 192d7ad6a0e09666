/** Unfiltered PNG samples -> RGBA, 8 bits (PNG, third edition, sections 7.2, 11.2.2, 11.3.1.1, 13.12). */
import type { Tones } from "../../../colour/tones.ts";

/** Samples of a pixel, by colour type. */
export const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Writes `width` pixels of `row` as RGBA into `out`, `step` pixels apart (1; more for a pass of Adam7). */
export type ToRgba = (row: Uint8Array, width: number, out: Uint8Array, at: number, step: number) => void;

export type Kind = {
  readonly colourType: number;
  readonly depth: number;
  readonly palette: Uint8Array | null;
  readonly transparency: Uint8Array | null;
};

/** The kind of picture -> the function for its rows. `tones`: 16-bit samples to bytes; null keeps the upper byte. */
export function toRgba(kind: Kind, tones: Tones | null): ToRgba {
  if (kind.depth === 16) return deep(kind, tones);
  if (kind.colourType === 3) return indexed(kind.depth, paletteTable(kind));
  if (kind.colourType === 0) return indexed(kind.depth, greyTable(kind));
  if (kind.colourType === 2) return truecolour(kind);
  return withAlpha(kind);
}

/** 256 RGBA words (little-endian), by sample value. Values beyond the palette are opaque black. */
function paletteTable({ palette, transparency }: Kind): Uint32Array {
  const table = new Uint32Array(256).fill(0xff000000);
  const entries = Math.min(256, Math.floor((palette?.length ?? 0) / 3));
  for (let i = 0; i < entries; i++) {
    const [r = 0, g = 0, b = 0] = palette?.subarray(3 * i, 3 * i + 3) ?? [];
    table[i] = word(r, g, b, transparency?.[i] ?? 255);
  }
  return table;
}

function greyTable({ depth, transparency }: Kind): Uint32Array {
  const top = 2 ** depth - 1;
  // tRNS has 16 bits at every depth. Only as many as a sample has count.
  const clear = transparency === null ? -1 : (((transparency[0] ?? 0) << 8) | (transparency[1] ?? 0)) & top;
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const value = Math.round((Math.min(i, top) * 255) / top);
    return word(value, value, value, i === clear ? 0 : 255);
  });
}

function word(r: number, g: number, b: number, a: number): number {
  return (r | (g << 8) | (b << 16) | (a << 24)) >>> 0;
}

/** Samples of 1, 2, 4 or 8 bits by a table. The leftmost sample is in the high bits. */
function indexed(depth: number, table: Uint32Array): ToRgba {
  const perByte = 8 / depth;
  const mask = 2 ** depth - 1;
  return (row, width, out, at, step) => {
    const words = new Uint32Array(out.buffer, out.byteOffset, out.length >> 2);
    for (let x = 0; x < width; x++) {
      const shift = 8 - depth * ((x % perByte) + 1);
      words[at + x * step] = table[((row[(x / perByte) | 0] as number) >> shift) & mask] as number;
    }
  };
}

function truecolour({ transparency: key }: Kind): ToRgba {
  return (row, width, out, at, step) => {
    for (let x = 0; x < width; x++) {
      const from = 3 * x;
      const [r, g, b] = [row[from] as number, row[from + 1] as number, row[from + 2] as number];
      const clear = key !== null && r === key[1] && g === key[3] && b === key[5];
      put(out, at + x * step, r, g, b, clear ? 0 : 255);
    }
  };
}

/** Colour types 4 and 6 with 8 bits a sample. */
function withAlpha({ colourType }: Kind): ToRgba {
  const colours = colourType === 4 ? 1 : 3;
  const [green, blue] = colours === 1 ? [0, 0] : [1, 2];
  return (row, width, out, at, step) => {
    for (let x = 0; x < width; x++) {
      const from = (colours + 1) * x;
      const alpha = row[from + colours] as number;
      put(out, at + x * step, row[from] as number, row[from + green] as number, row[from + blue] as number, alpha);
    }
  };
}

/** 16 bits a sample, of every colour type that can have them. Of alpha the upper byte stays. */
function deep({ colourType, transparency: key }: Kind, tones: Tones | null): ToRgba {
  const channels = CHANNELS[colourType] ?? 4;
  const colours = channels < 3 ? 1 : 3;
  const hasAlpha = channels > colours;
  const [greenAt, blueAt] = colours === 1 ? [0, 0] : [2, 4];
  return (row, width, out, at, step) => {
    for (let x = 0; x < width; x++) {
      const from = 2 * channels * x;
      let alpha = 255;
      if (hasAlpha) alpha = row[from + 2 * colours] as number;
      else if (key !== null && isKey(row, from, key)) alpha = 0;
      const [g, b] = [from + greenAt, from + blueAt];
      if (tones === null) {
        put(out, at + x * step, row[from] as number, row[g] as number, row[b] as number, alpha);
        continue;
      }
      const [red, green, blue] = tones;
      put(
        out,
        at + x * step,
        red[((row[from] as number) << 8) | (row[from + 1] as number)] as number,
        green[((row[g] as number) << 8) | (row[g + 1] as number)] as number,
        blue[((row[b] as number) << 8) | (row[b + 1] as number)] as number,
        alpha,
      );
    }
  };
}

/** Whether the bytes of a pixel are those of the transparent colour. */
function isKey(row: Uint8Array, from: number, key: Uint8Array): boolean {
  for (let i = 0; i < key.length; i++) if (row[from + i] !== key[i]) return false;
  return true;
}

function put(out: Uint8Array, pixel: number, r: number, g: number, b: number, a: number): void {
  const at = 4 * pixel;
  out[at] = r;
  out[at + 1] = g;
  out[at + 2] = b;
  out[at + 3] = a;
}
