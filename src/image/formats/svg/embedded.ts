/** Pictures inside an SVG, as `data:` addresses. Only PNG and JPEG are drawn: their readers in resvg know no references. */
import { jpegHeader } from "../jpeg/header.ts";
import { pngHeader } from "../png/header.ts";

/** The most pixels that all pictures in one SVG may have together. */
export const MAX_EMBEDDED_PIXELS = 4_000_000;

/** By their first bytes. As in browsers the bytes decide, and not the type that the address names. */
const KINDS = [
  { type: "image/png", first: [0x89, 0x50, 0x4e, 0x47], parse: pngHeader },
  { type: "image/jpeg", first: [0xff, 0xd8, 0xff], parse: jpegHeader },
] as const;
const DATA = /^data:[^,]{0,200};base64,/i;

/** `href`: the address as resvg reads it. */
export type Embedded = { readonly pixels: number; readonly href: string };

/** The picture that an address holds. Null for an address of any other kind. */
export function embeddedPicture(href: string): Embedded | null {
  const start = DATA.exec(href)?.[0];
  if (start === undefined) return null;
  try {
    const rest = href.slice(start.length);
    const base64 = (rest.includes("%") ? decodeURIComponent(rest) : rest).replace(/\s+/g, "");
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    const kind = KINDS.find(({ first }) => first.every((byte, i) => bytes[i] === byte));
    if (kind === undefined) return null;
    const { width, height } = kind.parse(bytes);
    return { pixels: width * height, href: `data:${kind.type};base64,${base64}` };
  } catch {
    return null;
  }
}
