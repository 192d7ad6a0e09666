/** Pixels -> the planned format. */
import type { Plan } from "../plan.ts";
import type { Pixels } from "../view.ts";
import { encodeJpeg } from "./jpeg.ts";
import { encodePng } from "./png.ts";
import { encodeWebp } from "./webp.ts";

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
