import { expect, test } from "vitest";
import { mapFrames, type Pixels, stillPicture } from "../../../src/image/picture.ts";
import { flatten } from "../../../src/image/steps/flatten.ts";
import { upright } from "../../../src/image/steps/orient.ts";

const pixels = (fill: number): Pixels => ({ width: 2, height: 3, data: new Uint8Array(24).fill(fill), alpha: false });

test("one frame costs nothing more: steps that change nothing pass the same pixels on", () => {
  const only = pixels(7);
  const still = stillPicture(only);
  expect(still.frames[0].pixels).toBe(only);
  const stepped = mapFrames(
    mapFrames(still, (of) => upright(of, 1)),
    (of) => flatten(of, [0, 0, 0]),
  );
  expect(stepped.frames[0].pixels.data).toBe(only.data);
  expect(stepped).toEqual(still);
});

test("a step reaches every frame; delays and loops stay, and the picture has the frames' size", () => {
  const frames = [
    { pixels: pixels(1), delayMs: 40 },
    { pixels: pixels(2), delayMs: 100 },
  ] as const;
  const turned = mapFrames({ width: 2, height: 3, frames: [...frames], loop: 3 }, (of) => upright(of, 6));
  expect([turned.width, turned.height, turned.loop]).toEqual([3, 2, 3]);
  expect(turned.frames.map(({ pixels: { data }, delayMs }) => [data[0], delayMs])).toEqual([
    [1, 40],
    [2, 100],
  ]);
});
