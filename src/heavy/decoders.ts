/** The decoders of the second Worker. The first one has a row for each in image/formats/codecs.ts, without the code. */
import { decodeAvif } from "../image/formats/avif/decode.ts";
import { ISOLATE_BYTES } from "../image/formats/heavyMemory.ts";
import { decodeJxl } from "../image/formats/jxl/decode.ts";
import { decodePhoton } from "../image/formats/photon.ts";
import type { DecoderName } from "../image/formats/registry.ts";
import { decodeSvg, MAX_CANVAS_PIXELS } from "../image/formats/svg/decode.ts";
import type { HeavyOrder } from "../image/heavy.ts";
import type { Decode } from "../image/picture.ts";

type HeavyDecoder = {
  readonly decode: Decode;
  /** The name of its engine (image/engines.ts). */
  readonly engine: string;
  /** About how many bytes of memory a picture takes. */
  readonly needs: (order: Pick<HeavyOrder, "source" | "view">) => number;
};

/** The largest picture that is accepted takes all of it, a smaller one its share. */
const share: HeavyDecoder["needs"] = ({ source: { width, height, mostPixels } }) =>
  mostPixels === undefined ? ISOLATE_BYTES : (ISOLATE_BYTES * width * height) / mostPixels;

/** The engine with its fonts, and a canvas with some layers of 4 bytes a pixel. */
const canvas: HeavyDecoder["needs"] = ({ view: { width, height } }) =>
  4_000_000 + 4 * Math.min(MAX_CANVAS_PIXELS, 4 * width * height);

export const HEAVY_DECODERS: { readonly [Name in DecoderName]?: HeavyDecoder } = {
  resvg: { decode: decodeSvg, engine: "resvg", needs: canvas },
  libavif: { decode: decodeAvif, engine: "libavif", needs: share },
  jxlOxide: { decode: decodeJxl, engine: "jxl-oxide", needs: share },
  rare: { decode: decodePhoton, engine: "photon", needs: share },
};
