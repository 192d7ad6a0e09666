/** Puts XMP into a JPEG of our encoder (ISO 16684-3: an APP1 segment). */
import type { XmpWriter } from "../../metadata/blocks.ts";
import { XMP_NAME } from "./blocks.ts";

const APP1 = 0xe1;
const APP0 = 0xe0;

/** The segment stands behind JFIF's, which must be the first (ITU-T T.871 10.1). */
export const jpegWithXmp: XmpWriter = (file, xmp) => {
  const hasJfif = file[3] === APP0;
  const at = 2 + (hasJfif ? 2 + (((file[4] ?? 0) << 8) | (file[5] ?? 0)) : 0);
  const name = Uint8Array.from(XMP_NAME, (character) => character.charCodeAt(0));
  const length = 2 + name.length + xmp.length;
  const whole = new Uint8Array(file.length + 2 + length);
  whole.set(file.subarray(0, at));
  whole.set([0xff, APP1, length >> 8, length & 255], at);
  whole.set(name, at + 4);
  whole.set(xmp, at + 4 + name.length);
  whole.set(file.subarray(at), at + 2 + length);
  return whole;
};
