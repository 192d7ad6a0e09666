/** The header of a DDS file (Microsoft's DDS_HEADER). */
import { Failure } from "../../../errors.ts";
import type { Source } from "../../header.ts";
import { createReader, damaged } from "../byteReader.ts";
import { pixelsInPhoton } from "../heavyMemory.ts";
import { still } from "../still.ts";

const DECODED: readonly string[] = ["DXT1", "DXT3", "DXT5"];

/** A pixel as its decoder holds it: RGBA. */
const STORED_BYTES = 4;

/** DDS bytes -> Source. Throws format_unsupported for a compression that is not decoded. */
export function ddsHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, true);
  const [height, width] = [read.u32(12), read.u32(16)];
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  const compression = read.tag(84);
  if (!DECODED.includes(compression)) {
    const shown = /^\w{4}$/.test(compression) ? compression : "no compression";
    throw new Failure("format_unsupported", { value: `DDS (${shown})` });
  }
  const source = still("dds", width, height, { alpha: true, colour: "rgb" });
  return { ...source, mostPixels: pixelsInPhoton(STORED_BYTES, bytes.length) };
}
