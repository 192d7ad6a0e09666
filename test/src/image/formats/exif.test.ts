/** Orientation in EXIF blocks: both byte orders, both types, and files with several blocks. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { exifOrientation, readOrientation } from "../../../../src/image/formats/exif.ts";
import { readHeader } from "../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../src/image/renderImage.ts";
import { decodedPixels, psnr } from "../corpus.ts";
import { orderOf } from "../orders.ts";

type Block = { little?: boolean; type?: number; value?: number; tag?: number };

/** A TIFF structure with one entry. */
function exif({ little = false, type = 3, value = 6, tag = 0x112 }: Block): Uint8Array {
  const bytes = new Uint8Array(26);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 1, little);
  view.setUint16(10, tag, little);
  view.setUint16(12, type, little);
  view.setUint32(14, 1, little);
  if (type === 4) view.setUint32(18, value, little);
  else view.setUint16(18, value, little);
  return bytes;
}

describe("one block", () => {
  test.each<[string, Block, number]>([
    ["SHORT, big-endian", {}, 6],
    ["SHORT, little-endian", { little: true }, 6],
    ["LONG, big-endian", { type: 4 }, 6],
    ["LONG, little-endian", { type: 4, little: true }, 6],
    ["the lowest", { value: 1 }, 1],
    ["the highest", { value: 8 }, 8],
    ["0", { value: 0 }, 1],
    ["9", { value: 9 }, 1],
    ["a LONG whose lower half would be valid", { type: 4, value: 0x10006 }, 1],
    ["another tag", { tag: 0x10f }, 1],
  ])("%s: %o is %i", (_, block, wanted) => {
    expect(exifOrientation(exif(block))).toBe(wanted);
    expect(readOrientation(exif(block))).toBe(wanted);
  });

  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["no byte order", new Uint8Array(26)],
    ["a directory outside", Uint8Array.from([0x4d, 0x4d, 0, 42, 0, 0, 1, 0, 0, 0])],
  ])("%s cannot be read", (_, bytes) => {
    expect(readOrientation(bytes)).toBeNull();
    expect(exifOrientation(bytes)).toBe(1);
  });
});

const picture = () => sharp({ create: { width: 20, height: 10, channels: 3, background: "teal" } });
const segment = (code: number, body: Uint8Array) =>
  Buffer.from([0xff, code, (body.length + 2) >> 8, (body.length + 2) & 255, ...body]);
const app1 = (tiff: Uint8Array, prefix = "Exif\0\0") =>
  segment(0xe1, Buffer.concat([Buffer.from(prefix, "latin1"), tiff]));
const broken = app1(Buffer.from("no TIFF at all"));

describe("several blocks in a JPEG: the first one that can be read counts", () => {
  test.each<[string, readonly Buffer[], number]>([
    ["6 then 1", [app1(exif({ value: 6 })), app1(exif({ value: 1 }))], 6],
    ["1 then 6", [app1(exif({ value: 1 })), app1(exif({ value: 6 }))], 1],
    ["none in the first", [app1(exif({ tag: 1 })), app1(exif({ value: 6 }))], 1],
    ["the first is broken", [broken, app1(exif({ value: 8 }))], 8],
    ["XMP before it", [segment(0xe1, Buffer.from("http://ns.adobe.com/xap/1.0/\0<x/>")), app1(exif({ value: 3 }))], 3],
    ["another byte after the name", [app1(exif({ value: 5 }), "Exif\0\xff")], 5],
    ["only a broken one", [broken], 1],
  ])("%s", async (_, blocks, wanted) => {
    const jpeg = await picture().jpeg().toBuffer();
    const file = Buffer.concat([jpeg.subarray(0, 2), ...blocks, jpeg.subarray(2)]);
    expect(readHeader(new Uint8Array(file)).orientation).toBe(wanted);
    const { width, height } = await renderImage(orderOf(file, {}, "png"));
    expect([width, height]).toEqual(wanted >= 5 ? [10, 20] : [20, 10]);
  });
});

test("a JPEG of four components without an Adobe segment has the same colours as with one", async () => {
  const data = Buffer.from(Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => 40 + ((i * 7) % 160)));
  const withSegment = await sharp(data, { raw: { width: 64, height: 48, channels: 3 } })
    .toColourspace("cmyk")
    .jpeg({ quality: 95, chromaSubsampling: "4:4:4" })
    .toBuffer();
  const at = withSegment.indexOf("Adobe") - 4;
  // Transform 0: the components are the inks themselves.
  const inks = Buffer.from(withSegment);
  inks[at + 15] = 0;
  const without = Buffer.concat([inks.subarray(0, at), inks.subarray(at + 2 + inks.readUInt16BE(at + 2))]);
  const [a, b] = await Promise.all(
    [inks, without].map(async (file) => decodedPixels((await renderImage(orderOf(file, {}, "png"))).bytes)),
  );
  expect(b).toEqual(a);
  const wanted = await sharp(without).toColourspace("srgb").ensureAlpha().raw().toBuffer();
  // Without a profile inks are multiplied, as in browsers. sharp uses a press profile of its own.
  expect(psnr(b ?? Buffer.alloc(0), wanted)).toBeGreaterThan(12);
});
