/** BMP header (BITMAPCOREHEADER, BITMAPINFOHEADER and later). */
import type { Source } from "../../header.ts";
import { createReader, damaged } from "../byteReader.ts";
import { still } from "../still.ts";

/** BMP bytes -> Source. A negative height means rows from the top. */
export function bmpHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, true);
  const core = read.u32(14) === 12;
  const width = core ? read.u16(18) : read.u32(18) | 0;
  const height = core ? read.u16(20) : Math.abs(read.u32(22) | 0);
  const depth = read.u16(core ? 24 : 28);
  if (width <= 0 || height <= 0) throw damaged(`size ${width}x${height}`);
  return still("bmp", width, height, { alpha: depth === 32 });
}
