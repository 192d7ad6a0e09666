/** The header of a Radiance picture: lines of text, an empty one, and the sizes (Radiance file formats, "Picture"). */
import type { Source } from "../../header.ts";
import { damaged } from "../byteReader.ts";
import { pixelsInPhoton } from "../heavyMemory.ts";
import { still } from "../still.ts";

const HEAD_BYTES = 4_096;
const SIZES = /\n\n-Y (\d{1,9}) \+X (\d{1,9})\n/;

/** A pixel as its decoder holds it: three floating-point numbers. */
const STORED_BYTES = 12;

/** Radiance bytes -> Source. Rows must come from the top, as nearly all writers have them. */
export function radianceHeader(bytes: Uint8Array): Source {
  const [, down = "", across = ""] = SIZES.exec(String.fromCharCode(...bytes.subarray(0, HEAD_BYTES))) ?? [];
  const [width, height] = [Number(across), Number(down)];
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  const source = still("radiance", width, height, { colour: "rgb" });
  return { ...source, mostPixels: pixelsInPhoton(STORED_BYTES, bytes.length) };
}
