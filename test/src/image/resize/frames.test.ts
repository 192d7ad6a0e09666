/** What of a frame did not change is not resampled: the result is that of a whole frame, byte by byte. */
import { expect, test } from "vitest";
import type { Pixels, View } from "../../../../src/image/picture.ts";
import { createFrameResizer } from "../../../../src/image/resize/frames.ts";
import { resizeWhole } from "../../../../src/image/resize/whole.ts";
import { random } from "../formats/png/pngFile.ts";

const whole = (width: number, height: number) => ({ left: 0, top: 0, width, height });
const CUT = { left: 7.5, top: 3.25, width: 60, height: 41.5 };

test.each<readonly [string, View]>([
  ["smaller", { window: whole(90, 70), bounds: whole(90, 70), width: 31, height: 24 }],
  ["much smaller", { window: whole(90, 70), bounds: whole(90, 70), width: 4, height: 3 }],
  ["larger", { window: whole(90, 70), bounds: whole(90, 70), width: 200, height: 150 }],
  ["a part", { window: CUT, bounds: { left: 5, top: 2, width: 70, height: 50 }, width: 20, height: 13 }],
  [
    "a part in its own size",
    { window: { left: 3, top: 5, width: 40, height: 30 }, bounds: whole(90, 70), width: 40, height: 30 },
  ],
])("%s", async (_, view) => {
  const [width, height] = [90, 70];
  const next = random(5);
  const resize = createFrameResizer(view);
  const results: [Uint8Array, Pixels][] = [];
  const data = Uint8Array.from({ length: 4 * width * height }, () => next() * 256);
  for (let i = 0; i < 40; i++) {
    // From the twentieth frame on it is opaque.
    const alpha = i < 20;
    const top = Math.floor(next() * height);
    const bottom = i === 0 || i === 20 ? height : top + Math.floor(next() * (height - top + 1));
    for (let at = 4 * width * (i === 20 ? 0 : top); at < 4 * width * bottom; at++) {
      data[at] = at % 4 === 3 && !alpha ? 255 : next() * 256;
    }
    const pixels = { width, height, data, alpha };
    const made = await resize({ pixels, delayMs: 100, changed: { top: i === 0 ? 0 : top, bottom }, complete: true });
    expect(made.alpha).toBe(alpha);
    results.push([made.data, { ...pixels, data: data.slice() }]);
  }
  // Only now: whole frames take the engine from the filters that are kept.
  for (const [made, source] of results) {
    const expected = await resizeWhole(source, source, view);
    expect(Buffer.compare(made, expected.data)).toBe(0);
  }
});
