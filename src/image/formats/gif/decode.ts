/** GIF: the first frame on a transparent screen. */

import { type Decode, stillPicture } from "../../picture.ts";
import { resizeWhole } from "../../resize/whole.ts";
import { damaged } from "../byteReader.ts";
import { type GifFrame, readScreen, walkBlocks } from "./blocks.ts";
import { drawFrame } from "./draw.ts";

/**
 * GIF bytes -> the view's pixels. What a cut or damaged frame does not hold stays transparent; rows of an interlaced
 * frame repeat the row above. Throws image_damaged when not one pixel of the frame can be read.
 */
export const decodeGif: Decode = async (bytes, source, { view }, clock) => {
  const { width, height } = source;
  const pixels = new Uint32Array(width * height);
  const drawn = drawFrame(bytes, firstFrame(bytes), { width, height, pixels });
  if (!drawn.complete && drawn.pixels === 0) throw damaged("its first frame has no pixel that can be read");
  clock.lap("decode");
  const frame = { width, height, data: new Uint8Array(pixels.buffer), alpha: source.alpha || !drawn.complete };
  const resized = await resizeWhole(frame, source, view);
  clock.lap("resize");
  return { picture: stillPicture(resized), truncated: !drawn.complete };
};

function firstFrame(bytes: Uint8Array): GifFrame {
  for (const block of walkBlocks(bytes, readScreen(bytes))) if (block.kind === "frame") return block;
  throw damaged("no image block");
}
