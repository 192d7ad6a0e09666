/** Every option that works on pixels, by the size of the result and its colours at some points. */
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { renderImage } from "../../../src/image/renderImage.ts";
import { applyOption, DEFAULTS, splitOptions } from "../../../src/request/options/applyOption.ts";
import { orderOf } from "./orders.ts";
import { BLUE, GREEN, near, quarters, RED, WHITE } from "./quarters.ts";

let source: Uint8Array;
let framed: Uint8Array;
beforeAll(async () => {
  source = await quarters().png().toBuffer();
  const white = { top: 20, bottom: 40, left: 10, right: 30, background: "#ffffff" };
  const colours = await quarters().extract({ left: 0, top: 0, width: 400, height: 150 }).png().toBuffer();
  framed = await sharp(colours).extend(white).png().toBuffer();
});

/** An address's options -> the rendition, and its pixel at a point. */
async function render(options: string, from = source, format: "png" | "jpeg" | "webp" = "png") {
  const read = options.split("/").reduce((before, segment) => applyOption(before, segment), DEFAULTS);
  const result = await renderImage(orderOf(from, splitOptions(read).transform, format));
  const { data, info } = await sharp(result.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray(4 * (y * info.width + x), 4 * (y * info.width + x) + 4)];
  return { result, size: [info.width, info.height], at };
}

const CLEAR = [0, 0, 0, 0];
const BLACK = [0, 0, 0, 255];
const GREY = [128, 128, 0, 255];

/** The source is 400x300: red, green, blue and white quarters. */
test.each<[options: string, size: [number, number], ...points: [x: number, y: number, colour: readonly number[]][]]>([
  // Least sizes: the picture grows, and the given side cuts.
  ["mw:800", [800, 600], [10, 10, RED], [790, 590, WHITE]],
  ["mw:400", [400, 300], [10, 10, RED]],
  ["mw:399", [400, 300], [10, 10, RED]],
  ["mw:401", [401, 301], [10, 10, RED]],
  ["w:100/mh:150", [100, 150], [10, 10, RED], [90, 10, GREEN], [10, 140, BLUE]],
  ["w:100/mh:75", [100, 75], [10, 10, RED]],
  ["w:100/mh:150/g:we", [100, 150], [90, 10, RED], [90, 140, BLUE]],
  ["h:75/mw:200", [200, 75], [10, 10, RED], [190, 10, GREEN], [10, 65, BLUE]],
  ["w:100/h:100/mh:150", [100, 100], [10, 10, RED], [90, 90, WHITE]],
  ["w:50/mh:75/dpr:2", [100, 150], [10, 10, RED]],
  // Zoom multiplies the size; without enlarging never past the source.
  ["w:100/z:2", [200, 150], [10, 10, RED]],
  ["w:100/z:0.5", [50, 38], [5, 5, RED]],
  ["w:400/z:2", [400, 300], [10, 10, RED]],
  ["w:400/z:2/el:1", [800, 600], [10, 10, RED]],
  ["rs:fill:100:100/z:1:2", [100, 200], [10, 10, RED], [90, 190, WHITE]],
  // Extended, to the size and to the proportion.
  ["rs:fit:100:100/ex:1/bg:000", [100, 100], [50, 2, BLACK], [10, 20, RED], [50, 98, BLACK]],
  ["rs:fit:100:100/ex:1:no", [100, 100], [10, 5, RED], [50, 98, CLEAR]],
  ["rs:fit:800:800/exar:1/bg:000", [400, 400], [200, 10, BLACK], [10, 60, RED], [200, 390, BLACK]],
  ["rs:fit:800:600/exar:1/bg:000", [400, 300], [10, 10, RED]],
  ["rs:fit:800:400/exar:1:we/bg:000", [600, 300], [10, 10, RED], [590, 10, BLACK]],
  ["w:100/exar:1/bg:000", [100, 75], [10, 5, RED]],
  // Padding stands outside of the size, and dpr multiplies it.
  ["w:100/pd:10/bg:000", [120, 95], [5, 5, BLACK], [15, 15, RED], [115, 90, BLACK]],
  ["w:100/pd:1:2:3:4/bg:000", [106, 79], [3, 40, BLACK], [4, 1, RED], [103, 1, GREEN], [104, 1, BLACK]],
  ["w:100/pd:10:20/dpr:2/bg:000", [280, 190], [39, 40, BLACK], [41, 40, RED]],
  ["w:100/pd:0", [100, 75], [2, 2, RED]],
  ["w:100/pd:5", [110, 85], [2, 2, CLEAR], [7, 7, RED]],
  ["rs:fit:100:100/ex:1/pd:10/bg:000", [120, 120], [60, 20, BLACK], [20, 40, RED]],
  // Pixels.
  ["w:200/bl:4", [200, 150], [20, 20, RED], [180, 20, GREEN]],
  ["w:200/sh:1", [200, 150], [20, 20, RED], [180, 130, WHITE]],
  ["w:200/pix:75", [200, 150], [10, 10, RED], [100, 10, [85, 170, 0, 255]]],
  ["w:200/pix:1", [200, 150], [96, 10, RED], [104, 10, GREEN]],
])("%s is %j", async (options, wanted, ...points) => {
  const { size, at } = await render(options);
  expect(size).toEqual(wanted);
  for (const [x, y, colour] of points) {
    expect([x, y, at(x, y), near(at(x, y), colour, 12)]).toEqual([x, y, at(x, y), true]);
  }
});

test("a blur mixes what stands side by side, and no blur does not", async () => {
  const [blurred, plain] = [await render("bl:8"), await render("w:400")];
  expect([near(blurred.at(200, 20), GREY, 30), near(plain.at(196, 20), RED, 2)]).toEqual([true, true]);
});

describe("trim", () => {
  test.each<[string, [number, number], ...[number, number, readonly number[]][]]>([
    ["t:10", [400, 150], [3, 3, RED], [396, 3, GREEN]],
    ["t:10:fff/w:200", [200, 75], [3, 3, RED], [196, 70, GREEN]],
    ["t:10:000", [440, 210], [3, 3, WHITE]],
    ["t:10::1:1", [420, 170], [5, 12, RED], [415, 12, WHITE]],
    ["t:255:fff", [440, 210], [3, 3, WHITE]],
    // Trimming comes before cropping.
    ["t:10/c:100:100:nowe", [100, 100], [3, 3, RED], [97, 97, RED]],
    ["t:10/rot:90", [150, 400], [3, 3, RED], [3, 396, GREEN]],
    ["t:10/rs:fill:150:150/g:ea", [150, 150], [3, 3, GREEN]],
  ])("%s is %j", async (options, wanted, ...points) => {
    const { size, at } = await render(options, framed);
    expect(size).toEqual(wanted);
    for (const [x, y, colour] of points) expect([at(x, y), near(at(x, y), colour, 12)]).toEqual([at(x, y), true]);
  });
  test("of a turned source, upright", async () => {
    const turned = await sharp(framed).rotate(270).withMetadata({ orientation: 6 }).png().toBuffer();
    const { size, at } = await render("t:10", turned);
    expect([size, near(at(3, 3), RED, 12), near(at(396, 3), GREEN, 12)]).toEqual([[400, 150], true, true]);
  });
});

describe("quality", () => {
  const bytes = async (options: string, format: "jpeg" | "webp" | "png") =>
    (await render(options, source, format)).result.bytes;
  test("by format, and `quality` is before it", async () => {
    const jpeg = await bytes("q:30", "jpeg");
    expect(await bytes("fq:jpeg:30:webp:90", "jpeg")).toEqual(jpeg);
    expect(await bytes("fq:avif:9:jpg:90/q:30", "jpeg")).toEqual(jpeg);
    expect(await bytes("fq:webp:30", "jpeg")).not.toEqual(jpeg);
  });
  test("no more bytes than asked for: not one step when it fits, some when it does not, 10 at least", async () => {
    const full = await bytes("q:90", "jpeg");
    expect(await bytes(`q:90/mb:${full.length}`, "jpeg")).toEqual(full);
    const smaller = await bytes(`q:90/mb:${full.length - 1}`, "jpeg");
    expect(smaller.length).toBeLessThan(full.length);
    expect(smaller).toEqual(await bytes("q:67", "jpeg"));
    expect((await bytes("q:90/mb:1", "jpeg")).length).toBeGreaterThan(1);
  });
  test("a PNG has no quality to lower", async () => {
    expect(await bytes("mb:1", "png")).toEqual(await bytes("w:0", "png"));
  });
});
