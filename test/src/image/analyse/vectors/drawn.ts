/** Pictures drawn from a seed, in whole numbers, so that they are the same everywhere. */
import type { Pixels } from "../../../../../src/image/picture.ts";
import { choices } from "../../../../support/seeded.ts";

/** `shapes` rectangles and slopes over each other, with a little noise. */
export function drawn(width: number, height: number, seed: number, shapes = 24): Pixels {
  const { below } = choices(seed);
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < shapes; i++) {
    const [left, top] = [below(width), below(height)];
    const [right, bottom] = [left + 1 + below(width - left), top + 1 + below(height - top)];
    const [from, to] = [
      [below(256), below(256), below(256)],
      [below(256), below(256), below(256)],
    ] as const;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const at = 4 * (y * width + x);
        const [here, all] = [x - left + (y - top), right - left + (bottom - top)];
        for (let c = 0; c < 3; c++) {
          data[at + c] = Math.floor(((from[c] ?? 0) * (all - here) + (to[c] ?? 0) * here) / all);
        }
      }
    }
  }
  for (let at = 0; at < data.length; at++) {
    if (at % 4 !== 3) data[at] = Math.max(0, Math.min(255, (data[at] ?? 0) + below(9) - 4));
  }
  return { width, height, data, alpha: false };
}
