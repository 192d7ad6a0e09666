/** Damaged GIFs as whole requests. FIRSTLIGHT_LONG=1 takes 200 000. */
import sharp from "sharp";
import { testDamage } from "../damage/suite.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { control, extension, gifFile, lzwData } from "./gifFile.ts";

/** The screen, the palette and the first extensions are within these bytes. */
const HEAD = 60;

/** Small pictures: with and without a palette of their own, interlaced, animated, beyond the screen, as libvips writes. */
async function goodFiles(): Promise<Uint8Array[]> {
  const random = seeded(1);
  const drawn = Array.from({ length: 12 }, (_, kind) => {
    const [width, height] = [random.between(1, 60), random.between(1, 60)];
    const indices = Array.from({ length: width * height }, (_, i) => (i >> (kind % 4)) & 3);
    const frame = {
      left: kind % 3,
      top: kind % 2,
      width,
      height,
      data: lzwData(indices, random.pick([2, 3, 8]), { full: random.pick(["clear", "keep"]) }),
      interlaced: kind % 4 === 1,
      before: [...control({ transparent: kind % 5 }), ...extension(0xfe, "text")],
    };
    return gifFile({ width, height, frames: Array.from({ length: 1 + (kind % 3) }, () => frame) });
  });
  const noise = { type: "gaussian", mean: 120, sigma: 40 } as const;
  const image = sharp({ create: { width: 50, height: 40, channels: 3, background: "teal", noise } });
  return [...drawn.map((file) => new Uint8Array(file)), new Uint8Array(await image.gif({ colours: 64 }).toBuffer())];
}

testDamage({ good: await goodFiles(), head: () => ({ from: 6, end: HEAD }), files: 200_000 });
