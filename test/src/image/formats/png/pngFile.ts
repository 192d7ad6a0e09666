/** PNG files written by the tests themselves, so that every filter, depth and form of DEFLATE is tried. */
import { deflateSync } from "node:zlib";
import { crc32 } from "../../../../../src/image/formats/png/encoder/crc32.ts";

/** Samples a pixel, by colour type. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** mulberry32: numbers that are the same in every run. */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function chunk(tag: string, body: Uint8Array): Buffer {
  const whole = Buffer.alloc(12 + body.length);
  whole.writeUInt32BE(body.length);
  whole.write(tag, 4, "latin1");
  whole.set(body, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + body.length)), 8 + body.length);
  return whole;
}

export type Spec = {
  width: number;
  height: number;
  type: number;
  depth: number;
  filter: (y: number) => number;
  deflate?: { level?: number; strategy?: number };
  piece?: number;
  extra?: Buffer[];
};

function predict(filter: number, a: number, b: number, c: number): number {
  if (filter === 1) return a;
  if (filter === 2) return b;
  if (filter === 3) return (a + b) >> 1;
  if (filter !== 4) return 0;
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** A PNG of pseudo-random smooth samples, written filter by filter: the decoder is tested, not an encoder. */
export function makePng(
  { width, height, type, depth, filter, deflate = {}, piece = 1 << 20, extra = [] }: Spec,
  seed = 1,
): Buffer {
  const next = random(seed);
  const bits = depth * (CHANNELS[type] ?? 1);
  const step = Math.max(1, bits >> 3);
  const bytes = Math.ceil((width * bits) / 8);
  const rows = Buffer.alloc(height * (1 + bytes));
  let above = Buffer.alloc(bytes);
  for (let y = 0; y < height; y++) {
    const row = Buffer.alloc(bytes);
    for (let i = 0; i < bytes; i++) row[i] = (i * 3 + y * 5 + next() * 40) & 255;
    const kind = filter(y);
    rows[y * (1 + bytes)] = kind;
    for (let i = 0; i < bytes; i++) {
      const a = i < step ? 0 : (row[i - step] ?? 0);
      const b = above[i] ?? 0;
      const c = i < step ? 0 : (above[i - step] ?? 0);
      rows[y * (1 + bytes) + 1 + i] = (row[i] ?? 0) - predict(kind, a, b, c);
    }
    above = row;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, type], 8);
  const data = deflateSync(rows, deflate);
  const pieces: Buffer[] = [];
  for (let at = 0; at < data.length; at += piece) pieces.push(chunk("IDAT", data.subarray(at, at + piece)));
  const palette = Uint8Array.from({ length: 3 * 2 ** Math.min(8, depth) }, (_, i) => (i * 37) & 255);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    ...(type === 3 ? [chunk("PLTE", palette)] : []),
    ...extra,
    ...pieces,
    chunk("IEND", new Uint8Array()),
  ]);
}
