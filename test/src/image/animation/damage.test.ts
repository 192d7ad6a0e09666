/** Damaged animations: each is answered within a second, and within the memory. FIRSTLIGHT_LONG=1 takes 50 000. */
import { startAnimation } from "../../../../src/image/formats/webp/animation/encode.ts";
import { testDamage } from "../formats/damage/suite.ts";
import { random } from "../formats/png/pngFile.ts";
import { type ApngFrame, apngFile, type Rgba } from "./apngFile.ts";
import { gifs } from "./drawnGifs.ts";

const colour = (x: number, y: number): Rgba => [x * 9, y * 12, (x * y) & 255, (x * 40 + y) & 255];
const part = (left: number, over: Partial<ApngFrame> = {}): ApngFrame => ({
  left,
  top: 3,
  width: 9,
  height: 7,
  colour,
  ...over,
});
const whole = { width: 24, height: 18, colour } as const;
const frames = [whole, part(2, { over: true, dispose: 2 }), part(9, { dispose: 1 }), part(14, { over: true })];

const pngs = [
  apngFile({ ...whole, frames }),
  apngFile({ ...whole, frames, interlaced: true, ownDefault: true }),
  apngFile({ ...whole, frames, depth: 16 }),
];

async function webp(clear: boolean): Promise<Uint8Array> {
  const encoder = startAnimation({ width: 24, height: 18, plays: 2, quality: 75, effort: 4 });
  const next = random(clear ? 1 : 2);
  for (let i = 0; i < 5; i++) {
    const data = Uint8Array.from({ length: 4 * 24 * 18 }, (_, at) =>
      at % 4 === 3 ? (clear && next() < 0.3 ? 0 : 255) : next() * 255,
    );
    await encoder.add({ width: 24, height: 18, data, alpha: clear }, 40);
  }
  return encoder.finish();
}

/** Sizes, counts and the first frame's control stand in the first bytes of all three. */
const HEADS: Readonly<Record<string, number>> = { GIF8: 60, RIFF: 60, "\x89PNG": 110 };

testDamage({
  good: [...Object.values(gifs(false)), ...pngs, await webp(true), await webp(false)],
  head: (bytes) => ({ from: 4, end: HEADS[String.fromCharCode(...bytes.subarray(0, 4))] ?? 60 }),
  files: 50_000,
  few: 500,
  // Noise leaves nothing of most files: their frames are found by their chunks.
  shown: 0.05,
  frames: 1000,
});
