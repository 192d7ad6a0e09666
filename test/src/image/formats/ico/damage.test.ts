/** Damaged icons: each ends in a picture or a Failure of its own, within 100 ms; FIRSTLIGHT_LONG=1 takes 20 000. */
import { describe, expect, test } from "vitest";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { orderOf } from "../../orders.ts";
import { MUTATIONS, outcomeOf } from "../bmp/mutations.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { makePng } from "../png/pngFile.ts";
import { colourPng, icoFile, squareDib } from "./icoFile.ts";

const FILES = process.env.FIRSTLIGHT_LONG === "1" ? 20_000 : 400;
/** The directory of four entries, and the first picture's header. */
const HEAD = 110;

const GREY = [99, 99, 99, 77] as const;

/** Bitmaps and PNGs in turn at the first place, so that damage to the head reaches both. */
function goodIcons(): Uint8Array[] {
  const png = new Uint8Array(makePng({ width: 24, height: 24, type: 6, depth: 8, filter: (y) => y % 5 }));
  const pictures = [squareDib(24, 32, GREY), png, squareDib(20, 8, GREY), colourPng(20, 20, 3, GREY)];
  return pictures.map((_, first) =>
    icoFile([...pictures.slice(first), ...pictures.slice(0, first)].map((data) => ({ data }))),
  );
}

describe("mutated files", () => {
  const good = goodIcons();
  const names = Object.keys(MUTATIONS);

  test("undamaged they are whole", async () => {
    for (const bytes of good) expect(await outcomeOf(bytes)).toBe("picture");
  });
  test.each(Object.entries(MUTATIONS))("%s", { timeout: 300_000 }, async (name, mutate) => {
    const random = seeded(100 + names.indexOf(name));
    const counts = { picture: 0, cut: 0, refused: 0 };
    const files = Math.ceil(FILES / names.length);
    for (let i = 0; i < files; i++) counts[await outcomeOf(mutate(random.pick(good), random, HEAD))]++;
    // A test in which all files were refused would show nothing.
    expect(counts.picture + counts.cut).toBeGreaterThan(files / 5);
  });
  test("a good file after them gives the same bytes", async () => {
    const order = orderOf(good[0] ?? new Uint8Array(), { width: 20, height: 20 }, "webp");
    const before = (await renderImage(order)).bytes;
    const random = seeded(7);
    for (const mutate of Object.values(MUTATIONS)) await outcomeOf(mutate(random.pick(good), random, HEAD));
    expect((await renderImage(order)).bytes).toEqual(before);
  });
});
