/** The maker of a rendition: engine and encoder version. It is stored, so a purge can delete what a buggy one made. */
import { FORMATS, type FormatTable, type OutputFormat, outputFormats, outputOf } from "./formats/registry.ts";

/** Raise it when a change of decoding, colour or resizing changes the pixels. */
const ENGINE = "2";

/** The maker of a format, such as `2-vp8enc2`. */
export function makerOf(format: OutputFormat, formats: FormatTable = FORMATS): string {
  return `${ENGINE}-${outputOf(format, formats).encoder}`;
}

/** All makers of this Worker. */
export function presentMakers(formats: FormatTable = FORMATS): readonly string[] {
  return outputFormats(formats).map(([name]) => makerOf(name, formats));
}
