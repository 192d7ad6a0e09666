/** Reads the header of a file, before anything is decoded. */
import { Failure } from "../errors.ts";
import { parserOf } from "./formats/codecs.ts";
import { formatOf } from "./formats/registry.ts";
import type { Source } from "./header.ts";
import { sniff } from "./sniff.ts";

/** Bytes of a file -> Source. Throws not_an_image, format_unsupported or image_damaged. Decodes no pixels. */
export function readHeader(bytes: Uint8Array): Source {
  const format = sniff(bytes);
  if (format === null) throw new Failure("not_an_image");
  const parse = parserOf(format);
  if (parse === null) throw new Failure("format_unsupported", { value: formatOf(format).label });
  return parse(bytes);
}
