/** Tries the planned decoders in turn, and checks their results. */
import { Failure } from "../errors.ts";
import { UnsupportedByDecoder } from "./decodeErrors.ts";
import { DECODERS } from "./formats/codecs.ts";
import type { DecoderName } from "./formats/registry.ts";
import type { Source } from "./header.ts";
import { checkSize, type Decoded, type DecodeOrder, type Decoder } from "./picture.ts";
import type { Stopwatch } from "./rendition.ts";

/**
 * The view's picture from the first decoder that supports the file. Throws image_damaged when none does, or when one
 * gives a picture of another size than the plan's.
 */
export async function decode(
  names: readonly DecoderName[],
  bytes: Uint8Array,
  source: Source,
  order: DecodeOrder,
  clock: Stopwatch,
  decoders: Readonly<Record<DecoderName, Decoder>> = DECODERS,
): Promise<Decoded> {
  let why = "no decoder takes it";
  for (const name of names) {
    try {
      const decoded = await decoders[name].decode(bytes, source, order, clock);
      for (const { pixels } of decoded.picture.frames) checkSize(pixels, order.view);
      return decoded;
    } catch (error) {
      if (!(error instanceof UnsupportedByDecoder)) throw error;
      why = error.message;
    }
  }
  throw new Failure("image_damaged", { why });
}
