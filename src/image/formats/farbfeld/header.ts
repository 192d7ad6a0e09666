/** The header of a farbfeld file: two sides after the magic (farbfeld(5)). */
import type { Source } from "../../header.ts";
import { createReader, damaged } from "../byteReader.ts";
import { pixelsInPhoton } from "../heavyMemory.ts";
import { still } from "../still.ts";

/** A pixel as its decoder holds it: four numbers of 16 bits. */
const STORED_BYTES = 8;

/** farbfeld bytes -> Source. */
export function farbfeldHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, false);
  const [width, height] = [read.u32(8), read.u32(12)];
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  const source = still("farbfeld", width, height, { alpha: true, colour: "rgb" });
  return { ...source, mostPixels: pixelsInPhoton(STORED_BYTES, bytes.length) };
}
