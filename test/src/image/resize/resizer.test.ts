import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { View } from "../../../../src/image/picture.ts";
import { createResizer } from "../../../../src/image/resize/resizer.ts";
import { computeTaps, TAP_ONE } from "../../../../src/image/resize/taps.ts";
import { scaleView } from "../../../../src/image/resize/whole.ts";
import { psnr } from "../corpus.ts";

function picture(width: number, height: number, alpha: boolean): Uint8Array {
  return Uint8Array.from({ length: width * height * 4 }, (_, i) => {
    const [c, x, y] = [i & 3, (i >> 2) % width, Math.floor(i / 4 / width)];
    if (c === 3) return alpha ? Math.min(255, Math.max(0, x * 4 + y - 60)) : 255;
    return 128 + 90 * Math.sin(x / (7 + c)) * Math.cos(y / (5 + 2 * c)) + ((x * 31 + y * 17) % 13);
  });
}

const whole = (width: number, height: number) => ({ left: 0, top: 0, width, height });
const viewOf = (from: [number, number], to: [number, number]): View => ({
  window: whole(...from),
  bounds: whole(...from),
  width: to[0],
  height: to[1],
});

async function resized(data: Uint8Array, width: number, view: View, alpha: boolean, batch = 1): Promise<Uint8Array> {
  const resizer = await createResizer(view, alpha);
  const height = data.length / 4 / width;
  for (let y = 0; y < height && !resizer.done; y += batch) {
    resizer.push(data.subarray(y * width * 4), width * 4, Math.min(batch, height - y));
  }
  expect(resizer.done).toBe(true);
  return resizer.finish().data;
}

describe("createResizer against libvips", () => {
  test.each([
    [640, 480, 320, 240],
    [641, 479, 123, 77],
    [1000, 40, 100, 4],
    [40, 1000, 4, 100],
    [500, 500, 499, 499],
    [900, 700, 9, 7],
  ])("%i x %i to %i x %i", async (width, height, toWidth, toHeight) => {
    for (const alpha of [false, true]) {
      const data = picture(width, height, alpha);
      const made = await resized(data, width, viewOf([width, height], [toWidth, toHeight]), alpha);
      const wanted = await sharp(data, { raw: { width, height, channels: 4 } })
        .resize(toWidth, toHeight, { fit: "fill", kernel: "lanczos3" })
        .raw()
        .toBuffer();
      expect(psnr(made, wanted)).toBeGreaterThan(42);
    }
  });

  test("a window of whole pixels is what sharp extracts and resizes", async () => {
    const data = picture(300, 200, false);
    const rect = { left: 40, top: 30, width: 200, height: 100 };
    const made = await resized(data, 300, { window: rect, bounds: rect, width: 50, height: 25 }, false);
    const wanted = await sharp(data, { raw: { width: 300, height: 200, channels: 4 } })
      .extract(rect)
      .resize(50, 25, { fit: "fill", kernel: "lanczos3" })
      .raw()
      .toBuffer();
    expect(psnr(made, wanted)).toBeGreaterThan(42);
  });
});

describe("createResizer by itself", () => {
  test("rows one by one or in batches give the same bytes", async () => {
    const data = picture(333, 222, true);
    const view = viewOf([333, 222], [50, 40]);
    const one = await resized(data, 333, view, true, 1);
    for (const batch of [2, 16, 100, 222]) expect(await resized(data, 333, view, true, batch)).toEqual(one);
  });

  test("a picture at its own size is copied bit by bit, alpha included", async () => {
    const data = picture(57, 33, true);
    expect(await resized(data, 57, viewOf([57, 33], [57, 33]), true)).toEqual(data);
  });

  test("one colour stays that colour at any size", async () => {
    const data = new Uint8Array(100 * 80 * 4).fill(200).map((v, i) => ((i & 3) === 3 ? 255 : v));
    for (const to of [
      [10, 8],
      [99, 79],
      [3, 77],
      [150, 160],
    ] as [number, number][]) {
      const made = await resized(data, 100, viewOf([100, 80], to), false);
      expect(made.every((v, i) => v === ((i & 3) === 3 ? 255 : 200))).toBe(true);
    }
  });

  test("colour of transparent pixels does not bleed", async () => {
    // Left half opaque green, right half transparent red.
    const data = new Uint8Array(64 * 16 * 4);
    for (let i = 0; i < 64 * 16; i++) data.set(i % 64 < 32 ? [0, 255, 0, 255] : [255, 0, 0, 0], i * 4);
    const made = await resized(data, 64, viewOf([64, 16], [16, 4]), true);
    for (let i = 0; i < made.length; i += 4) if ((made[i + 3] ?? 0) > 8) expect(made[i]).toBeLessThan(9);
  });
});

describe("computeTaps", () => {
  test.each([
    [0, 640, 0, 640, 320],
    [0, 641, 0, 641, 123],
    [100.25, 300.5, 100, 401, 77],
    [0, 10, 0, 10, 45],
    [5, 1, 5, 6, 1],
  ])("from %d, %d samples in [%i, %i) to %i", (offset, length, low, high, size) => {
    const taps = computeTaps(offset, length, low, high, size, 4);
    expect(taps.count % 4).toBe(0);
    for (let i = 0; i < size; i++) {
      const row = taps.weights.subarray(i * taps.count, (i + 1) * taps.count);
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBe(TAP_ONE);
      const start = taps.first + (taps.starts[i] ?? 0);
      const used = row.findLastIndex((weight) => weight !== 0);
      expect(start >= low && start + used < high).toBe(true);
    }
  });
});

describe("scaleView", () => {
  test("a frame whose last column stands for less than a sample keeps the exact scale", () => {
    const view = viewOf([433, 433], [108, 108]);
    const scaled = scaleView(view, 1 / 2, 217, 217);
    expect(scaled.window).toEqual({ left: 0, top: 0, width: 216.5, height: 216.5 });
    expect(scaled.bounds).toEqual({ left: 0, top: 0, width: 217, height: 217 });
  });
});
