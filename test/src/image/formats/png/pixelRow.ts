/** PNGs of one row, with the chunks of colour that the tests give them. */
import { deflateSync } from "node:zlib";
import { chunk } from "./pngFile.ts";

/** `type` 0 or 2, `depth` 8 or 16. Interlaced rows must have five pixels. */
export function rowPng(
  type: 0 | 2,
  depth: 8 | 16,
  samples: readonly number[],
  chunks: readonly Buffer[],
  interlaced = false,
): Buffer {
  const channels = type === 0 ? 1 : 3;
  const header = Buffer.alloc(13);
  const width = samples.length / channels;
  header.writeUInt32BE(width);
  header.writeUInt32BE(1, 4);
  header.set([depth, type, 0, 0, interlaced ? 1 : 0], 8);
  const pixel = (x: number) =>
    samples.slice(x * channels, (x + 1) * channels).flatMap((v) => (depth === 16 ? [v >> 8, v & 255] : [v]));
  // Adam7 of a row of five pixels.
  const passes = interlaced ? [[0], [4], [2], [1, 3]] : [[...Array(width).keys()]];
  const rows = passes.flatMap((columns) => [0, ...columns.flatMap(pixel)]);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    ...chunks,
    chunk("IDAT", deflateSync(Uint8Array.from(rows))),
    chunk("IEND", new Uint8Array()),
  ]);
}

const integers = (...values: number[]) => {
  const body = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    body.writeUInt32BE(value, 4 * i);
  });
  return body;
};
/** 100 000 times gamma. */
export const gama = (value: number) => chunk("gAMA", integers(value));
/** White, red, green, blue: x and y, 100 000 times each. */
export const chrm = (points: readonly number[]) => chunk("cHRM", integers(...points));
export const srgb = chunk("sRGB", Uint8Array.of(0));
export const cicp = (...body: number[]) => chunk("cICP", Uint8Array.from(body));
export const SRGB_CHRM = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000];
export const P3_CHRM = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000];
