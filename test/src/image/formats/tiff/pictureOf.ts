/** A TIFF through header and decoder, and the same file as sharp reads it. */
import sharp from "sharp";
import { decode } from "../../../../../src/image/decode.ts";
import { dctScale } from "../../../../../src/image/formats/jpeg/decoder/scale.ts";
import type { Pixels, Size } from "../../../../../src/image/picture.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { startStopwatch } from "../../../../../src/image/rendition.ts";

/** At the size asked for; at full size when none is. */
export async function pictureOf(bytes: Uint8Array, size?: Size): Promise<{ pixels: Pixels; truncated: boolean }> {
  const source = readHeader(bytes);
  if (source.format !== "tiff") throw new Error(`it is a ${source.format}`);
  const { width, height } = source;
  const whole = { left: 0, top: 0, width, height };
  const view = { window: whole, bounds: whole, width: size?.width ?? width, height: size?.height ?? height };
  const order = { view, dctScale: dctScale(view) };
  const { picture, truncated } = await decode(["tiff"], bytes, source, order, startStopwatch());
  return { pixels: picture.frames[0].pixels, truncated };
}

/** RGBA with 8 bits, without any conversion of an embedded profile. */
export function sharpPixels(bytes: Uint8Array): Promise<Buffer> {
  // libtiff warns of old LZW.
  return sharp(bytes, { failOn: "none" }).toColourspace("srgb").ensureAlpha().raw({ depth: "uchar" }).toBuffer();
}

/** The largest difference of two samples; Infinity when the pictures have different sizes. */
export function largestDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs((a[i] ?? 0) - (b[i] ?? 0)));
  return most;
}
