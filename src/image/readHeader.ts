/** Which parser reads which format's header. */
import { Failure } from "../errors.ts";
import { bmpHeader } from "./formats/bmp/header.ts";
import { gifHeader } from "./formats/gif/header.ts";
import { icoHeader } from "./formats/ico/header.ts";
import { jpegHeader } from "./formats/jpeg/header.ts";
import { pngHeader } from "./formats/png/header.ts";
import { formatOf } from "./formats/registry.ts";
import { tiffHeader } from "./formats/tiff/header.ts";
import { webpHeader } from "./formats/webp/header.ts";
import type { HeaderParser, Source } from "./picture.ts";
import type { SourceFormat } from "./rendition.ts";
import { sniff } from "./sniff.ts";

const PARSERS: Readonly<Partial<Record<SourceFormat, HeaderParser>>> = {
  jpeg: jpegHeader,
  png: pngHeader,
  webp: webpHeader,
  gif: gifHeader,
  bmp: bmpHeader,
  ico: icoHeader,
  tiff: tiffHeader,
};

/** bytes -> what the picture is. Throws not_an_image, format_unsupported or image_damaged; allocates nothing. */
export function readHeader(bytes: Uint8Array): Source {
  const format = sniff(bytes);
  if (format === null) throw new Failure("not_an_image");
  const parse = PARSERS[format];
  if (parse === undefined) throw new Failure("format_unsupported", { value: formatOf(format).label });
  return parse(bytes);
}
