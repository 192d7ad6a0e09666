import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { jpegEngine } from "../../../../../../src/image/formats/jpeg/decoder/engine.ts";
import { readJpeg } from "../../../../../../src/image/formats/jpeg/decoder/markers.ts";
import type { JpegPicture } from "../../../../../../src/image/formats/jpeg/decoder/plan.ts";
import type { BlockSize } from "../../../../../../src/image/formats/jpeg/decoder/scale.ts";
import { decodeJpeg } from "../../../../../../src/image/formats/jpeg/decoder/thumbnail.ts";
import jpeg from "../../../../../../src/image/formats/jpeg/wasm/decoder.wasm";
import { decodeWithTurbo } from "./turbo.ts";

const engine = jpegEngine(jpeg);

/** The whole picture at size/8, every component as large as luma: nothing is resampled if none is subsampled. */
function decodeAt(bytes: Uint8Array, size: BlockSize): JpegPicture {
  const header = readJpeg(bytes);
  const width = Math.ceil((header.width * size) / 8);
  const height = Math.ceil((header.height * size) / 8);
  const crop = { x: 0, y: 0, width: (width * 8) / size, height: (height * 8) / size };
  const sizes = header.components.map(
    (c) => Math.min(8, size * Math.min(header.across / c.h, header.down / c.v)) as BlockSize,
  );
  return decodeJpeg(engine, bytes, header, { dctScale: size, crop, width, height, sizes });
}

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  let most = 0;
  a.forEach((value, i) => {
    most = Math.max(most, Math.abs(value - (b[i] ?? 0)));
  });
  return most;
}

/** Noise with some structure: all coefficients are in use. */
function picture(width: number, height: number, seed: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  let state = seed;
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    pixels[i] = 128 + 90 * Math.sin(i / 37 / (1 + (i % 3))) + ((state >>> 24) % 40);
  }
  return pixels;
}

describe("without subsampling", () => {
  for (const [width, height] of [
    [1, 1],
    [8, 8],
    [9, 7],
    [64, 48],
    [203, 101],
  ] as const) {
    it(`is libjpeg-turbo's full picture and eighth at ${width}x${height}`, async () => {
      const bytes = await sharp(picture(width, height, 7), { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 92, chromaSubsampling: "4:4:4" })
        .toBuffer();
      for (const size of [1, 8] as const) {
        const ours = decodeAt(bytes, size);
        const theirs = decodeWithTurbo(bytes, size);
        expect([ours.width, ours.height]).toEqual([theirs.width, theirs.height]);
        // Planes are equal; libjpeg rounds the conversion's two products of green together, and red and blue apart.
        expect(largestDifference(ours.pixels, theirs.pixels)).toBeLessThanOrEqual(1);
      }
    });
  }
});
