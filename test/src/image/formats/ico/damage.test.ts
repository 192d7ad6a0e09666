/** Damaged icons: each ends in a picture or a Failure of its own. FIRSTLIGHT_LONG=1 takes 20 000. */
import { testDamage } from "../damage/suite.ts";
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

testDamage({ good: goodIcons(), head: () => ({ from: 4, end: HEAD }), files: 20_000 });
