/** The kinds that photon decodes: each gives the pixels it holds, whatever its name says. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { orderOf } from "../image/orders.ts";
import { renderAny } from "./renderAny.ts";

const text = (value: string) => Buffer.from(value, "latin1");
const bytes = (...values: readonly number[]) => Buffer.from(values);
const be32 = (value: number) => bytes(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);

/** A DXT1 block of 4 x 4: one colour, red. */
function dds(compression: string, width = 4, height = 4): Buffer {
  const file = Buffer.alloc(128);
  file.write("DDS ");
  file.writeUInt32LE(124, 4);
  file.writeUInt32LE(0x1007, 8);
  file.writeUInt32LE(height, 12);
  file.writeUInt32LE(width, 16);
  file.writeUInt32LE(32, 76);
  file.writeUInt32LE(4, 80);
  file.write(compression, 84);
  return Buffer.concat([file, bytes(0x00, 0xf8, 0x00, 0xf8, 0, 0, 0, 0)]);
}

const farbfeld = (width: number, height: number) =>
  Buffer.concat([text("farbfeld"), be32(width), be32(height), bytes(255, 255, 0, 0, 0, 0, 128, 0)]);
const hdr = (sizes: string) =>
  Buffer.concat([text(`#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n${sizes}\n`), bytes(128, 128, 128, 129, 0, 0, 0, 0)]);

const png = async (file: Uint8Array) => {
  const { bytes: made } = await renderAny(orderOf(file, {}, "png"));
  const { data, info } = await sharp(made).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return [info.width, info.height, ...data.subarray(0, 8)];
};

describe("pixels", () => {
  test.each([
    ["P1", text("P1\n# a comment\n2 1\n1 0\n"), [2, 1, 0, 0, 0, 255, 255, 255, 255, 255]],
    ["P2", text("P2\n2 1\n255\n9 200\n"), [2, 1, 9, 9, 9, 255, 200, 200, 200, 255]],
    ["P3", text("P3\n2 1\n255\n255 0 0 0 255 0\n"), [2, 1, 255, 0, 0, 255, 0, 255, 0, 255]],
    ["P4", Buffer.concat([text("P4\n2 1\n"), bytes(0x80)]), [2, 1, 0, 0, 0, 255, 255, 255, 255, 255]],
    ["P5", Buffer.concat([text("P5 2 1 255\n"), bytes(9, 200)]), [2, 1, 9, 9, 9, 255, 200, 200, 200, 255]],
    [
      "P6",
      Buffer.concat([text("P6\n2 1\n255\n"), bytes(255, 0, 0, 0, 255, 0)]),
      [2, 1, 255, 0, 0, 255, 0, 255, 0, 255],
    ],
    ["farbfeld", farbfeld(1, 1), [1, 1, 255, 0, 0, 128]],
    ["Radiance", hdr("-Y 1 +X 2"), [2, 1, 255, 255, 255, 255, 0, 0, 0, 255]],
    ["DDS", dds("DXT1"), [4, 4, 255, 0, 0, 255, 255, 0, 0, 255]],
  ])("%s", async (_, file, expected) => {
    expect(await png(file)).toEqual(expected);
  });
});

describe("what is not decoded", () => {
  test.each([
    ["QOI", Buffer.concat([text("qoif"), be32(1), be32(1), bytes(3, 0)]), "format_unsupported", "QOI"],
    ["a DDS without compression", dds("\0\0\0\0"), "format_unsupported", "DDS (no compression)"],
    ["a DDS of a later kind", dds("DX10"), "format_unsupported", "DDS (DX10)"],
  ] as const)("%s is named", async (_, file, reason, value) => {
    await expect(png(file)).rejects.toMatchObject({ reason, facts: { value } });
  });
  test.each([
    ["a text that begins with P5", text("P5xx is a text"), "not_an_image"],
    ["a PNM without sizes", text("P5 nothing"), "image_damaged"],
    ["a PNM that is cut", text("P6\n2000 1000\n255\n"), "image_damaged"],
    ["a PNM of 8 megapixels", text("P6\n4000 2000\n255\n"), "source_too_many_pixels"],
    ["a PNM of nothing", text("P6\n0 2000\n255\n"), "image_damaged"],
    ["a farbfeld that is cut", farbfeld(9, 9), "image_damaged"],
    ["a farbfeld of 2^64 pixels", farbfeld(0xffff_ffff, 0xffff_ffff), "source_too_many_pixels"],
    ["a Radiance picture from below", hdr("+Y 1 +X 2"), "image_damaged"],
    ["a DDS of no side", dds("DXT1", 0, 4), "image_damaged"],
  ] as const)("%s", async (_, file, reason) => {
    await expect(png(file)).rejects.toMatchObject({ reason });
  });
});
