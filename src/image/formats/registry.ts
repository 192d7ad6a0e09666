/** Every picture format we can name: its magic bytes, what decodes it, how far, and what we answer when nothing does. */
import type { SourceFormat } from "../rendition.ts";

/** Names of the decoders in `decode/`; the planner picks, `decode/decoders.ts` holds them. */
export type DecoderName = "jpeg" | "turbo" | "png" | "vp8" | "webp" | "gif" | "photon";

/** All of these byte runs (hex) must stand at their offsets. */
type Magic = readonly (readonly [offset: number, hex: string])[];

export type Format = {
  readonly label: string;
  readonly mime: string;
  /** Alternatives; empty when the sniffer needs more than fixed bytes. */
  readonly magic: readonly Magic[];
  /** Decoders in order of preference; empty = not decoded here. */
  readonly decoders: readonly DecoderName[];
  /** Most pixels we decode of this format, whatever the configured limit says. */
  readonly maxPixels: number;
  /** For docs/url.md. */
  readonly note: string;
};

const MEGA = 1_000_000;

export const FORMATS = {
  jpeg: {
    label: "JPEG",
    mime: "image/jpeg",
    magic: [[[0, "ffd8ff"]]],
    decoders: ["jpeg", "turbo"],
    maxPixels: 100 * MEGA,
    note: "baseline and progressive, grey, YCbCr, RGB, CMYK; arithmetic coding is not decoded",
  },
  png: {
    label: "PNG",
    mime: "image/png",
    magic: [[[0, "89504e470d0a1a0a"]]],
    decoders: ["png"],
    maxPixels: 100 * MEGA,
    note: "every colour type and depth; interlaced up to 12 megapixels; the default image of an animation",
  },
  webp: {
    label: "WebP",
    mime: "image/webp",
    magic: [
      [
        [0, "52494646"],
        [8, "57454250"],
      ],
    ],
    decoders: ["vp8", "webp"],
    maxPixels: 50 * MEGA,
    note: "lossy, lossless, alpha, the first frame of an animation; what is not plainly lossy up to some 18 megapixels",
  },
  gif: {
    label: "GIF",
    mime: "image/gif",
    magic: [[[0, "474946383761"]], [[0, "474946383961"]]],
    decoders: ["gif"],
    maxPixels: 12 * MEGA,
    note: "the first frame",
  },
  bmp: {
    label: "BMP",
    mime: "image/bmp",
    magic: [[[0, "424d"]]],
    decoders: ["photon"],
    maxPixels: 7 * MEGA,
    note: "",
  },
  tiff: {
    label: "TIFF",
    mime: "image/tiff",
    magic: [[[0, "49492a00"]], [[0, "4d4d002a"]]],
    decoders: ["photon"],
    maxPixels: 7 * MEGA,
    note: "the first page; no palette TIFF",
  },
  ico: {
    label: "ICO",
    mime: "image/x-icon",
    magic: [[[0, "00000100"]]],
    decoders: ["photon"],
    maxPixels: 7 * MEGA,
    note: "the largest picture",
  },
  avif: {
    label: "AVIF",
    mime: "image/avif",
    magic: [],
    decoders: [],
    maxPixels: 0,
    note: "",
  },
  heic: {
    label: "HEIC",
    mime: "image/heic",
    magic: [],
    decoders: [],
    maxPixels: 0,
    note: "",
  },
  jxl: {
    label: "JPEG XL",
    mime: "image/jxl",
    magic: [[[0, "ff0a"]], [[0, "0000000c4a584c200d0a870a"]]],
    decoders: [],
    maxPixels: 0,
    note: "",
  },
  svg: {
    label: "SVG",
    mime: "image/svg+xml",
    magic: [],
    decoders: [],
    maxPixels: 0,
    note: "a document that can run script: never passed on, never rendered",
  },
} as const satisfies Record<SourceFormat, Format>;

/** A format's row with its widened type. */
export function formatOf(format: SourceFormat): Format {
  return FORMATS[format];
}

/** Rows for docs/url.md: what goes in, and the answer when it does not. */
export function formatRows(): readonly (readonly [label: string, answer: string, note: string])[] {
  return Object.values(FORMATS).map((format: Format) => [
    format.label,
    format.decoders.length > 0 ? `thumbnail, up to ${format.maxPixels / MEGA} megapixels` : "415 `format_unsupported`",
    format.note,
  ]);
}
