/** What an AVIF's boxes say: turned, mirrored, cut and tiled pictures, and sizes that are refused before decoding. */
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import type { Transform } from "../../../../../src/request/transform.ts";
import { renderAny } from "../../../heavy/renderAny.ts";
import { orderOf } from "../../orders.ts";
import { avifFile, box, type Coded, clap, coded, imir, irot, quarters, u32 } from "./avifFile.ts";

let picture: Coded;
let tiles: readonly Coded[];
beforeAll(async () => {
  picture = await coded(quarters(120, 80));
  const plain = (background: string) => coded(sharp({ create: { width: 64, height: 64, channels: 3, background } }));
  tiles = await Promise.all(["red", "lime", "blue", "yellow", "black", "white"].map(plain));
}, 60_000);

const COLOURS = { r: [255, 0, 0], l: [0, 255, 0], b: [0, 0, 255], y: [255, 255, 0], k: [0, 0, 0], w: [255, 255, 255] };

/** The colours in a grid of places, by their letters, and the size. */
async function looks(bytes: Uint8Array, columns: number, rows: number, wish: Partial<Transform> = {}): Promise<string> {
  const { bytes: png } = await renderAny(orderOf(bytes, wish, "png"));
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const letters = Array.from({ length: columns * rows }, (_, i) => {
    const x = Math.floor((((i % columns) + 0.5) * info.width) / columns);
    const y = Math.floor(((Math.floor(i / columns) + 0.5) * info.height) / rows);
    const pixel = data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3);
    const near = (colour: readonly number[]) => colour.every((value, c) => Math.abs(value - (pixel[c] ?? -99)) < 40);
    return Object.entries(COLOURS).find(([, colour]) => near(colour))?.[0] ?? "?";
  });
  return `${info.width}x${info.height} ${letters.join("")}`;
}

describe("turned and mirrored", () => {
  test.each([
    ["as it is", [], "120x80 rlby"],
    ["a quarter", [irot(1)], "80x120 lyrb"],
    ["half", [irot(2)], "120x80 yblr"],
    ["three quarters", [irot(3)], "80x120 bryl"],
    ["top and bottom exchanged", [imir(0)], "120x80 byrl"],
    ["left and right exchanged", [imir(1)], "120x80 lryb"],
    ["a quarter, then top and bottom", [irot(1), imir(0)], "80x120 rbly"],
    ["a quarter, then left and right", [irot(1), imir(1)], "80x120 ylbr"],
    ["half, then top and bottom", [irot(2), imir(0)], "120x80 lryb"],
    ["half, then left and right", [irot(2), imir(1)], "120x80 byrl"],
    ["three quarters, then top and bottom", [irot(3), imir(0)], "80x120 ylbr"],
    ["three quarters, then left and right", [irot(3), imir(1)], "80x120 rbly"],
  ])("%s", async (_, properties, expected) => {
    const file = avifFile({ tiles: [picture], properties });
    expect(await looks(file, 2, 2)).toBe(expected);
  });
  test("sharp turns it the same way", async () => {
    for (const properties of [[irot(1)], [irot(3), imir(0)]]) {
      const file = avifFile({ tiles: [picture], properties });
      const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const png = await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
        .png()
        .toBuffer();
      expect(await looks(file, 2, 2)).toBe(await looks(new Uint8Array(png), 2, 2));
    }
  });
});

describe("cut (clap)", () => {
  test.each([
    ["the upper left", [clap(60, 40, -30, -20)], "60x40 rrrr"],
    ["the lower right", [clap(60, 40, 30, 20)], "60x40 yyyy"],
    ["the middle", [clap(60, 40, 0, 0)], "60x40 rlby"],
    ["in halves", [clap(60, 40, -60, -40, 2)], "60x40 rrrr"],
    ["and turned after that", [clap(60, 40, 30, -20), irot(1)], "40x60 llll"],
  ])("%s", async (_, properties, expected) => {
    expect(await looks(avifFile({ tiles: [picture], properties }), 2, 2)).toBe(expected);
  });
});

describe("a part that is none is damage", () => {
  test.each([
    ["over the edge", clap(60, 40, 31, 0)],
    ["nothing", clap(0, 0, 0, 0)],
    ["by zero", clap(60, 40, 1, 1, 0)],
  ])("%s", async (_, property) => {
    const order = orderOf(avifFile({ tiles: [picture], properties: [property] }), {}, "png");
    await expect(renderAny(order)).rejects.toMatchObject({ reason: "image_damaged" });
  });
});

test("a grid is put together, and its last tiles are cut", async () => {
  const grid = { columns: 3, width: 180, height: 120 };
  expect(await looks(avifFile({ tiles, grid }), 3, 2)).toBe("180x120 rlbykw");
  expect(await looks(avifFile({ tiles, grid, properties: [irot(2)] }), 3, 2)).toBe("180x120 wkyblr");
});

describe("sizes", () => {
  const sized = (width: number, height: number) => {
    const file = Buffer.from(avifFile({ tiles: [picture] }));
    const at = file.indexOf("ispe");
    u32(width).copy(file, at + 8);
    u32(height).copy(file, at + 12);
    return new Uint8Array(file);
  };
  const refused = (file: Uint8Array) => expect(renderAny(orderOf(file, { width: 100 }, "webp"))).rejects;
  test("12 megapixels are refused with the limit, before anything is decoded", async () => {
    const facts = { value: 12_000_000, limit: expect.any(Number) };
    await refused(sized(4_000, 3_000)).toMatchObject({ reason: "source_too_many_pixels", facts });
    await refused(sized(0xffff_ffff, 0xffff_ffff)).toMatchObject({ reason: "source_too_many_pixels" });
  });
  test("4.5 megapixels of 4:2:0 are within it, of 4:4:4, alpha or 10 bit fewer", async () => {
    const most = async (options: Parameters<ReturnType<typeof quarters>["avif"]>[0], alpha = false) => {
      const made = alpha ? quarters(120, 80).ensureAlpha(0.5) : quarters(120, 80);
      return readHeader(new Uint8Array(await made.avif(options).toBuffer())).mostPixels ?? 0;
    };
    const plain = await most({ chromaSubsampling: "4:2:0" });
    const full = await most({ chromaSubsampling: "4:4:4" });
    const clear = await most({ chromaSubsampling: "4:2:0" }, true);
    expect(plain).toBeGreaterThanOrEqual(4_500_000);
    expect(full).toBeLessThan(plain);
    expect(clear).toBeLessThan(full);
    expect(clear).toBeGreaterThan(2_500_000);
  });
  test("a header that lies about the size is damage", async () => {
    await refused(sized(121, 80)).toMatchObject({ reason: "image_damaged" });
    await refused(sized(0, 80)).toMatchObject({ reason: "image_damaged" });
  });
});

describe("damage", () => {
  test.each([
    ["cut in the header", () => avifFile({ tiles: [picture] }).subarray(0, 100)],
    ["cut in the picture", () => avifFile({ tiles: [picture] }).subarray(0, -100)],
    ["no boxes but the first", () => new Uint8Array(box("ftyp", Buffer.from("avif\0\0\0\0avif")))],
    [
      "a box of no length",
      () => new Uint8Array(Buffer.concat([box("ftyp", Buffer.from("avif\0\0\0\0avif")), u32(3), Buffer.from("meta")])),
    ],
    [
      "boxes without end",
      () =>
        new Uint8Array(
          Buffer.concat([
            box("ftyp", Buffer.from("avif\0\0\0\0avif")),
            ...Array.from({ length: 5_000 }, () => box("free")),
          ]),
        ),
    ],
  ])("%s", async (_, file) => {
    await expect(renderAny(orderOf(file(), { width: 100 }, "webp"))).rejects.toMatchObject({ reason: "image_damaged" });
  });
});
