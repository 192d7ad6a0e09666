/** Small icons written by the tests: a directory that may lie, and pictures anywhere. */
import { deflateSync } from "node:zlib";
import { type BmpOf, dib } from "../bmp/bmpFile.ts";
import { chunk } from "../png/pngFile.ts";

export type EntryOf = {
  data: Uint8Array;
  /** What the directory says; the reader must not need it. */
  width?: number;
  height?: number;
  bits?: number;
  /** Offset and length in the directory, else the right ones. */
  at?: number;
  size?: number;
};

export function icoFile(entries: readonly EntryOf[], { type = 1, count = entries.length } = {}): Uint8Array {
  const head = Buffer.alloc(6 + 16 * entries.length);
  head.writeUInt16LE(type, 2);
  head.writeUInt16LE(count, 4);
  let next = head.length;
  for (const [i, { data, width = 0, height = 0, bits = 0, at = next, size = data.length }] of entries.entries()) {
    const to = 6 + 16 * i;
    head.set([width, height], to);
    head.writeUInt16LE(1, to + 4);
    head.writeUInt16LE(bits, to + 6);
    head.writeUInt32LE(size, to + 8);
    head.writeUInt32LE(at, to + 12);
    next += data.length;
  }
  return new Uint8Array(Buffer.concat([head, ...entries.map(({ data }) => data)]));
}

/** A bitmap as an icon has it: twice the height, then the AND mask. Rows are stored from the bottom. */
export function iconDib(of: BmpOf & { mask?: readonly (readonly number[])[] }): Uint8Array {
  return new Uint8Array(dib({ heightFactor: 2, ...of }).bytes);
}

type Colour = readonly [number, number, number, number?];

/** A square bitmap in one colour, without transparent pixels. */
export function squareDib(side: number, bits: 8 | 24 | 32, [r, g, b, a = 255]: Colour): Uint8Array {
  const pixel = bits === 8 ? [0] : bits === 24 ? [b, g, r] : [b, g, r, a];
  const rows = Array.from({ length: side }, () => Array.from({ length: side }, () => pixel).flat());
  const mask = Array.from({ length: side }, () => Array.from({ length: Math.ceil(side / 8) }, () => 0));
  return iconDib({ width: side, height: side, bits, rows, mask, palette: bits === 8 ? [[r, g, b]] : [] });
}

/** A PNG in one colour, 8 bits a sample, of PNG's colour types 0, 2, 3, 4 and 6. */
export function colourPng(width: number, height: number, type: number, [r, g, b, a = 255]: Colour): Uint8Array {
  const samples: Readonly<Record<number, number[]>> = { 0: [r], 2: [r, g, b], 3: [0], 4: [r, a], 6: [r, g, b, a] };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, type], 8);
  const row = [0, ...Array.from({ length: width }, () => samples[type] ?? []).flat()];
  const rows = Buffer.from(Array.from({ length: height }, () => row).flat());
  return new Uint8Array(
    Buffer.concat([
      Buffer.from("89504e470d0a1a0a", "hex"),
      chunk("IHDR", header),
      ...(type === 3 ? [chunk("PLTE", Uint8Array.of(r, g, b))] : []),
      chunk("IDAT", deflateSync(rows)),
      chunk("IEND", new Uint8Array()),
    ]),
  );
}
