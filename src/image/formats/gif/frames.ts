/** The frames of a GIF, each as it is shown. */
import { Failure } from "../../../errors.ts";
import { AnimationCanvas } from "../../animation/canvas.ts";
import { type FrameReader, type ShownFrame, shownDelay } from "../../animation/frames.ts";
import type { Source } from "../../header.ts";
import { damaged } from "../byteReader.ts";
import { type GifFrame, readScreen, walkBlocks } from "./blocks.ts";
import { type Drawn, drawFrame } from "./draw.ts";

export const GIF_FRAMES: FrameReader = {
  read: gifFrames,
  // The canvas, and what a frame covers that goes away again.
  memoryBytes: ({ width, height }, fileBytes) => fileBytes + 8 * width * height,
};

async function* gifFrames(bytes: Uint8Array, source: Source, most: number): AsyncGenerator<ShownFrame, void> {
  const canvas = new AnimationCanvas(source);
  const { width, height, data } = canvas;
  let count = 0;
  for (const block of walkBlocks(bytes, readScreen(bytes))) {
    if (block.kind !== "frame") continue;
    const changed = canvas.begin(block, block.disposal);
    const drawn = draw(bytes, block, canvas);
    if (count === 0 && !drawn.complete && drawn.pixels === 0)
      throw damaged("its first frame has no pixel that can be read");
    const pixels = { width, height, data, alpha: canvas.isClear() };
    yield { pixels, delayMs: shownDelay(block.delayMs), changed, complete: drawn.complete };
    if (++count === most) return;
  }
}

const NOTHING = { complete: false, pixels: 0, work: 0 } as const satisfies Drawn;

/** A frame that cannot be read at all changes nothing. */
function draw(bytes: Uint8Array, frame: GifFrame, canvas: AnimationCanvas): Drawn {
  try {
    return drawFrame(bytes, frame, canvas);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return NOTHING;
  }
}
