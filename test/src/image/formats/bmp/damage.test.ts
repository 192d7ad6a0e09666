/** Damaged BMPs: each ends in a picture or a Failure of its own. FIRSTLIGHT_LONG=1 takes 20 000. */
import { testDamage } from "../damage/suite.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { type BmpOf, bmpFile } from "./bmpFile.ts";

/** Headers and palettes of the files below are within these bytes. */
const HEAD = 80;

const PALETTE = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;
const MASKS = [0xf00, 0xf0, 0xf, 0xf000];

/** Small files of every depth, header and coding. */
function goodBitmaps(): Uint8Array[] {
  const random = seeded(1);
  const kinds: readonly Partial<BmpOf>[] = [
    { bits: 1 },
    { bits: 4, header: 12 },
    { bits: 8, topDown: true },
    { bits: 16 },
    { bits: 16, compression: 3, masks: MASKS, header: 108 },
    { bits: 24, header: 64 },
    { bits: 32 },
    { bits: 32, compression: 3, masks: [0xff, 0xff00, 0xff0000, 0xff000000], header: 124 },
    { bits: 4, compression: 2 },
    { bits: 8, compression: 1 },
  ];
  return kinds.map((kind) => {
    const [width, height, bits] = [random.between(1, 40), random.between(1, 40), kind.bits ?? 8];
    const rows = Array.from({ length: height }, () =>
      Array.from({ length: Math.ceil((width * bits) / 8) }, () => random.between(0, 255)),
    );
    const data = rows.flatMap(() => [
      random.between(1, width),
      random.between(0, 3),
      0,
      random.pick([0, 0, 2, 3]),
      1,
      1,
    ]);
    const stored = kind.compression === 1 || kind.compression === 2 ? { data } : { rows };
    return bmpFile({ width, height, bits, palette: bits <= 8 ? PALETTE.slice(0, 2 ** bits) : [], ...stored, ...kind });
  });
}

testDamage({ good: goodBitmaps(), head: () => ({ from: 4, end: HEAD }), files: 20_000 });
