/** Which version of engine and encoder makes a format. Stored with each rendition: a bug then has a name to purge by. */
import type { OutputFormat } from "../request/transform.ts";

/** Raise it when decoding, colour or resizing changes what a picture looks like. */
const ENGINE = "1";

/** Raise an encoder's number when its bytes change. */
const ENCODERS = {
  webp: "libwebp1",
  jpeg: "jpeg1",
  png: "png1",
} as const satisfies Record<OutputFormat, string>;

/** Such as `1-libwebp1`. */
export function makerOf(format: OutputFormat): string {
  return `${ENGINE}-${ENCODERS[format]}`;
}
