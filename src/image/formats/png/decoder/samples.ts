/** Unfiltered PNG samples -> RGBA, 8 bits (PNG, third edition, sections 7.2, 11.2.2, 11.3.1.1, 13.12). */

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

/** The kind of picture -> the function for its rows. 16-bit samples are cut to their upper byte. */
export function toRgba(kind: Kind): ToRgba {
  if (kind.colourType === 3) return indexed(kind.depth, paletteTable(kind));
  if (kind.colourType === 0) return kind.depth === 16 ? grey16(kind) : indexed(kind.depth, greyTable(kind));
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
  const clear = transparency && transparency.length >= 2 ? ((transparency[0] ?? 0) << 8) | (transparency[1] ?? 0) : -1;
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

function grey16({ transparency }: Kind): ToRgba {
  return (row, width, out, at, step) => {
    for (let x = 0; x < width; x++) {
      const value = row[2 * x] as number;
      const clear = transparency !== null && value === transparency[0] && row[2 * x + 1] === transparency[1];
      put(out, at + x * step, value, value, value, clear ? 0 : 255);
    }
  };
}

function truecolour({ depth, transparency }: Kind): ToRgba {
  const bytes = depth / 8;
  const key = transparency !== null && transparency.length >= 6 ? transparency : null;
  return (row, width, out, at, step) => {
    for (let x = 0; x < width; x++) {
      const from = 3 * bytes * x;
      const alpha = key !== null && isKey(row, from, bytes, key) ? 0 : 255;
      put(out, at + x * step, row[from] as number, row[from + bytes] as number, row[from + 2 * bytes] as number, alpha);
    }
  };
}

/** Whether the three samples are the transparent colour. tRNS has 16 bits for each, at every depth. */
function isKey(row: Uint8Array, from: number, bytes: number, key: Uint8Array): boolean {
  for (let c = 0; c < 3; c++) {
    if (row[from + c * bytes + bytes - 1] !== key[2 * c + 1]) return false;
    if (bytes === 2 && row[from + 2 * c] !== key[2 * c]) return false;
  }
  return true;
}

function withAlpha({ colourType, depth }: Kind): ToRgba {
  const bytes = depth / 8;
  const colours = colourType === 4 ? 1 : 3;
  const pixel = (colours + 1) * bytes;
  const [green, blue] = colours === 1 ? [0, 0] : [bytes, 2 * bytes];
  return (row, width, out, at, step) => {
    for (let x = 0; x < width; x++) {
      const from = pixel * x;
      const alpha = row[from + colours * bytes] as number;
      put(out, at + x * step, row[from] as number, row[from + green] as number, row[from + blue] as number, alpha);
    }
  };
}

function put(out: Uint8Array, pixel: number, r: number, g: number, b: number, a: number): void {
  const at = 4 * pixel;
  out[at] = r;
  out[at + 1] = g;
  out[at + 2] = b;
  out[at + 3] = a;
}
