/** A JPEG's header as the engine takes it. The segments are read by decoder/markers.ts. */
import { Failure } from "../../../errors.ts";
import type { Header, Source } from "../../header.ts";
import { damaged } from "../byteReader.ts";
import type { JpegHeader, JpegModel } from "./decoder/header.ts";
import { readJpeg } from "./decoder/markers.ts";
import { UnsupportedJpeg } from "./decoder/refusal.ts";

const COLOURS = {
  grey: "grey",
  ycbcr: "ycc",
  rgb: "rgb",
  cmyk: "cmyk",
  ycck: "cmyk",
} as const satisfies Record<JpegModel, Header["colour"]>;

/**
 * JPEG bytes -> Source. Throws format_unsupported for codings that are not decoded, image_damaged without a scan,
 * source_too_complex for more segments or fill bytes than a picture has.
 */
export function jpegHeader(bytes: Uint8Array): Source {
  const header = read(bytes);
  const { width, height, orientation, progressive, components, icc } = header;
  return {
    format: "jpeg",
    width,
    height,
    orientation,
    frames: 1,
    alpha: false,
    progressive,
    colour: COLOURS[header.model],
    depth: 8,
    interlaced: false,
    // A sequential file is decoded in one pass, whatever it holds.
    scans: progressive ? header.scanCount : 1,
    coefficientBytes: progressive ? 2 * coefficients(header) : 0,
    inflatedBytes: 0,
    icc,
    iccDeflated: false,
    inverted: header.inverted && components.length === 4,
    jpeg: header,
  };
}

function read(bytes: Uint8Array): JpegHeader {
  try {
    return readJpeg(bytes);
  } catch (error) {
    if (!(error instanceof UnsupportedJpeg)) throw error;
    if (error.isUndecodedCoding) throw new Failure("format_unsupported", { value: `JPEG (${error.message})` });
    if (error.reason === "work") throw new Failure("source_too_complex", { why: error.message });
    throw damaged(error.message);
  }
}

/** Coefficients of all components at full size, in whole MCUs. */
function coefficients({ width, height, across, down, components }: JpegHeader): number {
  const mcus = Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down));
  return mcus * 64 * components.reduce((sum, { h, v }) => sum + h * v, 0);
}
