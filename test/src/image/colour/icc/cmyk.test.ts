import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readTable } from "../../../../../src/image/colour/icc/table.ts";
import { inksToRgba } from "../../../../../src/image/colour/inks.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { decodedPixels, psnr } from "../../corpus.ts";
import { orderOf } from "../../orders.ts";

/** Soft colours of every hue and lightness, as inks with libvips' press profile. */
async function pressPicture(): Promise<Buffer> {
  const [width, height] = [96, 64];
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const hue = (x / width) * 2 * Math.PI;
    const level = 40 + (y / height) * 170;
    data.set(
      [0, 2, 4].map((turn) => level + 35 * Math.sin(hue + turn)),
      i * 3,
    );
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toColourspace("cmyk")
    .withIccProfile("cmyk")
    .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

describe("CMYK through its profile", () => {
  test("a JPEG with a press profile looks as sharp shows it, and without one as inks multiplied", async () => {
    const file = await pressPicture();
    const wanted = await sharp(file).toColourspace("srgb").ensureAlpha().raw().toBuffer();
    const { bytes } = await renderImage(orderOf(file, {}, "png"));
    const ours = await decodedPixels(bytes);
    // lcms interpolates between colours that are clipped to sRGB. So the darkest channel of saturated colours differs.
    expect(psnr(ours, wanted)).toBeGreaterThan(38);
    const differences = [...ours].map((value, i) => Math.abs(value - (wanted[i] ?? 0)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(20);
    expect(differences.filter((difference) => difference > 4).length).toBeLessThan(differences.length / 8);
    const { icc } = readHeader(new Uint8Array(file));
    const inks = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0);
    const [plain, press] = [inks.slice(), inks.slice()];
    inksToRgba(plain, false, null);
    inksToRgba(press, false, icc);
    expect([...plain]).toEqual([255, 255, 255, 255, 0, 0, 0, 255, 0, 255, 255, 255]);
    expect([...press.subarray(0, 3)].every((value) => value >= 254)).toBe(true);
    expect(press[0 + 8]).toBeLessThan(60);
  });

  test("inverted samples are the same inks, stored as 255 - ink", async () => {
    const { icc } = readHeader(new Uint8Array(await pressPicture()));
    const [inks, inverted] = [Uint8Array.of(10, 90, 170, 30), Uint8Array.of(245, 165, 85, 225)];
    inksToRgba(inks, false, icc);
    inksToRgba(inverted, true, icc);
    expect(inverted).toEqual(inks);
  });

  test("a profile that is cut or changed never throws", async () => {
    const { icc } = readHeader(new Uint8Array(await pressPicture()));
    const whole = icc ?? new Uint8Array();
    expect(readTable(whole, "CMYK")).not.toBeNull();
    for (let i = 0; i < 320; i += 3) {
      const changed = whole.slice();
      changed[i] = (changed[i] ?? 0) ^ 0xff;
      for (const candidate of [changed, whole.subarray(0, i), whole.subarray(0, i * 200)]) {
        readTable(candidate, "CMYK")?.(1, 2, 3, 4, new Uint8Array(4), 0);
      }
    }
  });
});
