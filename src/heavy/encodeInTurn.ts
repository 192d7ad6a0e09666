/** The second Worker's AVIF: pixels and an order in, a file out. */
import { trimEngines } from "../image/engines.ts";
import { encodeAvif } from "../image/formats/avif/encoder.ts";
import { ISOLATE_BYTES } from "../image/formats/heavyMemory.ts";
import type { AvifAnswer, AvifOrder } from "../image/heavy.ts";
import type { Pixels } from "../image/picture.ts";
import { startStopwatch } from "../image/rendition.ts";
import { BASE_BYTES } from "./decodeHeavy.ts";
import { smallestAvif } from "./smallestAvif.ts";
import { inTurn } from "./turn.ts";

/** Encoder and decoder with a picture of 0.3 megapixels hold 40 MB; each pixel more takes about so many bytes. */
const FIXED_BYTES = 30_000_000;
const BYTES_PER_PIXEL = 40;

/** Rejects when the caller is gone, and with what the encoder throws. */
export function encodeInTurn(pixels: Pixels, order: AvifOrder, begun: () => unknown): Promise<AvifAnswer> {
  return inTurn(begun, async () => {
    const needed = FIXED_BYTES + BYTES_PER_PIXEL * pixels.width * pixels.height;
    trimEngines(Math.max(0, ISOLATE_BYTES - BASE_BYTES - needed), "libaom");
    const clock = startStopwatch();
    const made =
      "quality" in order
        ? { file: await encodeAvif(pixels, order.quality), quality: order.quality, encodes: 1 }
        : await smallestAvif(pixels, order);
    clock.lap("encode");
    return { ...made, milliseconds: clock.stages().encode };
  });
}
