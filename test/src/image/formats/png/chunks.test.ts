/** Which chunks count: transparency, animation, orientation. Small pictures, put together chunk by chunk. */
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { orderOf } from "../../orders.ts";
import { chunk } from "./pngFile.ts";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const END = chunk("IEND", new Uint8Array());

/** A picture of 2x1 pixels: IHDR, then the chunks in their order. */
function png(type: number, depth: number, chunks: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(2);
  header.writeUInt32BE(1, 4);
  header.set([depth, type], 8);
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), ...chunks, END]);
}
const data = (...row: number[]) => chunk("IDAT", deflateSync(Uint8Array.from([0, ...row])));
const trns = (...body: number[]) => chunk("tRNS", Uint8Array.from(body));

/** Alpha of the two pixels. */
async function alphas(file: Buffer): Promise<number[]> {
  const { bytes } = await renderImage(orderOf(file, {}, "png"));
  const pixels = await sharp(bytes).ensureAlpha().raw().toBuffer();
  return [pixels[3] ?? -1, pixels[7] ?? -1];
}
const OPAQUE = [255, 255];

describe("tRNS of a palette picture", () => {
  const plte = chunk("PLTE", Uint8Array.of(255, 0, 0, 0, 255, 0));
  const pixels = data(0, 1);
  test.each<[string, readonly Buffer[], readonly number[]]>([
    ["of each entry", [plte, trns(0, 128), pixels], [0, 128]],
    ["of the first entry only", [plte, trns(7), pixels], [7, 255]],
    ["empty", [plte, trns(), pixels], OPAQUE],
    ["longer than the palette", [plte, trns(0, 0, 0), pixels], OPAQUE],
    ["before the palette", [trns(0, 0), plte, pixels], OPAQUE],
    ["after the image data", [plte, pixels, trns(0, 0)], OPAQUE],
    ["twice: the first counts", [plte, trns(9, 8), trns(1, 2), pixels], [9, 8]],
    ["twice, one of them before the palette", [trns(1, 2), plte, trns(9, 8), pixels], [9, 8]],
  ])("%s", async (_, chunks, wanted) => {
    const file = png(3, 8, chunks);
    expect(await alphas(file)).toEqual(wanted);
    expect(readHeader(new Uint8Array(file)).alpha).toBe(wanted !== OPAQUE);
  });

  test("longer than the samples can count, though not than the palette", async () => {
    const long = chunk("PLTE", new Uint8Array(3 * 6));
    expect(await alphas(png(3, 1, [long, trns(0, 0, 0), data(0b01000000)]))).toEqual(OPAQUE);
    expect(await alphas(png(3, 1, [long, trns(1, 2), data(0b01000000)]))).toEqual([1, 2]);
  });

  test("a palette after the image data does not count, and without one the file is damaged", () => {
    for (const chunks of [[pixels], [pixels, plte]]) {
      expect(() => readHeader(new Uint8Array(png(3, 8, chunks)))).toThrow(
        expect.objectContaining({ reason: "image_damaged", facts: { why: "no palette" } }),
      );
    }
  });
});

describe("tRNS of the other colour types", () => {
  test.each<[string, number, number, readonly number[], readonly number[], readonly number[]]>([
    ["grey 8", 0, 8, [0, 60], [60, 61], [0, 255]],
    ["grey 8, bits above the sample's do not count", 0, 8, [7, 60], [60, 61], [0, 255]],
    ["grey 4, bits above the sample's do not count", 0, 4, [1, 0x1f], [0xf0], [0, 255]],
    ["grey 1", 0, 1, [0, 1], [0b10000000], [0, 255]],
    ["grey 1, masked", 0, 1, [0xff, 0xfe], [0b10000000], [255, 0]],
    ["grey 16, all bits count", 0, 16, [7, 60], [7, 60, 7, 61], [0, 255]],
    ["grey with 4 bytes", 0, 8, [0, 60, 0, 0], [60, 61], OPAQUE],
    ["grey with 1 byte", 0, 8, [60], [60, 61], OPAQUE],
    ["RGB 8", 2, 8, [0, 1, 0, 2, 0, 3], [1, 2, 3, 1, 2, 4], [0, 255]],
    ["RGB 8, masked", 2, 8, [9, 1, 9, 2, 9, 3], [1, 2, 3, 1, 2, 4], [0, 255]],
    ["RGB 16", 2, 16, [9, 1, 9, 2, 9, 3], [9, 1, 9, 2, 9, 3, 9, 1, 9, 2, 9, 4], [0, 255]],
    ["RGB with 3 bytes", 2, 8, [1, 2, 3], [1, 2, 3, 1, 2, 4], OPAQUE],
    ["grey with alpha: it has its own", 4, 8, [0, 60], [60, 255, 60, 200], [255, 200]],
    ["RGB with alpha", 6, 8, [0, 1, 0, 2, 0, 3], [1, 2, 3, 255, 1, 2, 3, 100], [255, 100]],
  ])("%s", async (_, type, depth, body, row, wanted) => {
    expect(await alphas(png(type, depth, [trns(...body), data(...row)]))).toEqual(wanted);
  });
});

describe("acTL", () => {
  const actl = (...frames: number[]) => chunk("acTL", Uint8Array.from([...frames, 0, 0, 0, 0]));
  const fctl = chunk("fcTL", new Uint8Array(26));
  const framesOf = (chunks: readonly Buffer[]) => readHeader(new Uint8Array(png(0, 8, chunks))).frames;
  test.each<[string, readonly Buffer[], number]>([
    ["none", [data(1, 2)], 1],
    ["two frames", [actl(0, 0, 0, 2), fctl, data(1, 2), fctl], 2],
    ["more than there are", [actl(0xff, 0xff, 0xff, 0xff), fctl, data(1, 2), fctl], 2],
    ["no frame at all behind it", [actl(0, 0, 39, 16), data(1, 2)], 1],
    ["a count of 0", [actl(0, 0, 0, 0), fctl, data(1, 2)], 1],
    ["cut short", [chunk("acTL", Uint8Array.of(0, 0, 0, 2)), fctl, data(1, 2), fctl], 1],
    ["after the image data", [fctl, data(1, 2), actl(0, 0, 0, 2), fctl], 1],
  ])("%s", async (_, chunks, frames) => {
    expect(framesOf(chunks)).toBe(frames);
    expect((await renderImage(orderOf(png(0, 8, chunks), {}, "png"))).truncated).toBe(false);
  });
});

test("the first eXIf that can be read counts, before or after the image data", () => {
  const rotated = (o: number) => {
    const body = Buffer.from("4d4d002a000000080001011200030000000100000000000000000000", "hex");
    body.writeUInt16BE(o, 18);
    return chunk("eXIf", body);
  };
  const broken = chunk("eXIf", Buffer.from("not TIFF at all"));
  const of = (...chunks: Buffer[]) => readHeader(new Uint8Array(png(0, 8, chunks))).orientation;
  expect(of(rotated(6), data(1, 2), rotated(3))).toBe(6);
  expect(of(broken, data(1, 2), rotated(3))).toBe(3);
  expect(of(broken, data(1, 2))).toBe(1);
});
