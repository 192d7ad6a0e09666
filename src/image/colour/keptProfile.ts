/** The profile that a result keeps in place of a conversion to sRGB (`strip_color_profile:0`). */
import type { FormatName } from "../formats/registry.ts";
import type { Source } from "../header.ts";
import { embeddedProfile, profileBytes } from "./embedded.ts";
import { tag } from "./icc/tag.ts";

/** Formats whose decoders leave the values as they are stored. */
const LEFT_AS_STORED: readonly FormatName[] = ["jpeg", "png", "webp", "tiff", "avif"];

/** Every size carries the profile. Those of screens and cameras have some kilobytes, those with tables up to a megabyte. */
export const MAX_KEPT_BYTES = 1024 * 1024;

/**
 * The source's ICC profile, when pixels of RGB can be shown with it and our decoder has not converted them. Null: none, of
 * other colours, damaged, over `MAX_KEPT_BYTES`, or of 16 bits a sample.
 */
export async function keptProfile(source: Source): Promise<Uint8Array | null> {
  if (!LEFT_AS_STORED.includes(source.format) || source.depth > 8 || source.colour === "cmyk") return null;
  const bytes = await profileBytes(source);
  if (bytes === null || bytes.length < 128 || bytes.length > MAX_KEPT_BYTES) return null;
  const isRgb = tag(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 16) === "RGB ";
  return isRgb && (await embeddedProfile(source)) !== null ? bytes : null;
}
