import sharp, { type JpegOptions } from "sharp";
import { describe, expect, it } from "vitest";
import { jpegEngine } from "../../../../../../src/image/formats/jpeg/decoder/engine.ts";
import { readJpeg } from "../../../../../../src/image/formats/jpeg/decoder/markers.ts";
import { dctScale } from "../../../../../../src/image/formats/jpeg/decoder/scale.ts";
import { decodeJpeg } from "../../../../../../src/image/formats/jpeg/decoder/thumbnail.ts";
import jpeg from "../../../../../../src/image/formats/jpeg/wasm/decoder.wasm";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const MB = 1024 * 1024;

/** Memory of a fresh engine after a thumbnail of 640 px. The picture's content makes no difference to it. */
async function memoryOf(width: number, height: number, options: JpegOptions, longest = 640): Promise<number> {
  const create = { width, height, channels: 3 as const, background: { r: 200, g: 90, b: 20 } };
  const bytes = new Uint8Array(await sharp({ create, limitInputPixels: false }).jpeg(options).toBuffer());
  const header = readJpeg(bytes);
  const factor = longest / Math.max(width, height);
  const size = { width: Math.round(width * factor), height: Math.round(height * factor) };
  const crop = { x: 0, y: 0, width, height };
  const whole = { left: 0, top: 0, width, height };
  const scale = dctScale({ window: whole, bounds: whole, ...size });
  const { pixels, memoryBytes } = decodeJpeg(jpegEngine(jpeg), bytes, header, { dctScale: scale, crop, ...size });
  expect(Math.abs((pixels[0] ?? 0) - 200)).toBeLessThan(4);
  return memoryBytes;
}

const ROWS = [
  { name: "2 MP baseline", width: 1600, height: 1200, progressive: false, chroma: "4:2:0", limit: 2 },
  { name: "5 MP progressive", width: 2430, height: 2100, progressive: true, chroma: "4:4:4", limit: 24 },
] as const;

/** The worst sides: they are just too small for the next reduction. */
const LONG_ROWS = [
  { name: "12 MP progressive", width: 4000, height: 3000, progressive: true, chroma: "4:2:0", limit: 24 },
  { name: "24 MP baseline", width: 6000, height: 4000, progressive: false, chroma: "4:2:0", limit: 3 },
  { name: "24 MP progressive", width: 4860, height: 4860, progressive: true, chroma: "4:4:4", limit: 32 },
  { name: "94 MP progressive", width: 9720, height: 9720, progressive: true, chroma: "4:4:4", limit: 34 },
  { name: "100 MP progressive", width: 10000, height: 10000, progressive: true, chroma: "4:2:0", limit: 16 },
  { name: "100 MP baseline", width: 12500, height: 8000, progressive: false, chroma: "4:4:4", limit: 4 },
  { name: "100 MP, very wide", width: 60000, height: 1666, progressive: true, chroma: "4:4:4", limit: 34 },
] as const;

describe("memory follows the output", { timeout: 120_000 }, () => {
  for (const { name, width, height, progressive, chroma, limit } of [...ROWS, ...(LONG ? LONG_ROWS : [])]) {
    it(`${name}: at most ${limit} MB`, async () => {
      const bytes = await memoryOf(width, height, { progressive, chromaSubsampling: chroma });
      expect(bytes / MB).toBeLessThanOrEqual(limit);
    });
  }

  it("a progressive picture that would not fit at the asked scale is decoded smaller, not refused", async () => {
    // 48 MB of coefficients at full size.
    const bytes = await memoryOf(4000, 2000, { progressive: true, chromaSubsampling: "4:4:4" }, 3999);
    expect(bytes / MB).toBeLessThanOrEqual(36);
  });
});
