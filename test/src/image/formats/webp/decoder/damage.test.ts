/** Files that are cut or changed: a picture or a refusal, never a trap, and a good file decodes as before. */
import { describe, expect, test } from "vitest";
import { Failure } from "../../../../../../src/errors.ts";
import { UnsupportedByDecoder } from "../../../../../../src/image/decodeErrors.ts";
import { readFrame } from "../../../../../../src/image/formats/webp/decoder/frame.ts";
import { decodeVp8, type Vp8Picture } from "../../../../../../src/image/formats/webp/decoder/thumbnail.ts";
import { renderImage } from "../../../../../../src/image/renderImage.ts";
import { orderOf } from "../../../orders.ts";
import { type Random, seeded } from "../../jpeg/decoder/random.ts";
import { encodeWith, paint } from "./pictures.ts";
import { engine, planesOf } from "./reference.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const FILES = LONG ? 20_000 : 800;

function thumbnail(bytes: Uint8Array): Vp8Picture {
  const frame = readFrame(bytes);
  const whole = { left: 0, top: 0, width: Math.max(1, frame.width), height: Math.max(1, frame.height) };
  const scale = Math.min(1, 48 / Math.max(whole.width, whole.height));
  const [width, height] = [whole.width, whole.height].map((side) => Math.max(1, Math.round(side * scale)));
  return decodeVp8(engine, frame, { window: whole, bounds: whole, width: width ?? 1, height: height ?? 1 });
}

async function goodFiles(random: Random): Promise<Uint8Array[]> {
  const files = [];
  for (let i = 0; i < 8; i++) {
    const options = { partitions: i % 4, filter_type: i % 2, quality: 20 + 10 * i, segments: 1 + (i % 4) };
    files.push(await encodeWith(paint(random, 90 + i, 70 + 3 * i), 90 + i, 70 + 3 * i, options));
  }
  return files;
}

/** Of a simple file: 12 bytes of RIFF, 8 of the chunk, 10 of the frame's header. */
const HEADER_END = 30;

const MUTATIONS: Record<string, (bytes: Uint8Array, random: Random) => Uint8Array> = {
  "bytes of the data": (bytes, random) => {
    const copy = bytes.slice();
    for (let n = random.between(1, 20); n > 0; n--)
      copy[random.between(HEADER_END, copy.length - 1)] = random.between(0, 255);
    return copy;
  },
  "bytes of the header": (bytes, random) => {
    const copy = bytes.slice();
    // The sizes too, as far as they stay small.
    for (let n = random.between(1, 4); n > 0; n--) {
      const at = random.pick([20, 21, 22, 26, 28, 30, 31, 32, 33, 34, 35, 36, 37, 38]);
      copy[at] = random.between(0, 255);
    }
    return copy;
  },
  "cut short": (bytes, random) => bytes.slice(0, random.between(HEADER_END, bytes.length - 1)),
  "noise after the header": (bytes, random) =>
    bytes.map((byte, i) => (i < HEADER_END + 2 ? byte : random.between(0, 255))),
};

describe("damaged VP8", () => {
  test.each(Object.entries(MUTATIONS))("%s", async (_, mutate) => {
    const random = seeded(21);
    const files = await goodFiles(random);
    let [pictures, cut] = [0, 0];
    for (let i = 0; i < FILES / 4; i++) {
      const bytes = mutate(random.pick(files), random);
      try {
        const { truncated } = thumbnail(bytes);
        pictures++;
        if (truncated) cut++;
      } catch (error) {
        if (!(error instanceof UnsupportedByDecoder)) throw error;
      }
    }
    expect(pictures).toBeGreaterThan(FILES / 40);
    expect(cut).toBeLessThanOrEqual(pictures);
    for (const file of files) expect(thumbnail(file).truncated).toBe(false);
  });

  test("a good file after a thousand bad ones decodes as before", async () => {
    const random = seeded(22);
    const [good = new Uint8Array()] = await goodFiles(random);
    const before = planesOf(good);
    for (let i = 0; i < 100; i++) {
      try {
        thumbnail(MUTATIONS["bytes of the data"]?.(good, random) ?? good);
      } catch (error) {
        if (!(error instanceof UnsupportedByDecoder)) throw error;
      }
    }
    expect(planesOf(good)).toEqual(before);
  });

  test("cut in the middle: the part that exists is shown, the rest is grey, and it is marked truncated", async () => {
    const pixels = paint(seeded(23), 160, 320);
    const bytes = await encodeWith(pixels, 160, 320, { quality: 90 });
    const half = bytes.slice(0, Math.floor(bytes.length * 0.6));
    const { truncated } = thumbnail(half);
    expect(truncated).toBe(true);
    const [whole, cut] = [planesOf(bytes), planesOf(half)];
    const row = (planes: typeof whole, y: number) => {
      const { data = new Uint8Array(), stride = 0 } = planes.planes[0] ?? {};
      return data.slice(y * stride, y * stride + 160);
    };
    for (let y = 0; y < 64; y++) expect(row(cut, y)).toEqual(row(whole, y));
    expect(new Set(row(cut, 319))).toEqual(new Set([128]));
    const made = await renderImage(orderOf(half, { width: 80, height: 160 }, "webp"));
    expect([made.truncated, made.width, made.height]).toEqual([true, 80, 160]);
  });

  test("a file that is cut before its first coefficients is refused", async () => {
    const bytes = await encodeWith(paint(seeded(24), 64, 64), 64, 64, {});
    await expect(renderImage(orderOf(bytes.slice(0, 40), { width: 32, height: 32 }, "webp"))).rejects.toThrow(Failure);
  });
});
