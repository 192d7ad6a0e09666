import { expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import { PLAIN } from "../../support/transform.ts";
import { animatedGif } from "./animation/drawnGifs.ts";

test("an animation of many tiny frames lets others have a turn too", async () => {
  const frames = Array.from({ length: 120 }, (_, i) => ({ width: 1, height: 1, indices: [i & 3] }));
  const bytes = animatedGif(frames);
  // The screen's size: 1 x 1.
  bytes.set([1, 0, 1, 0], 6);
  let pauses = 0;
  const rendition = await renderImage({
    ...{ bytes, transform: { ...PLAIN, width: 1, maxFrames: 1_000 }, format: "webp", analyse: [] },
    limits: parseConfig({}),
    pause: async () => void pauses++,
  });
  expect([rendition.frames, pauses]).toEqual([120, 2]);
});
