/** Which parser reads which format's header. */
import { Failure } from "../errors.ts";
import { gifHeader } from "./formats/gif/header.ts";
import { formatOf } from "./formats.ts";
import { bmpHeader } from "./header/bmp.ts";
import { icoHeader } from "./header/ico.ts";
import { jpegHeader } from "./header/jpeg.ts";
import { pngHeader } from "./header/png.ts";
import { tiffHeader } from "./header/tiff.ts";
import { webpHeader } from "./header/webp.ts";
import type { SourceFormat } from "./rendition.ts";
import { sniff } from "./sniff.ts";
import type { HeaderParser, Source } from "./view.ts";

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
