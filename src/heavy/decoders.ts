/** The decoders of the second Worker. The first one has a row for each in image/formats/codecs.ts, without the code. */
import { decodeAvif } from "../image/formats/avif/decode.ts";
import type { DecoderName } from "../image/formats/registry.ts";
import { decodeSvg } from "../image/formats/svg/decode.ts";
import type { Decode } from "../image/picture.ts";

export const HEAVY_DECODERS: { readonly [Name in DecoderName]?: Decode } = {
  resvg: decodeSvg,
  libavif: decodeAvif,
};
