/** TIFF header: sizes and orientation out of the first directory (TIFF 6.0 section 2). */
import { Failure } from "../../../errors.ts";
import type { Source } from "../../header.ts";
import { createReader, damaged } from "../byteReader.ts";
import { exifOrientation, type Orientation } from "../exif.ts";
import { still } from "../still.ts";

const WIDTH = 256;
const HEIGHT = 257;
const PHOTOMETRIC = 262;
const SAMPLES = 277;
const SHORT = 3;
const PALETTE = 3;
const SEPARATED = 5;

/** TIFF bytes -> Source. */
export function tiffHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, bytes[0] === 0x49);
  const directory = read.u32(4);
  const entries = new Map<number, number>();
  for (let i = 0; i < read.u16(directory); i++) {
    const at = directory + 2 + 12 * i;
    entries.set(read.u16(at), read.u16(at + 2) === SHORT ? read.u16(at + 8) : read.u32(at + 8));
  }
  const [width, height] = [entries.get(WIDTH) ?? 0, entries.get(HEIGHT) ?? 0];
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  if (entries.get(PHOTOMETRIC) === PALETTE) throw new Failure("format_unsupported", { value: "TIFF (palette)" });
  const orientation: Orientation = exifOrientation(bytes);
  const cmyk = entries.get(PHOTOMETRIC) === SEPARATED;
  return still("tiff", width, height, {
    alpha: !cmyk && (entries.get(SAMPLES) ?? 1) % 2 === 0,
    orientation,
    colour: cmyk ? "cmyk" : "unknown",
  });
}
