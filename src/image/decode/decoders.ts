/** The decoders by name Which one decodes what is said in `formats.ts`; the planner picks. */
import { Failure } from "../../errors.ts";
import { decodeGif } from "../formats/gif/decode.ts";
import type { DecoderName } from "../formats.ts";
import { NotForThisDecoder } from "../refusal.ts";
import type { Decoded, DecodeOrder, Decoder, Source, Stopwatch } from "../view.ts";
import { decodeOwnJpeg } from "./jpeg.ts";
import { decodePhoton } from "./photon.ts";
import { decodePng } from "./png.ts";
import { decodeTurbo } from "./turbo.ts";
import { decodeOwnVp8 } from "./vp8.ts";
import { decodeWebp } from "./webp.ts";

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
      if (!(error instanceof NotForThisDecoder)) throw error;
      why = error.message;
    }
  }
  throw new Failure("image_damaged", { why });
}
