/** `trim` and `sm` of kinds that the second Worker decodes: each look is a decode of its own there. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { applyOption, DEFAULTS, splitOptions } from "../../../src/request/options/applyOption.ts";
import { orderOf } from "../image/orders.ts";
import { renderAny } from "./renderAny.ts";

/** Grey, with a red disc, in a white frame. */
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="240"><rect width="640" height="240" fill="#fff"/><rect x="20" y="20" width="600" height="200" fill="#777"/><circle cx="500" cy="120" r="60" fill="#d33"/></svg>';

/** The rendition, and the sizes that were decoded. */
async function render(options: string) {
  const read = options.split("/").reduce((before, segment) => applyOption(before, segment), DEFAULTS);
  const decoded: string[] = [];
  const order = orderOf(new TextEncoder().encode(SVG), splitOptions(read).transform, "png");
  const { bytes } = await renderAny(order, (width, height) => void decoded.push(`${width}x${height}`));
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)];
  return { decoded, size: [info.width, info.height], at };
}

const isRed = ([r = 0, g = 255]: readonly number[]) => r > g + 60;
const isGrey = ([r = 0, g = 0]: readonly number[]) => Math.abs(r - g) < 8 && r < 140;

describe("of an SVG", () => {
  test("a fill keeps what people look at first", async () => {
    const { decoded, size, at } = await render("rs:fill:200:240/g:sm");
    expect([size, isRed(at(100, 120))]).toEqual([[200, 240], true]);
    expect(decoded).toEqual(["128x128", "200x240"]);
    expect(isRed((await render("rs:fill:200:240")).at(100, 120))).toBe(false);
  });
  test("a crop does too", async () => {
    const points = Array.from({ length: 64 }, (_, i) => [20 * (i % 8) + 9, 20 * Math.floor(i / 8) + 9] as const);
    const redIn = ({ at }: Awaited<ReturnType<typeof render>>) => points.filter(([x, y]) => isRed(at(x, y))).length;
    const smart = await render("c:160:160:sm");
    expect([smart.size, smart.decoded]).toEqual([
      [160, 160],
      ["128x128", "160x160"],
    ]);
    expect(redIn(smart)).toBeGreaterThan(redIn(await render("c:160:160")));
  });
  test("trimming cuts off its frame", async () => {
    const { decoded, size, at } = await render("t:10/w:300");
    expect([size, isGrey(at(2, 2)), isGrey(at(297, 97))]).toEqual([[300, 100], true, true]);
    expect(decoded).toEqual(["640x240", "300x100"]);
  });
  test("what needs no look is decoded once", async () => {
    expect((await render("rs:fill:100:100")).decoded).toEqual(["100x100"]);
  });
});
