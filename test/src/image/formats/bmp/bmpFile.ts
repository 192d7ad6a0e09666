/** Small BMP files written by the tests, so that every header, depth and order of rows is tried. */

/** A header: its size, or "core" for OS/2 1.x. */
export type BmpOf = {
  width: number;
  height: number;
  /** Bits a pixel. */
  bits: number;
  /** Rows as they are stored, already packed; padded here to 4 bytes. */
  rows?: readonly (readonly number[])[];
  /** Data in place of rows, for RLE. */
  data?: readonly number[];
  header?: number;
  topDown?: boolean;
  compression?: number;
  masks?: readonly number[];
  /** RGB. */
  palette?: readonly (readonly [number, number, number])[];
  /** biClrUsed, else the palette's length. */
  used?: number;
  /** Offset of the pixels in the file header, else the right one. */
  pixelsAt?: number;
  /** Appended behind the pixels of a V5 header and named in it. */
  profile?: Uint8Array;
};

/** Bits of an icon's picture: a doubled height, no file header, the AND mask behind the pixels. */
export type DibOf = BmpOf & { mask?: readonly (readonly number[])[]; heightFactor?: number };

export const padded = (row: readonly number[]): number[] => [
  ...row,
  ...Array.from({ length: (4 - (row.length % 4)) % 4 }, () => 0),
];

/** The bitmap without a file header. */
export function dib(of: DibOf): { bytes: Buffer; pixelsAt: number } {
  const { width, height, bits, header = 40, compression = 0, masks = [], palette = [] } = of;
  const core = header === 12;
  const head = Buffer.alloc(Math.max(header, 16));
  head.writeUInt32LE(header);
  const tall = height * (of.heightFactor ?? 1);
  if (core) {
    head.writeUInt16LE(width, 4);
    head.writeUInt16LE(tall, 6);
    head.writeUInt16LE(1, 8);
    head.writeUInt16LE(bits, 10);
  } else {
    head.writeInt32LE(width, 4);
    head.writeInt32LE(of.topDown ? -tall : tall, 8);
    head.writeUInt16LE(1, 12);
    head.writeUInt16LE(bits, 14);
    if (header >= 20) head.writeUInt32LE(compression, 16);
    if (header >= 36) head.writeUInt32LE(of.used ?? palette.length, 32);
    if (header > 40) {
      for (const [i, mask] of masks.slice(0, header >= 56 ? 4 : 3).entries()) head.writeUInt32LE(mask, 40 + 4 * i);
    }
  }
  const behind = Buffer.alloc(header === 40 ? 4 * masks.length : 0);
  if (header === 40) for (const [i, mask] of masks.entries()) behind.writeUInt32LE(mask, 4 * i);
  const colours = palette.flatMap(([r, g, b]) => (core ? [b, g, r] : [b, g, r, 0]));
  const pixels = of.data ?? (of.rows ?? []).flatMap(padded);
  const before = [head.subarray(0, header), behind, Buffer.from(colours)];
  const pixelsAt = before.reduce((sum, part) => sum + part.length, 0);
  if (of.profile !== undefined) {
    head.write("DEBM", 56, "latin1");
    head.writeUInt32LE(pixelsAt + pixels.length, 112);
    head.writeUInt32LE(of.profile.length, 116);
  }
  const mask = (of.mask ?? []).flatMap(padded);
  const bytes = Buffer.concat([...before, Buffer.from(pixels), of.profile ?? Buffer.alloc(0), Buffer.from(mask)]);
  return { bytes, pixelsAt };
}

/** The whole file. */
export function bmpFile(of: BmpOf): Uint8Array {
  const { bytes, pixelsAt } = dib(of);
  const head = Buffer.alloc(14);
  head.write("BM", "latin1");
  head.writeUInt32LE(14 + bytes.length, 2);
  head.writeUInt32LE(of.pixelsAt ?? 14 + pixelsAt, 10);
  return new Uint8Array(Buffer.concat([head, bytes]));
}

/** RGBA pixels -> a file of 24 or 32 bits, as most programs write it: from the bottom row. */
export function bmpOfPixels(data: Uint8Array, width: number, height: number, bits: 24 | 32): Uint8Array {
  const rows = Array.from({ length: height }, (_, y) => {
    const row: number[] = [];
    for (let x = 0; x < width; x++) {
      const at = 4 * ((height - 1 - y) * width + x);
      row.push(data[at + 2] ?? 0, data[at + 1] ?? 0, data[at] ?? 0, ...(bits === 32 ? [data[at + 3] ?? 0] : []));
    }
    return row;
  });
  return bmpFile({ width, height, bits, rows });
}
