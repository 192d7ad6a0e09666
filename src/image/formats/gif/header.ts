/** GIF header: the screen's size, and the frames counted without decoding one. */

import { shownDelay } from "../../animation/frames.ts";
import type { Source } from "../../header.ts";
import { damaged } from "../byteReader.ts";
import { still } from "../still.ts";
import { readScreen, walkBlocks } from "./blocks.ts";

/**
 * GIF bytes -> Source. A side of 0 is taken from the first frame. A file cut after its first image block still has a
 * first frame. `alpha` is true when that frame has a transparent index or does not cover the screen. Throws
 * image_damaged.
 */
export function gifHeader(bytes: Uint8Array): Source {
  const screen = readScreen(bytes);
  let { width, height } = screen;
  let frames = 0;
  let alpha = false;
  let durationMs = 0;
  let plays = 1;
  for (const block of walkBlocks(bytes, screen)) {
    if (block.kind === "loop") {
      plays = block.repeats === 0 ? 0 : block.repeats + 1;
      continue;
    }
    if (block.kind !== "frame") continue;
    durationMs += shownDelay(block.delayMs);
    if (frames === 0) {
      width ||= block.left + block.width;
      height ||= block.top + block.height;
      const covers = block.left === 0 && block.top === 0 && block.width >= width && block.height >= height;
      alpha = block.transparent !== null || !covers;
    }
    frames++;
  }
  if (frames === 0) throw damaged("no image block");
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  const animation = frames > 1 ? { animation: { durationMs, plays } } : {};
  return { ...still("gif", width, height, { alpha, colour: "palette" }), frames, ...animation };
}
