/** Pictures inside an SVG, as `data:` addresses. Only PNG and JPEG are drawn: their readers in resvg know no references. */
import { jpegHeader } from "../jpeg/header.ts";
import { pngHeader } from "../png/header.ts";

/** The most pixels that all pictures in one SVG may have together. */
export const MAX_EMBEDDED_PIXELS = 4_000_000;

const PARSERS = { png: pngHeader, jpg: jpegHeader, jpeg: jpegHeader } as const;
const DATA = /^data:image\/(png|jpe?g);base64,/;

/** The pixels of the picture that an address holds. Null for an address of any other kind. */
export function embeddedPixels(href: string): number | null {
  const [start, type] = DATA.exec(href) ?? [];
  if (start === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(href.slice(start.length)), (one) => one.charCodeAt(0));
    const { width, height } = PARSERS[type as keyof typeof PARSERS](bytes);
    return width * height;
  } catch {
    return null;
  }
}
