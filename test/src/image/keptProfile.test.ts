/** `strip_color_profile`: converted without it, and as stored with `0`. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { MAX_KEPT_BYTES } from "../../../src/image/colour/keptProfile.ts";
import { blocksOf } from "../../../src/image/formats/codecs.ts";
import { rightsOf } from "../../../src/image/metadata/rights.ts";
import { PROFILE_WRITERS } from "../../../src/image/metadata/withProfile.ts";
import { readHeader } from "../../../src/image/readHeader.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import { orderOf } from "./orders.ts";

const FORMATS = ["jpeg", "png", "webp"] as const;
/** A green of Display P3 that sRGB does not have. */
const STORED = [60, 220, 80];

async function p3(format: "jpeg" | "png" | "webp", alpha = false): Promise<Uint8Array> {
  const background = { r: STORED[0] ?? 0, g: STORED[1] ?? 0, b: STORED[2] ?? 0, alpha: alpha ? 0.5 : 1 };
  const plain = sharp({ create: { width: 64, height: 48, channels: alpha ? 4 : 3, background } });
  const raw = await plain.png().toBuffer();
  // The profile is only attached, so the values stay.
  const tagged = sharp(raw).keepIccProfile().withIccProfile("p3", { attach: true });
  const lossless = format === "webp" ? { lossless: true } : { quality: 100, chromaSubsampling: "4:4:4" };
  return new Uint8Array(await tagged[format](format === "png" ? {} : lossless).toBuffer());
}

/** The first pixel in sRGB, and as it is stored. */
const pixelOf = async (bytes: Uint8Array) => [...(await sharp(bytes).removeAlpha().raw().toBuffer()).subarray(0, 3)];
const storedPixelOf = async (bytes: Uint8Array) => [
  ...(await sharp(bytes, { ignoreIcc: true }).removeAlpha().raw().toBuffer()).subarray(0, 3),
];
const iccOf = async (bytes: Uint8Array) => (await sharp(bytes).metadata()).icc;

describe.each(FORMATS)("a %s of Display P3", (from) => {
  test.each(FORMATS)("keeps its profile in %s with 0, and has none without", async (to) => {
    const source = await p3(from);
    const profile = await iccOf(source);
    expect(profile).toBeDefined();
    const kept = await renderImage(orderOf(source, { width: 32, keepProfile: true, quality: 95 }, to));
    const stripped = await renderImage(orderOf(source, { width: 32, quality: 95 }, to));
    expect(await iccOf(kept.bytes)).toEqual(profile);
    expect(await iccOf(stripped.bytes)).toBeUndefined();
    expect(readHeader(kept.bytes)).toMatchObject({ width: 32, height: 24, format: to });
  });
});

test("the values of its pixels stay as they are stored; without 0 they are converted", async () => {
  const source = await p3("png");
  const kept = await renderImage(orderOf(source, { width: 32, keepProfile: true }, "png"));
  const stripped = await renderImage(orderOf(source, { width: 32 }, "png"));
  // The kept one, converted afterwards, is the one that was converted at once. Twice would be another colour.
  const again = await renderImage(orderOf(kept.bytes, {}, "png"));
  expect(await pixelOf(again.bytes)).toEqual(await pixelOf(stripped.bytes));
  expect([await iccOf(kept.bytes), await iccOf(stripped.bytes)]).toEqual([await iccOf(source), undefined]);
  expect(await storedPixelOf(kept.bytes)).toEqual(await storedPixelOf(source));
  expect(await storedPixelOf(stripped.bytes)).not.toEqual(await storedPixelOf(source));
});

test("a picture with alpha keeps both, and rights stand beside the profile", async () => {
  for (const format of ["png", "webp"] as const) {
    const license = { license: "by", creator: "Jane" };
    const { bytes } = await renderImage(orderOf(await p3("png", true), { keepProfile: true, license }, format));
    const { icc, hasAlpha } = await sharp(bytes).metadata();
    expect([icc !== undefined, hasAlpha]).toEqual([true, true]);
    expect(rightsOf(await blocksOf(format, bytes)).creator).toBe("Jane");
  }
});

test("other colours are converted, and nothing is kept", async () => {
  const grey = sharp({ create: { width: 16, height: 16, channels: 3, background: "#888" } });
  const sources = [
    await grey.clone().toColourspace("cmyk").withIccProfile("cmyk").jpeg().toBuffer(),
    await sharp(await p3("png"))
      .toColourspace("rgb16")
      .keepIccProfile()
      .png()
      .toBuffer(),
    await grey.clone().png().toBuffer(),
  ];
  for (const source of sources) {
    const kept = await renderImage(orderOf(source, { keepProfile: true }, "png"));
    expect(await iccOf(kept.bytes)).toBeUndefined();
    expect(kept.bytes).toEqual((await renderImage(orderOf(source, {}, "png"))).bytes);
  }
});

test.each([
  ["of the most bytes is kept", 0, true],
  ["with a byte more is not: each size would carry it", 1, false],
])("a profile %s", async (_, more, isKept) => {
  const profile = await iccOf(await p3("webp"));
  const padded = new Uint8Array(MAX_KEPT_BYTES + more);
  padded.set(profile ?? []);
  const plain = await sharp({ create: { width: 16, height: 16, channels: 3, background: "#3cdc50" } })
    .webp({ lossless: true })
    .toBuffer();
  const source = await PROFILE_WRITERS.webp(new Uint8Array(plain), padded);
  const { bytes } = await renderImage(orderOf(source, { keepProfile: true }, "jpeg"));
  expect((await iccOf(bytes))?.length).toBe(isKept ? padded.length : undefined);
  // Without it the colours are converted.
  const [stored, shown] = [await storedPixelOf(bytes), await storedPixelOf(source)];
  expect(Math.abs((stored[0] ?? 0) - (shown[0] ?? 0)) < 8).toBe(isKept);
});

test("under a watermark colours are sRGB, as the watermark is", async () => {
  const watermark = await sharp({ create: { width: 4, height: 4, channels: 3, background: "#000" } })
    .png()
    .toBuffer();
  const mark = { opacity: 1, at: "ce", x: 0, y: 0, scale: 0, url: "https://a.test/m.png" } as const;
  const order = orderOf(await p3("png"), { keepProfile: true, watermark: mark }, "png");
  expect((await sharp((await renderImage({ ...order, watermark })).bytes).metadata()).icc).toBeUndefined();
});
