/** Random pictures of every kind, size, quality and alpha, one after the other in one instance. */
import { describe, expect, test } from "vitest";
import { type AlphaExports, encodeAlpha } from "../../../../../src/image/formats/webp/alpha.ts";
import { webpFile } from "../../../../../src/image/formats/webp/container.ts";
import { encodeFrame } from "../../../../../src/image/formats/webp/vp8Encoder.ts";
import type { Pixels } from "../../../../../src/image/picture.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { encodeWith } from "./decoder/pictures.ts";
import { byLibwebp } from "./decoder/reference.ts";
import { drift, newEncoder } from "./encoderPlanes.ts";
import { ALPHA_KINDS, KINDS, picture } from "./pictures.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const PICTURES = LONG ? 20_000 : 200;
/** Linear memory of the instance that encodes them all, the largest of 160 x 160: code, tables and 10 bytes a pixel. */
const MEMORY_LIMIT = 1024 * 1024;

const encoder = newEncoder() as ReturnType<typeof newEncoder> & AlphaExports;

function encode(pixels: Pixels, quality: number): Uint8Array {
  const frame = encodeFrame(encoder, pixels, { quality, filter: true });
  return webpFile(pixels, frame, pixels.alpha ? encodeAlpha(encoder, pixels) : null);
}

/** So few visible pixels say nothing: one block's rounding decides. */
const FEW = 64;

/** Mean squared error of what is visible, a channel; 0 for a few pixels. */
function error(source: Uint8Array, decoded: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < source.length; i += 4) {
    const alpha = source[i + 3] ?? 0;
    if (alpha === 0) continue;
    for (let c = 0; c < 3; c++) sum += ((source[i + c] ?? 0) - (decoded[i + c] ?? 0)) ** 2;
    count += 3;
  }
  return count < 3 * FEW ? 0 : sum / count;
}

describe("random pictures", () => {
  test(
    `${PICTURES} of them: as near to the source as libwebp's, alpha exact, the same bytes twice`,
    async () => {
      const random = seeded(51);
      for (let i = 0; i < PICTURES; i++) {
        const [width, height] = [random.between(1, 160), random.between(1, 160)];
        const kind = random.pick(KINDS);
        const alpha = random.next() < 0.4 ? random.pick(ALPHA_KINDS) : null;
        const quality = random.between(1, 100);
        const pixels = picture(random, kind, width, height, alpha);
        const name = `${i}: ${kind} ${alpha} ${width}x${height} q${quality}`;
        const bytes = encode(pixels, quality);
        const decoded = byLibwebp(bytes);
        if (decoded === null) throw new Error(`${name}: libwebp refuses it`);
        for (let at = 3; alpha !== null && at < decoded.length; at += 4) {
          if (decoded[at] !== pixels.data[at]) throw new Error(`${name}: alpha at ${at >> 2} is ${decoded[at]}`);
        }
        if (i % 10 === 0) {
          expect(`${name} ${drift({ ...pixels, alpha: false }, quality)}`).toBe(`${name} `);
          expect(encode(pixels, quality), name).toEqual(bytes);
          const theirs = byLibwebp(await encodeWith(pixels.data, width, height, { quality })) ?? decoded;
          const [ours, limit] = [error(pixels.data, decoded), 1.5 * error(pixels.data, theirs) + 48 - 0.4 * quality];
          expect(ours, `${name}: mean squared error ${ours}, limit ${limit}`).toBeLessThanOrEqual(limit);
        }
      }
      expect(encoder.memory.buffer.byteLength).toBeLessThanOrEqual(MEMORY_LIMIT);
    },
    LONG ? 900_000 : 60_000,
  );
});
