/** Reads the header of a file, before anything is decoded. */
import { Failure } from "../errors.ts";
import { parserOf } from "./formats/codecs.ts";
import { formatOf } from "./formats/registry.ts";
import { gunzip, isGzip, MAX_SVG_BYTES } from "./formats/svg/text.ts";
import type { Source } from "./header.ts";
import { isHtml, sniff } from "./sniff.ts";

/** Bytes of a file -> Source. Throws not_an_image, format_unsupported or image_damaged. Decodes no pixels. */
export function readHeader(bytes: Uint8Array): Source {
  const format = sniff(bytes);
  if (format === null) throw new Failure("not_an_image", isHtml(bytes) ? { value: "html" } : {});
  const parse = parserOf(format);
  if (parse === null) throw new Failure("format_unsupported", { value: formatOf(format).label });
  return parse(bytes);
}

export type Opened = { readonly bytes: Uint8Array; readonly source: Source };

/**
 * The same for a file that may be compressed as a whole, as SVGZ is. `bytes` are the file, or the document in it. Throws
 * source_too_complex for an SVGZ that inflates to more than an SVG may have.
 */
export async function openFile(bytes: Uint8Array): Promise<Opened> {
  if (!isGzip(bytes)) return { bytes, source: readHeader(bytes) };
  const inflated = await gunzip(bytes, MAX_SVG_BYTES);
  const why = `SVG of over ${MAX_SVG_BYTES} bytes when inflated`;
  if (inflated === null) throw new Failure("source_too_complex", { why });
  if (sniff(inflated) !== "svg") throw new Failure("not_an_image");
  return { bytes: inflated, source: readHeader(inflated) };
}
