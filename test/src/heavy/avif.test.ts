/** AVIF as the heavy Worker makes it, against libvips, and the search for the smallest one. */
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { ssim } from "../../../bench/engine/ssim.ts";
import { encodeInTurn } from "../../../src/heavy/encodeInTurn.ts";
import { encodesFor, QUALITIES, smallestAvif } from "../../../src/heavy/smallestAvif.ts";
import { lumaOf, lumaSsim } from "../../../src/image/analyse/lumaSsim.ts";
import { encodeAvif, encodeTenBit } from "../../../src/image/formats/avif/encoder.ts";
import { softChroma } from "../../../src/image/formats/avif/tenBit.ts";
import { avifWithXmp } from "../../../src/image/formats/avif/xmp.ts";
import { blocksOf } from "../../../src/image/formats/codecs.ts";
import type { Pixels } from "../../../src/image/picture.ts";
import { readHeader } from "../../../src/image/readHeader.ts";

const [WIDTH, HEIGHT] = [96, 64];

/** Waves with some noise; `alpha`: more transparent to the right. */
function drawn(alpha = false, width = WIDTH, height = HEIGHT): Pixels {
  const data = new Uint8Array(4 * width * height).fill(255);
  let noise = 1;
  for (let at = 0; at < data.length; at += 4) {
    const [x, y] = [(at / 4) % width, Math.floor(at / 4 / width)];
    noise = (noise * 48_271) % 2_147_483_647;
    const wave = 60 * Math.sin(x / 5) * Math.cos(y / 6) + (noise % 12);
    data.set([128 + wave, 100 + y + wave / 2, 60 + x], at);
    if (alpha) data[at + 3] = 255 - Math.floor((255 * x) / width);
  }
  return { width, height, data, alpha };
}

const decoded = async (file: Uint8Array) => new Uint8Array(await sharp(file).ensureAlpha().raw().toBuffer());

describe("the encoder", () => {
  test.each([false, true])("alpha %s: libvips reads the same picture", async (alpha) => {
    const pixels = drawn(alpha);
    const file = await encodeAvif(pixels, 90);
    const { width, height, hasAlpha, format } = await sharp(file).metadata();
    expect({ width, height, hasAlpha, format }).toEqual({
      width: WIDTH,
      height: HEIGHT,
      hasAlpha: alpha,
      format: "heif",
    });
    expect(readHeader(file)).toMatchObject({ format: "avif", width: WIDTH, height: HEIGHT, alpha });
    const data = await decoded(file);
    expect(lumaSsim(lumaOf(pixels), lumaOf({ ...pixels, data }))).toBeGreaterThan(0.97);
    // Alpha is kept without loss.
    expect(data.filter((_, at) => at % 4 === 3)).toEqual(pixels.data.filter((_, at) => at % 4 === 3));
  });
});

describe("XMP", () => {
  const xmp = new TextEncoder().encode(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${"rights ".repeat(40)}</x:xmpmeta>`);
  test.each([false, true])("alpha %s: it is an item of the file, and the picture is as it was", async (alpha) => {
    const file = await encodeAvif(drawn(alpha), 60);
    const withXmp = avifWithXmp(file, xmp);
    expect((await blocksOf("avif", withXmp)).xmp).toEqual(xmp);
    expect((await sharp(withXmp).metadata()).xmp).toEqual(Buffer.from(xmp));
    expect(await decoded(withXmp)).toEqual(await decoded(file));
    expect(withXmp.length - file.length).toBeLessThan(xmp.length + 150);
  });
  test("a file without its boxes is refused", () => {
    expect(() => avifWithXmp(Uint8Array.of(0, 0, 0, 8, 102, 114, 101, 101), xmp)).toThrow("image_damaged");
  });
});

describe("luma SSIM", () => {
  test("is that of the benches where windows fit, and 1 for the same picture", async () => {
    const pixels = drawn();
    const data = await decoded(await encodeAvif(pixels, 50));
    const own = lumaSsim(lumaOf(pixels), lumaOf({ ...pixels, data }));
    expect(own).toBeCloseTo(ssim(pixels.data, data, WIDTH, HEIGHT, 4), 6);
    expect(lumaSsim(lumaOf(pixels), lumaOf(pixels))).toBe(1);
  });
  test.each([
    [1, 1],
    [7, 3],
    [9, 11],
  ])("%i x %i: every pixel counts", (width, height) => {
    const pixels = drawn(false, width, height);
    for (let at = 0; at < pixels.data.length; at += 4) {
      const data = pixels.data.slice();
      data.fill((data[at] ?? 0) ^ 128, at, at + 3);
      expect(lumaSsim(lumaOf(pixels), lumaOf({ ...pixels, data }))).toBeLessThan(1);
    }
  });
  test("what is under transparent pixels does not count", () => {
    const pixels = { ...drawn(true), data: drawn(true).data.map((value, at) => (at % 4 === 3 ? 0 : value)) };
    const data = pixels.data.map((value, at) => (at % 4 === 3 ? 0 : 255 - value));
    expect(lumaSsim(lumaOf(pixels), lumaOf({ ...pixels, data }))).toBe(1);
  });
  test("pictures of two sizes are refused", () => {
    expect(() => lumaSsim(lumaOf(drawn()), lumaOf(drawn(false, 8, 8)))).toThrow("8x8 cannot be compared with 96x64");
  });
});

describe("the smallest that is as good", () => {
  const pixels = drawn();
  const byQuality: { readonly quality: number; readonly bytes: number; readonly ssim: number }[] = [];
  beforeAll(async () => {
    for (const quality of QUALITIES) {
      const file = await encodeTenBit(softChroma(pixels), quality);
      const data = await decoded(file);
      byQuality.push({ quality, bytes: file.length, ssim: lumaSsim(lumaOf(pixels), lumaOf({ ...pixels, data })) });
    }
  });
  const MUCH = 1_000_000;

  test("is the lowest quality of the table that reaches the likeness, in three encodes at most", async () => {
    for (const [at, { quality, ssim: least }] of byQuality.entries()) {
      const before = byQuality[at - 1]?.ssim ?? 0;
      const leastSsim = (least + before) / 2;
      const made = await smallestAvif(pixels, { leastSsim, mostBytes: MUCH });
      expect(made.quality).toBe(quality);
      expect(made.encodes).toBeLessThanOrEqual(3);
    }
  });
  test("is none where no quality reaches it, and none over the bytes", async () => {
    expect(await smallestAvif(pixels, { leastSsim: 1, mostBytes: MUCH })).toMatchObject({ file: null });
    const [lowest] = byQuality;
    const bytes = lowest?.bytes ?? 0;
    const within = (mostBytes: number) => smallestAvif(pixels, { leastSsim: 0, mostBytes });
    expect((await within(bytes)).file?.length).toBe(bytes);
    expect((await within(bytes - 1)).file).toBeNull();
  });
  test("stops when a file is too large and not yet like enough", async () => {
    expect((await smallestAvif(pixels, { leastSsim: 1, mostBytes: 10 })).encodes).toBe(1);
  });
  test.each([
    [640 * 640, 3],
    [416_667, 2],
    [625_000, 2],
    [625_001, 1],
    [1_250_000, 1],
    [1_250_001, 0],
  ])("%i pixels: %i encodes", (count, most) => expect(encodesFor(count)).toBe(most));
  test("with a quality: that one", async () => {
    const made = await encodeInTurn(pixels, { quality: 60 }, () => undefined);
    expect(made).toMatchObject({ quality: 60, encodes: 1, file: await encodeAvif(pixels, 60) });
  });
});
