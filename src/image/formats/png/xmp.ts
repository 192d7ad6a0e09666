/** Puts XMP into a PNG (ISO 16684-3: a chunk iTXt before the image data). */
import type { XmpWriter } from "../../metadata/blocks.ts";
import { XMP_KEYWORD } from "./blocks.ts";
import { chunk } from "./encoder/chunk.ts";

/** Bytes of the signature and IHDR. */
const FIRST = 33;
/** End of the keyword, not compressed, no language, no translated keyword. */
const NO_DETAILS = [0, 0, 0, 0, 0];

export const pngWithXmp: XmpWriter = (file, xmp) => {
  const keyword = Uint8Array.from(XMP_KEYWORD, (character) => character.charCodeAt(0));
  const text = chunk("iTXt", Uint8Array.from([...keyword, ...NO_DETAILS, ...xmp]));
  const whole = new Uint8Array(file.length + text.length);
  whole.set(file.subarray(0, FIRST));
  whole.set(text, FIRST);
  whole.set(file.subarray(FIRST), FIRST + text.length);
  return whole;
};
