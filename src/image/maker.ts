/** Which version of engine and encoder makes a format. Stored with each rendition: a bug then has a name to purge by. */
import { FORMATS, type FormatTable, type OutputFormat, outputFormats, outputOf } from "./formats/registry.ts";

/** Raise it when decoding, colour or resizing changes what a picture looks like. */
const ENGINE = "1";

/** Such as `1-libwebp1`. */
export function makerOf(format: OutputFormat, formats: FormatTable = FORMATS): string {
  return `${ENGINE}-${outputOf(format, formats).encoder}`;
}

/** Every maker of this Worker. */
export function presentMakers(formats: FormatTable = FORMATS): readonly string[] {
  return outputFormats(formats).map(([name]) => makerOf(name, formats));
}
