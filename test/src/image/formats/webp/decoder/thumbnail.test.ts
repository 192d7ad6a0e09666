/** Views of lossy WebPs: what comes through small rings of rows is what comes through whole planes, and looks right. */
import { describe, expect, test } from "vitest";
import { UnsupportedByDecoder } from "../../../../../../src/image/decodeErrors.ts";
import { vp8Engine } from "../../../../../../src/image/formats/webp/decoder/engine.ts";
import { readFrame } from "../../../../../../src/image/formats/webp/decoder/frame.ts";
import { decodeVp8 } from "../../../../../../src/image/formats/webp/decoder/thumbnail.ts";
import { webpHeader } from "../../../../../../src/image/formats/webp/header.ts";
import { decodeVp8 as decodeView } from "../../../../../../src/image/formats/webp/vp8.ts";
import vp8 from "../../../../../../src/image/formats/webp/wasm/decoder.wasm";
import type { View } from "../../../../../../src/image/picture.ts";
import { planRender } from "../../../../../../src/image/plan.ts";
import { resizeWhole } from "../../../../../../src/image/resize/whole.ts";
import { psnr } from "../../../corpus.ts";
import { orderOf } from "../../../orders.ts";
import { type Random, seeded } from "../../jpeg/decoder/random.ts";
import { encodeWith, paint } from "./pictures.ts";
import { byLibwebp, engine } from "./reference.ts";

const clock = { lap: () => undefined };

function randomView(random: Random, width: number, height: number): View {
  const side = (most: number) => random.between(1, Math.max(1, most));
  const bounds = { left: 0, top: 0, width: side(width), height: side(height) };
  const at = { left: random.between(0, width - bounds.width), top: random.between(0, height - bounds.height) };
  const window = { ...bounds, ...at };
  return { window, bounds: window, width: side(2 * window.width), height: side(window.height + 9) };
}

describe("a view of a VP8 frame", () => {
  test("is the same through small rings and through whole planes", async () => {
    const random = seeded(11);
    for (let i = 0; i < 60; i++) {
      const [width, height] = [random.between(1, 180), random.between(1, 260)];
      const options = { filter_strength: random.between(0, 1) * 60, quality: random.between(10, 95) };
      const frame = readFrame(await encodeWith(paint(random, width, height), width, height, options));
      const view = randomView(random, width, height);
      const small = decodeVp8(engine, frame, view);
      const large = decodeVp8(engine, frame, view, true);
      expect(small.truncated).toBe(false);
      expect(Buffer.compare(small.pixels, large.pixels), JSON.stringify({ width, height, view })).toBe(0);
    }
  });

  /** Least PSNR in dB. It is no higher because libwebp enlarges U and V before, and here they are not. */
  const rows: readonly (readonly [string, number, number, number, number, number])[] = [
    ["halved", 320, 216, 160, 108, 36],
    ["thirds, odd sides", 301, 199, 100, 66, 42],
    ["a tenth", 640, 430, 64, 43, 42],
    ["nearly its size", 200, 150, 180, 135, 36],
    ["its size", 200, 150, 200, 150, 34],
    ["enlarged", 90, 70, 180, 140, 34],
  ];
  test.each(rows)("%s: as libwebp's pixels resampled", async (_, width, height, toWidth, toHeight, least) => {
    const pixels = paint(seeded(12), width, height);
    const bytes = await encodeWith(pixels, width, height, { quality: 90 });
    const whole = { left: 0, top: 0, width, height };
    const view = { window: whole, bounds: whole, width: toWidth, height: toHeight };
    const data = byLibwebp(bytes) ?? new Uint8Array();
    const theirs = await resizeWhole({ width, height, data, alpha: false }, { width, height }, view);
    const ours = decodeVp8(engine, readFrame(bytes), view).pixels;
    expect(psnr(theirs.data, ours)).toBeGreaterThan(least);
  });

  test("colours are those of BT.601 with 16..235", async () => {
    for (const colour of [0x000000, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff, 0x808080]) {
      const pixel = [colour >> 16, (colour >> 8) & 255, colour & 255, 255];
      const pixels = Uint8Array.from({ length: 64 * 64 * 4 }, (_, i) => pixel[i & 3] ?? 0);
      const frame = readFrame(await encodeWith(pixels, 64, 64, { quality: 100 }));
      const whole = { left: 0, top: 0, width: 64, height: 64 };
      const { pixels: ours } = decodeVp8(engine, frame, { window: whole, bounds: whole, width: 20, height: 20 });
      const off = [0, 1, 2].map((c) => Math.abs((ours[800 + c] ?? 0) - (pixel[c] ?? 0)));
      expect(Math.max(...off), colour.toString(16)).toBeLessThanOrEqual(3);
    }
  });

  test("of 12 megapixels takes memory for its rows, not for its pixels", async () => {
    const [width, height] = [4000, 3000];
    const pixels = new Uint8Array(width * height * 4).map((_, i) => ((i & 3) === 3 ? 255 : ((i >> 2) % width) >> 4));
    const frame = readFrame(await encodeWith(pixels, width, height, { method: 0 }));
    const fresh = vp8Engine(vp8);
    const whole = { left: 0, top: 0, width, height };
    decodeVp8(fresh, frame, { window: whole, bounds: whole, width: 320, height: 240 });
    const own = fresh.exports.memory.buffer.byteLength - frame.modes.length - frame.rest.length;
    expect(own).toBeLessThan(2_000_000);
  });
});

describe("memory", () => {
  test.each([
    [2000, 1500, 320],
    [2000, 1500, 1900],
    [3000, 60, 3000],
    [60, 3000, 20],
    [33, 21, 500],
  ])("%i x %i to %i wide is within the plan's estimate", async (width, height, wide) => {
    const bytes = await encodeWith(paint(seeded(14), width, height), width, height, { quality: 90 });
    const order = orderOf(bytes, { width: wide, enlarge: true }, "png");
    const plan = planRender(webpHeader(bytes), { ...order, fileBytes: bytes.length });
    const fresh = vp8Engine(vp8);
    const { pixels } = decodeVp8(fresh, readFrame(bytes), plan.view);
    expect(fresh.exports.memory.buffer.byteLength + pixels.length).toBeLessThan(plan.memoryBytes);
  });
});

describe("what it leaves to libwebp", () => {
  const picture = (options: object, alpha = 255) => {
    const pixels = paint(seeded(13), 40, 30).map((value, i) => ((i & 3) === 3 ? alpha : value));
    return encodeWith(pixels, 40, 30, options);
  };
  const decode = async (bytes: Uint8Array) => {
    const whole = { left: 0, top: 0, width: 40, height: 30 };
    const view = { window: whole, bounds: whole, width: 20, height: 15 };
    return decodeView(bytes, webpHeader(bytes), { view, dctScale: 8 }, clock);
  };

  test("it takes lossy files without alpha", async () => {
    const bytes = await picture({});
    expect(webpHeader(bytes).colour).toBe("ycc");
    expect((await decode(bytes)).picture.width).toBe(20);
  });

  test.each([
    ["lossless", { lossless: 1 }, 255],
    ["lossy with alpha", {}, 100],
  ] as const)("%s", async (_, options, alpha) => {
    await expect(decode(await picture(options, alpha))).rejects.toThrow(UnsupportedByDecoder);
  });

  test.each([
    ["a frame that is no key frame", 20, 1],
    ["a frame that is not to be shown", 20, 0x10],
    ["an unknown profile", 20, 0x08],
  ] as const)("%s", async (_, at, flip) => {
    const bytes = await picture({});
    bytes[at] = (bytes[at] ?? 0) ^ flip;
    await expect(decode(bytes)).rejects.toThrow(UnsupportedByDecoder);
  });
});
