/** Kinds of files that we know only to refuse them by their names. */
import type { FormatDescriptor } from "../descriptor.ts";

const REFUSED = { input: null, output: null, note: "" } as const;

/** JPEG 2000 (ITU-T T.800 annex I), in its container or as a bare codestream. */
export const JPEG2000 = {
  ...REFUSED,
  label: "JPEG 2000",
  mime: "image/jp2",
  signature: { by: "magic", anyOf: [[[0, "0000000c6a5020200d0a870a"]], [[0, "ff4fff51"]]] },
  extensions: ["jp2", "j2k", "jpf", "jpx"],
} as const satisfies FormatDescriptor;

/** JPEG XR (ITU-T T.832 annex A). */
export const JPEGXR = {
  ...REFUSED,
  label: "JPEG XR",
  mime: "image/jxr",
  signature: { by: "magic", anyOf: [[[0, "4949bc01"]]] },
  extensions: ["jxr", "wdp", "hdp"],
} as const satisfies FormatDescriptor;

/** The Quite OK Image format. */
export const QOI = {
  ...REFUSED,
  label: "QOI",
  mime: "image/qoi",
  signature: { by: "magic", anyOf: [[[0, "716f6966"]]] },
  extensions: ["qoi"],
} as const satisfies FormatDescriptor;

/** PDF (ISO 32000-2 7.5.2). */
export const PDF = {
  ...REFUSED,
  label: "PDF",
  mime: "application/pdf",
  signature: { by: "magic", anyOf: [[[0, "255044462d"]]] },
  extensions: ["pdf"],
} as const satisfies FormatDescriptor;

/** PostScript, and EPS with a preview. */
export const POSTSCRIPT = {
  ...REFUSED,
  label: "PostScript",
  mime: "application/postscript",
  signature: { by: "magic", anyOf: [[[0, "25215053"]], [[0, "c5d0d3c6"]]] },
  extensions: ["ps", "eps"],
} as const satisfies FormatDescriptor;

/** DjVu (DjVu 3 specification, section 8). */
export const DJVU = {
  ...REFUSED,
  label: "DjVu",
  mime: "image/vnd.djvu",
  signature: { by: "magic", anyOf: [[[0, "41542654464f524d"]]] },
  extensions: ["djvu", "djv"],
} as const satisfies FormatDescriptor;

/** Photoshop's own format. */
export const PSD = {
  ...REFUSED,
  label: "Photoshop",
  mime: "image/vnd.adobe.photoshop",
  signature: { by: "magic", anyOf: [[[0, "38425053"]]] },
  extensions: ["psd", "psb"],
} as const satisfies FormatDescriptor;

/** MP4, QuickTime and 3GPP by the brands of ISO base media. */
export const MP4 = {
  ...REFUSED,
  label: "MP4 video",
  mime: "video/mp4",
  signature: {
    by: "brand",
    anyOf: [
      "isom",
      "iso2",
      "iso4",
      "iso5",
      "iso6",
      "mp41",
      "mp42",
      "avc1",
      "M4V ",
      "dash",
      "qt  ",
      "3gp4",
      "3gp5",
      "3gp6",
    ],
  },
  extensions: ["mp4", "m4v", "mov", "3gp"],
} as const satisfies FormatDescriptor;

/** Other video: Matroska and WebM, Ogg, AVI, Flash, MPEG, and QuickTime without a brand. */
export const VIDEO = {
  ...REFUSED,
  label: "video",
  mime: "video/webm",
  signature: {
    by: "magic",
    anyOf: [
      [[0, "1a45dfa3"]],
      [[0, "4f676753"]],
      [
        [0, "52494646"],
        [8, "41564920"],
      ],
      [[0, "464c5601"]],
      [[0, "000001ba"]],
      [[0, "000001b3"]],
      [[4, "6d6f6f76"]],
      [[4, "6d646174"]],
    ],
  },
  extensions: ["webm", "mkv", "ogv", "avi", "flv", "mpg", "mpeg"],
} as const satisfies FormatDescriptor;
