/** Pixels -> the planned format. */

import type { Pixels } from "../picture.ts";
import type { Plan } from "../plan.ts";
import { encodeJpeg } from "./jpeg/encode.ts";
import { encodePng } from "./png/encode.ts";
import { encodeWebp } from "./webp/libwebp.ts";

/** Upright pixels (opaque where the format is JPEG) -> file bytes. */
export function encode(pixels: Pixels, { format, quality, method }: Plan["encode"]): Promise<Uint8Array> {
  switch (format) {
    case "webp":
      return encodeWebp(pixels, quality, method);
    case "jpeg":
      return encodeJpeg(pixels, quality);
    case "png":
      return encodePng(pixels);
  }
}
