/** The frames of an animated PNG, pixel by pixel as the specification says. */
import { describe, expect, test } from "vitest";
import { PNG_FRAMES } from "../../../../src/image/formats/png/frames.ts";
import { readHeader } from "../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../src/image/renderImage.ts";
import { orderOf } from "../orders.ts";
import { type Apng, type ApngFrame, apngFile, type Rgba, shownFrames } from "./apngFile.ts";
import { framesOf, sameShown } from "./framesOf.ts";

const SIZE = { width: 23, height: 17 } as const;
const whole = (shift: number, over: Partial<ApngFrame> = {}): ApngFrame => ({
  ...SIZE,
  colour: (x, y) => [(x * 9 + shift) & 255, (y * 13 + shift) & 255, (x * y) & 255, 255],
  ...over,
});
const part = (left: number, top: number, over: Partial<ApngFrame> = {}): ApngFrame => ({
  ...{ left, top, width: 9, height: 7 },
  colour: (x, y): Rgba => [200, (x * 25) & 255, (y * 31) & 255, x === y ? 0 : (x * 28 + y) & 255],
  ...over,
});

const FILES: Readonly<Record<string, Apng>> = {
  "whole frames": { ...SIZE, frames: [whole(0), whole(40), whole(99)] },
  "parts that replace": { ...SIZE, frames: [whole(0), part(2, 3), part(12, 8), part(4, 9)] },
  "parts laid over": { ...SIZE, frames: [whole(0), part(2, 3, { over: true }), part(4, 5, { over: true })] },
  "translucent over translucent": {
    ...SIZE,
    frames: [part(2, 3, { ...SIZE, left: 0, top: 0 }), part(2, 3, { over: true }), part(4, 5, { over: true })],
  },
  cleared: {
    ...SIZE,
    frames: [whole(0), part(2, 3, { dispose: 1 }), part(4, 5, { over: true, dispose: 1 }), part(9, 9)],
  },
  restored: {
    ...SIZE,
    frames: [whole(0), part(2, 3, { dispose: 2 }), part(4, 5, { over: true, dispose: 2 }), part(9, 9)],
  },
  "the first frame restored: to nothing": { ...SIZE, frames: [whole(0, { dispose: 2 }), part(9, 9, { over: true })] },
  "a default image that is no frame": { ...SIZE, ownDefault: true, frames: [whole(3), part(2, 3, { over: true })] },
  interlaced: {
    ...SIZE,
    interlaced: true,
    frames: [whole(0), part(2, 3, { over: true }), part(5, 5, { width: 1, height: 1 })],
  },
  "without alpha": { ...SIZE, type: 2, frames: [whole(0), part(2, 3), part(9, 9)] },
  "16 bits": { ...SIZE, depth: 16, frames: [whole(0), part(2, 3, { over: true })] },
};

describe("as the specification says", () => {
  test.each(Object.entries(FILES))("%s", async (_, apng) => {
    const bytes = apngFile(apng);
    const frames = await framesOf(PNG_FRAMES, bytes);
    const expected = shownFrames(apng);
    expect(frames.length).toBe(expected.length);
    for (const [i, { data, complete, alpha }] of frames.entries()) {
      const wanted = expected[i] ?? new Uint8Array();
      expect([complete, alpha], `frame ${i}`).toEqual([true, wanted.some((v, at) => at % 4 === 3 && v < 255)]);
      expect(sameShown(data, wanted, 1), `frame ${i}`).toBeNull();
    }
  });
});

test.each([
  ["70 ms", [7, 100], 70],
  ["0: as browsers", [0, 100], 100],
  ["10 ms: as browsers", [1, 100], 100],
  ["a denominator of 0 is 100", [7, 0], 70],
  ["thousandths", [33, 1000], 33],
] as const)("delays: %s", async (_, delay, ms) => {
  const bytes = apngFile({ ...SIZE, plays: 3, frames: [whole(0, { delay }), whole(50, { delay })] });
  expect((await framesOf(PNG_FRAMES, bytes)).map(({ delayMs }) => delayMs)).toEqual([ms, ms]);
  expect(readHeader(bytes)).toMatchObject({ frames: 2, animation: { durationMs: 2 * ms, plays: 3 } });
});

describe("damage", () => {
  const moving = (bytes: Uint8Array) => renderImage(orderOf(bytes, { maxFrames: 100 }, "webp"));
  const good = apngFile({ ...SIZE, frames: [whole(0), whole(40), whole(99)] });
  test("a frame off the canvas ends the animation", async () => {
    const bytes = apngFile({ ...SIZE, frames: [whole(0), whole(50), part(15, 3), whole(7)] });
    expect(await moving(bytes)).toMatchObject({ frames: 2 });
  });
  test("if it is the first one, the default image is shown", async () => {
    const bytes = apngFile({ ...SIZE, ownDefault: true, frames: [part(15, 3), whole(7)] });
    expect(await moving(bytes)).toMatchObject({ frames: 1, truncated: false });
  });
  test("fewer frames announced than there are", async () => {
    const bytes = apngFile({ ...SIZE, announced: 2, frames: [whole(0), whole(50), whole(9)] });
    expect(readHeader(bytes).animation?.durationMs).toBe(140);
    expect(await moving(bytes)).toMatchObject({ frames: 2, truncated: false });
  });
  test("a file that ends within a frame shows what there is, and says so", async () => {
    const last = Buffer.from(good).lastIndexOf("fdAT");
    expect(await moving(good.slice(0, last + 60))).toMatchObject({ frames: 3, truncated: true });
    expect(await moving(good.slice(0, last - 6))).toMatchObject({ frames: 3, truncated: true });
    expect(await moving(good.slice(0, last - 50))).toMatchObject({ frames: 2, truncated: false });
  });
});
