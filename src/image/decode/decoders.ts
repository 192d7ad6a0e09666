/** The decoders by name. Which one decodes what is said in `formats.ts`; the planner picks. */
import type { DecoderName } from "../formats.ts";
import type { Decoder } from "../view.ts";
import { decodeGif } from "./gif.ts";
import { decodePhoton } from "./photon.ts";
import { decodePng } from "./png.ts";
import { decodeTurbo } from "./turbo.ts";
import { decodeWebp } from "./webp.ts";

export const DECODERS = {
  turbo: decodeTurbo,
  png: decodePng,
  webp: decodeWebp,
  gif: decodeGif,
  photon: decodePhoton,
} as const satisfies Record<DecoderName, Decoder>;
