import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decode } from "../../../src/image/decode.ts";
import { dctScale } from "../../../src/image/formats/jpeg/decoder/scale.ts";
import type { Decoded, View } from "../../../src/image/picture.ts";
import { readHeader } from "../../../src/image/readHeader.ts";
import { startStopwatch } from "../../../src/image/stopwatch.ts";
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
  test.each(Object.entries(views))("JPEG, %s: our own, libjpeg-turbo and photon", async (_, view) => {
    const bytes = new Uint8Array(await photograph());
    const source = readHeader(bytes);
    const order = { view, dctScale: dctScale(view) };
    const [ours, turbo, photon] = [
      await decode(["jpeg"], bytes, source, order, startStopwatch()),
      await decode(["turbo"], bytes, source, order, startStopwatch()),
      await decode(["photon"], bytes, source, order, startStopwatch()),
    ];
    expect([ours.truncated, turbo.truncated]).toEqual([false, false]);
    expect(psnr(pixelsOf(ours), pixelsOf(turbo))).toBeGreaterThan(42);
    expect(psnr(pixelsOf(ours), pixelsOf(photon))).toBeGreaterThan(38);
  });

  test("a file cut in half: both give the upper half and say so", async () => {
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

test("no decoder at all is a damaged picture, not a fault", async () => {
  const bytes = new Uint8Array(await photograph());
  const order = { view: views["the whole picture at a sixth"], dctScale: 2 } as const;
  const none = decode([], bytes, readHeader(bytes), order, startStopwatch());
  await expect(none).rejects.toMatchObject({ reason: "image_damaged" });
});
