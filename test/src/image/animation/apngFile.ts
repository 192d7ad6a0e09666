/** Animated PNGs for tests, and what each frame must look like by the rules of the specification (PNG, third edition). */
import { deflateSync } from "node:zlib";
import { chunk } from "../formats/png/pngFile.ts";

export type Rgba = readonly [number, number, number, number];

export type ApngFrame = {
  readonly left?: number;
  readonly top?: number;
  readonly width: number;
  readonly height: number;
  readonly colour: (x: number, y: number) => Rgba;
  readonly dispose?: 0 | 1 | 2;
  readonly over?: boolean;
  /** Numerator and denominator of seconds. */
  readonly delay?: readonly [number, number];
};

export type Apng = {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly ApngFrame[];
  readonly plays?: number;
  /** 6 = RGBA, 2 = RGB. */
  readonly type?: 2 | 6;
  readonly depth?: 8 | 16;
  readonly interlaced?: boolean;
  /** The default image is another one, and not a frame. */
  readonly ownDefault?: boolean;
  /** What acTL announces, where that is not the number of frames. */
  readonly announced?: number;
};

const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
};
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

export function apngFile(apng: Apng): Uint8Array {
  const { width, height, frames, plays = 0, type = 6, depth = 8, interlaced = false } = apng;
  const header = Buffer.concat([u32(width, height), Buffer.from([depth, type, 0, 0, interlaced ? 1 : 0])]);
  const dataOf = (frame: ApngFrame) => deflateSync(samples(frame, type, depth, interlaced));
  let sequence = 0;
  const control = ({ left = 0, top = 0, dispose = 0, over = false, delay = [7, 100], ...size }: ApngFrame) =>
    chunk(
      "fcTL",
      Buffer.concat([
        u32(sequence++, size.width, size.height, left, top),
        Buffer.from([delay[0] >> 8, delay[0] & 255, delay[1] >> 8, delay[1] & 255, dispose, over ? 1 : 0]),
      ]),
    );
  const parts = [Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", header)];
  parts.push(chunk("acTL", u32(apng.announced ?? frames.length, plays)));
  if (apng.ownDefault) parts.push(chunk("IDAT", dataOf({ width, height, colour: () => [1, 2, 3, 255] })));
  for (const [i, frame] of frames.entries()) {
    parts.push(control(frame));
    const data = dataOf(frame);
    if (i === 0 && !apng.ownDefault) parts.push(chunk("IDAT", data.subarray(0, 20)), chunk("IDAT", data.subarray(20)));
    else parts.push(chunk("fdAT", Buffer.concat([u32(sequence++), data])));
  }
  parts.push(chunk("IEND", Buffer.alloc(0)));
  return new Uint8Array(Buffer.concat(parts));
}

function samples({ width, height, colour }: ApngFrame, type: 2 | 6, depth: 8 | 16, interlaced: boolean): Buffer {
  const passes = interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  const bytes: number[] = [];
  for (const [x0, y0, dx, dy] of passes) {
    if (x0 >= width) continue;
    for (let y = y0; y < height; y += dy) {
      bytes.push(0);
      for (let x = x0; x < width; x += dx) {
        for (const sample of colour(x, y).slice(0, type === 6 ? 4 : 3)) {
          bytes.push(...(depth === 16 ? [sample, sample] : [sample]));
        }
      }
    }
  }
  return Buffer.from(bytes);
}

/** Every frame as it is shown: RGBA with straight alpha. */
export function shownFrames({ width, height, frames, type = 6 }: Apng): readonly Uint8Array[] {
  let canvas: Rgba[] = Array.from({ length: width * height }, () => [0, 0, 0, 0]);
  return frames.map(({ left = 0, top = 0, dispose = 0, over = false, colour, ...size }, i) => {
    const before = [...canvas];
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        const at = (top + y) * width + left + x;
        const [r, g, b, a] = colour(x, y);
        const own: Rgba = [r, g, b, type === 6 ? a : 255];
        canvas[at] = over ? blend(own, canvas[at] ?? own) : own;
      }
    }
    const shown = Uint8Array.from(canvas.flat());
    const isCleared = dispose === 1 || (dispose === 2 && i === 0);
    if (dispose === 2 && i > 0) canvas = before;
    for (let y = 0; isCleared && y < size.height; y++) {
      for (let x = 0; x < size.width; x++) canvas[(top + y) * width + left + x] = [0, 0, 0, 0];
    }
    return shown;
  });
}

function blend([r, g, b, a]: Rgba, under: Rgba): Rgba {
  const [share, rest] = [a / 255, (1 - a / 255) * (under[3] / 255)];
  const sum = share + rest;
  if (sum === 0) return under;
  const mix = (own: number, below: number) => Math.round((own * share + below * rest) / sum);
  return [mix(r, under[0]), mix(g, under[1]), mix(b, under[2]), Math.round(255 * sum)];
}
