/** Watermarks on stills and animations, by their colours at some points. */
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import type { OutputFormat } from "../../../src/image/formats/registry.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import { applyOption, DEFAULTS, splitOptions } from "../../../src/request/options/applyOption.ts";
import { orderOf } from "./orders.ts";
import { BLUE, GREEN, near, quarters, RED, WHITE } from "./quarters.ts";

const BLACK = [0, 0, 0, 255];

let source: Uint8Array;
let clear: Uint8Array;
/** 40x20: black, its right half transparent. */
let mark: Uint8Array;
beforeAll(async () => {
  source = await quarters().png().toBuffer();
  clear = await quarters(4).png().toBuffer();
  const half = Buffer.from(Array.from({ length: 40 * 20 }, (_, i) => [0, 0, 0, i % 40 < 20 ? 255 : 0]).flat());
  mark = await sharp(half, { raw: { width: 40, height: 20, channels: 4 } })
    .png()
    .toBuffer();
});

async function render(options: string, from = source, format: OutputFormat = "png", watermark = mark) {
  const read = options.split("/").reduce((before, segment) => applyOption(before, segment), DEFAULTS);
  const result = await renderImage({ ...orderOf(from, splitOptions(read).transform, format), watermark });
  const { data, info } = await sharp(result.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray(4 * (y * info.width + x), 4 * (y * info.width + x) + 4)];
  return { result, size: [info.width, info.height], at };
}

/** The source is 400x300: red, green, blue and white quarters. */
test.each<[options: string, ...points: [x: number, y: number, colour: readonly number[]][]]>([
  ["wm:1:nowe", [2, 2, BLACK], [19, 19, BLACK], [21, 2, RED], [2, 21, RED]],
  ["wm:1:soea", [361, 281, BLACK], [379, 299, BLACK], [381, 281, WHITE], [359, 281, WHITE], [361, 279, WHITE]],
  ["wm:1", [181, 141, BLACK], [199, 159, BLACK], [201, 141, GREEN], [179, 141, RED]],
  ["wm:0.5:nowe", [2, 2, [128, 0, 0, 255]], [21, 2, RED]],
  ["wm:1:noea:10:10", [351, 11, BLACK], [349, 11, GREEN], [371, 11, GREEN], [351, 9, GREEN]],
  ["wm:1:nowe:0.5:0.5", [201, 151, BLACK], [199, 151, BLUE], [201, 149, GREEN]],
  ["wm:1:nowe:-10", [9, 2, BLACK], [11, 2, RED]],
  // Its size is a share of the result's.
  ["w:200/wm:1:nowe:0:0:0.5", [2, 2, BLACK], [48, 48, BLACK], [53, 2, RED], [2, 53, RED]],
  ["wm:1:re", [181, 141, BLACK], [201, 141, GREEN], [221, 141, BLACK], [141, 161, BLACK], [1, 1, RED], [21, 1, BLACK]],
  ["wm:1:re:20:20", [2, 2, RED], [2, 21, BLACK], [19, 39, BLACK], [21, 21, RED], [2, 41, RED], [61, 21, BLACK]],
  // It comes last: over the padding, and after the rotation.
  ["w:100/pd:20/bg:0f0/wm:1:nowe", [2, 2, BLACK], [19, 19, BLACK], [2, 21, GREEN], [21, 21, RED]],
  ["rot:180/wm:1:nowe", [2, 2, BLACK], [21, 2, WHITE]],
  ["rs:fit:400:400:0:1/bg:000/wm:0.5:no", [190, 10, BLACK]],
  ["w:100/dpr:2/wm:1:nowe:5:5", [11, 11, BLACK], [9, 11, RED], [31, 11, RED]],
  ["bl:3/wm:1:nowe", [2, 2, BLACK], [19, 19, BLACK]],
])("%s", async (options, ...points) => {
  const { at } = await render(options);
  for (const [x, y, colour] of points)
    expect([x, y, at(x, y), near(at(x, y), colour, 8)]).toEqual([x, y, at(x, y), true]);
});

test("on what is transparent it is seen by its own alpha", async () => {
  const { at } = await render("wm:0.5:soea", clear);
  expect([at(361, 281), at(399, 299), at(2, 2)]).toEqual([[0, 0, 0, 128], expect.arrayContaining([0]), RED]);
});

test("a JPEG as a watermark is opaque, and a turned one stands upright", async () => {
  const blue = { create: { width: 20, height: 40, channels: 3, background: "#0000ff" } } as const;
  const turned = await sharp(blue).jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const { at } = await render("wm:1:nowe", source, "png", turned);
  expect([near(at(39, 19), BLUE, 12), near(at(41, 2), RED, 12), near(at(2, 21), RED, 12)]).toEqual([true, true, true]);
});

test("every frame of an animation has it", async () => {
  const noise = Uint8Array.from({ length: 80 * 120 * 3 }, (_, i) => (i < 80 * 60 * 3 ? 200 : 90));
  const raw = { width: 80, height: 120, channels: 3 as const, pageHeight: 60 };
  const gif = await sharp(noise, { raw }).gif().toBuffer();
  const read = applyOption(DEFAULTS, "wm:1:nowe");
  const order = orderOf(gif, { ...splitOptions(read).transform, maxFrames: 9 }, "webp");
  const { bytes, frames } = await renderImage({ ...order, watermark: mark });
  expect(frames).toBe(2);
  const { data } = await sharp(bytes, { animated: true }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const grey = (y: number, x: number) => data[3 * (80 * y + x)] ?? -1;
  expect([grey(5, 5), grey(65, 5)].map((value) => value < 20)).toEqual([true, true]);
  expect([grey(5, 50), grey(65, 50)].map((value) => value > 60)).toEqual([true, true]);
});

describe("a watermark that cannot be drawn", () => {
  const text = (words: string) => new TextEncoder().encode(words);
  test.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ["no picture", () => text("<!doctype html>")],
    [
      "a kind that the second Worker decodes",
      () => text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
    ["a damaged file", () => mark.subarray(0, 40)],
    [
      "over 4 megapixels",
      () =>
        sharp({ create: { width: 2001, height: 2000, channels: 3, background: "#fff" } })
          .png()
          .toBuffer(),
    ],
  ])("fails the picture: %s", async (_, file) => {
    const error = await render("wm:1", source, "png", await file()).catch((thrown: unknown) => thrown);
    expect([error instanceof Failure && error.reason]).toEqual(["watermark_failed"]);
  });
  test("nor one that is missing", async () => {
    const order = orderOf(source, splitOptions(applyOption(DEFAULTS, "wm:1")).transform, "png");
    await expect(renderImage(order)).rejects.toMatchObject({ reason: "watermark_failed" });
  });
  test("4 megapixels are drawn", async () => {
    const large = await sharp({ create: { width: 2000, height: 2000, channels: 3, background: "#000" } })
      .png()
      .toBuffer();
    expect((await render("w:40/wm:1:nowe:0:0:0.5", source, "png", large)).at(2, 2)).toEqual(BLACK);
  });
});
