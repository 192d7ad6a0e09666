/** The decoders of the second Worker. The first one has a row for each in image/formats/codecs.ts, without the code. */
import { decodeAvif } from "../image/formats/avif/decode.ts";
import { decodeJxl } from "../image/formats/jxl/decode.ts";
import { decodePhoton } from "../image/formats/photon.ts";
import type { DecoderName } from "../image/formats/registry.ts";
import { decodeSvg } from "../image/formats/svg/decode.ts";
import type { Decode } from "../image/picture.ts";

export const HEAVY_DECODERS: { readonly [Name in DecoderName]?: Decode } = {
  resvg: decodeSvg,
  libavif: decodeAvif,
  jxlOxide: decodeJxl,
  rare: decodePhoton,
};
