/** Damaged icons: each ends in a picture or a Failure of its own, within 100 ms; FIRSTLIGHT_LONG=1 takes 20 000. */
import { describe, expect, test } from "vitest";
import { outcomeOf } from "../bmp/mutations.ts";
import { testDamage } from "../damageSuite.ts";
import { makePng } from "../png/pngFile.ts";
import { colourPng, icoFile, squareDib } from "./icoFile.ts";

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

  test("undamaged they are whole", async () => {
    for (const bytes of good) expect(await outcomeOf(bytes)).toBe("picture");
  });
  testDamage(good, HEAD, 0);
});
