/** The conversion to sRGB that an embedded profile asks for. */

import type { Source } from "../header.ts";
import { inflate } from "./inflate.ts";
import { readProfile } from "./profile.ts";
import { type Convert, toSrgb } from "./srgb.ts";

/** Profiles of matrices and curves have a few kilobytes, profiles with tables some megabytes. We ignore larger ones. */
const MAX_PROFILE_BYTES = 4 * 1024 * 1024;

/** Source -> conversion, or null without a profile, for sRGB itself, and for kinds of profile that are not read. */
export async function embeddedConversion(source: Source): Promise<Convert | null> {
  if (source.icc === null || source.colour === "cmyk") return null;
  const bytes = source.iccDeflated ? await inflateAll(source.icc, MAX_PROFILE_BYTES) : source.icc;
  const profile = bytes === null ? null : readProfile(bytes);
  if (profile === null) return null;
  // A grey profile on a colour picture is a mistake of its writer. Browsers ignore it too.
  return profile.kind === "grey" && source.colour !== "grey" ? null : toSrgb(profile);
}

/** A whole zlib stream inflated, or null when it is over the limit. */
async function inflateAll(deflated: Uint8Array, limit: number): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of inflate([deflated])) {
    length += piece.length;
    if (length > limit) return null;
    pieces.push(piece);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
