/** The header of a farbfeld file: two sides after the magic (farbfeld(5)). */
import type { Source } from "../../header.ts";
import { createReader, damaged } from "../byteReader.ts";
import { still } from "../still.ts";

/** farbfeld bytes -> Source. */
export function farbfeldHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, false);
  const [width, height] = [read.u32(8), read.u32(12)];
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  return still("farbfeld", width, height, { alpha: true, colour: "rgb" });
}
