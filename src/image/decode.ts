/** Tries the planned decoders in turn, and checks their results. */
import { Failure } from "../errors.ts";
import { UnsupportedByDecoder } from "./decodeErrors.ts";
import { DECODERS } from "./formats/codecs.ts";
import { type DecoderName, formatOf } from "./formats/registry.ts";
import type { Source } from "./header.ts";
import { checkSize, type Decoded, type DecodeOrder, type Decoder } from "./picture.ts";
import type { Stopwatch } from "./rendition.ts";

/**
 * The view's picture from the first decoder that supports the file. Throws format_unsupported for a file that only the heavy
 * Worker decodes. When no decoder supports it, throws the order's `leftOut`, or image_damaged where there is none: only then
 * was every decoder asked that could take the file in some size. Throws image_damaged too when a decoder gives a picture of
 * another size than the plan's.
 */
export async function decode(
  names: readonly DecoderName[],
  bytes: Uint8Array,
  source: Source,
  order: DecodeOrder & { readonly leftOut?: Failure | null },
  clock: Stopwatch,
  decoders: Readonly<Record<DecoderName, Decoder>> = DECODERS,
): Promise<Decoded> {
  let why = "no decoder takes it";
  for (const name of names) {
    try {
      const { decode: run } = decoders[name];
      if (run === "heavy") throw new Failure("format_unsupported", { value: formatOf(source.format).label });
      const decoded = await run(bytes, source, order, clock);
      for (const { pixels } of decoded.picture.frames) checkSize(pixels, order.view);
      return decoded;
    } catch (error) {
      if (!(error instanceof UnsupportedByDecoder)) throw error;
      why = error.message;
    }
  }
  throw order.leftOut ?? new Failure("image_damaged", { why });
}
