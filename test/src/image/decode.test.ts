import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decode } from "../../../src/image/decode.ts";
import { DECODERS } from "../../../src/image/formats/codecs.ts";
import { dctScale } from "../../../src/image/formats/jpeg/decoder/scale.ts";
import type { DecoderName } from "../../../src/image/formats/registry.ts";
import {
  type Decoded,
  type Decoder,
  type Picture,
  type Pixels,
  stillPicture,
  type View,
} from "../../../src/image/picture.ts";
import { readHeader } from "../../../src/image/readHeader.ts";
import { startStopwatch } from "../../../src/image/rendition.ts";
import { resizeWhole } from "../../../src/image/resize/whole.ts";
import { psnr } from "./corpus.ts";

const [WIDTH, HEIGHT] = [1200, 800];

async function photograph(): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 120, sigma: 40 } as const;
  const soft = await sharp({ create: { width: 60, height: 40, channels: 3, background: "grey", noise } })
    .png()
    .toBuffer();
  return sharp(soft).resize(WIDTH, HEIGHT, { fit: "fill" }).jpeg({ quality: 90 }).toBuffer();
}

const whole = { left: 0, top: 0, width: WIDTH, height: HEIGHT };
const views = {
  "the whole picture at a sixth": { window: whole, bounds: whole, width: 200, height: 133 },
  "the whole picture at its size": { window: whole, bounds: whole, width: WIDTH, height: HEIGHT },
  "a part with fractions": {
    window: { left: 100.5, top: 50.25, width: 600, height: 400 },
    bounds: whole,
    width: 150,
    height: 100,
  },
} satisfies Record<string, View>;

const pixelsOf = ({ picture }: Decoded) => picture.frames[0].pixels.data;

describe("decoders of the same format agree", () => {
  test.each(Object.entries(views))("JPEG, %s: our own and libjpeg-turbo", async (_, view) => {
    const bytes = new Uint8Array(await photograph());
    const source = readHeader(bytes);
    const order = { view, dctScale: dctScale(view) };
    const [ours, turbo] = [
      await decode(["jpeg"], bytes, source, order, startStopwatch()),
      await decode(["turbo"], bytes, source, order, startStopwatch()),
    ];
    expect([ours.truncated, turbo.truncated]).toEqual([false, false]);
    expect(psnr(pixelsOf(ours), pixelsOf(turbo))).toBeGreaterThan(42);
  });

  test("a file cut in half: both decoders give the upper half and mark it truncated", async () => {
    const file = await photograph();
    const bytes = new Uint8Array(file.subarray(0, file.length / 2));
    const source = readHeader(bytes);
    const view = views["the whole picture at a sixth"];
    for (const name of ["jpeg", "turbo"] as const) {
      const cut = await decode([name], bytes, source, { view, dctScale: 2 }, startStopwatch());
      expect(cut.truncated).toBe(true);
      const full = await decode([name], new Uint8Array(file), source, { view, dctScale: 2 }, startStopwatch());
      const upper = 200 * 40 * 4;
      expect(psnr(pixelsOf(cut).subarray(0, upper), pixelsOf(full).subarray(0, upper))).toBeGreaterThan(50);
    }
  });
});

describe("a result of another size than planned is refused, whichever decoder gives it", () => {
  const view = views["the whole picture at a sixth"];
  const pixels = (width: number, height: number, bytes = 4 * width * height): Pixels => {
    return { width, height, data: new Uint8Array(bytes), alpha: false };
  };
  const lying = (name: DecoderName, given: Picture): Record<DecoderName, Decoder> => ({
    ...DECODERS,
    [name]: { decode: async () => ({ picture: given, truncated: false }), memoryBytes: () => 0, shrinks: false },
  });
  const still = stillPicture(pixels(200, 133));
  test.each(Object.keys(DECODERS) as DecoderName[])("%s", async (name) => {
    const bytes = new Uint8Array(await photograph());
    const order = { view, dctScale: 8 } as const;
    const from = (given: Picture) =>
      decode([name], bytes, readHeader(bytes), order, startStopwatch(), lying(name, given));
    expect((await from(still)).picture).toBe(still);
    const second = (given: Pixels): Picture => ({
      ...still,
      frames: [still.frames[0], { pixels: given, delayMs: 40 }],
    });
    for (const wrong of [
      stillPicture(pixels(199, 133)),
      stillPicture(pixels(200, 134)),
      stillPicture(pixels(133, 200)),
      stillPicture(pixels(200, 133, 4 * 200 * 133 - 1)),
      second(pixels(200, 132)),
    ]) {
      await expect(from(wrong)).rejects.toMatchObject({ reason: "image_damaged" });
    }
  });

  test.each([
    ["a whole frame", 8, 1200, 800, true],
    ["a whole frame that is narrower than the header says", 8, 1199, 800, false],
    ["a half, rounded up", 4, 600, 400, true],
    ["a half that is not", 4, 1200, 800, false],
  ] as const)("%s", async (_, dctScale, width, height, may) => {
    const resized = resizeWhole(pixels(width, height), { width: WIDTH, height: HEIGHT }, view, dctScale);
    if (may) expect(await resized).toMatchObject({ width: 200, height: 133 });
    else await expect(resized).rejects.toMatchObject({ reason: "image_damaged" });
  });
});

test("a picture that no decoder takes is damaged, and no fault of ours", async () => {
  const bytes = new Uint8Array(await photograph());
  const order = { view: views["the whole picture at a sixth"], dctScale: 2 } as const;
  const none = decode([], bytes, readHeader(bytes), order, startStopwatch());
  await expect(none).rejects.toMatchObject({ reason: "image_damaged" });
});
