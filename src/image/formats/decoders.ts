/** The decoders by name Which one decodes what is said in `formats.ts`; the planner picks. */
import { Failure } from "../../errors.ts";
import type { Decoded, DecodeOrder, Decoder, Source, Stopwatch } from "../picture.ts";
import { UnsupportedByDecoder } from "../unsupportedByDecoder.ts";
import { decodeGif } from "./gif/decode.ts";
import { decodeOwnJpeg } from "./jpeg/decode.ts";
import { decodeTurbo } from "./jpeg/turbo.ts";
import { decodePhoton } from "./photon.ts";
import { decodePng } from "./png/decode.ts";
import type { DecoderName } from "./registry.ts";
import { decodeWebp } from "./webp/decode.ts";
import { decodeOwnVp8 } from "./webp/vp8.ts";

export const DECODERS = {
  jpeg: decodeOwnJpeg,
  turbo: decodeTurbo,
  png: decodePng,
  vp8: decodeOwnVp8,
  webp: decodeWebp,
  gif: decodeGif,
  photon: decodePhoton,
} as const satisfies Record<DecoderName, Decoder>;

/** Asks the planned decoders in turn, until one takes the file. Throws image_damaged when none does. */
export async function decode(
  names: readonly DecoderName[],
  bytes: Uint8Array,
  source: Source,
  order: DecodeOrder,
  clock: Stopwatch,
): Promise<Decoded> {
  let why = "no decoder takes it";
  for (const name of names) {
    try {
      return await DECODERS[name](bytes, source, order, clock);
    } catch (error) {
      if (!(error instanceof UnsupportedByDecoder)) throw error;
      why = error.message;
    }
  }
  throw new Failure("image_damaged", { why });
}
