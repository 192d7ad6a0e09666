/** The conversion to sRGB that an embedded profile asks for. */

import type { Source } from "../header.ts";
import { type Profile, readProfile } from "./icc/profile.ts";
import { inflate } from "./inflate.ts";
import { type Convert, toSrgb } from "./srgb.ts";

/** Profiles of matrices and curves have a few kilobytes, profiles with tables some megabytes. We ignore larger ones. */
const MAX_PROFILE_BYTES = 4 * 1024 * 1024;

/** Source -> conversion, or null without a profile, for sRGB itself, and for kinds of profile that are not read. */
export async function embeddedConversion(source: Source): Promise<Convert | null> {
  const profile = await embeddedProfile(source);
  return profile === null ? null : toSrgb(profile);
}

/** The ICC profile of a picture that is not CMYK or Lab, else what its header says of its colours, or null. */
export async function embeddedProfile(source: Source): Promise<Profile | null> {
  if (source.colour === "cmyk" || source.colour === "lab") return null;
  const profile = await iccProfile(source);
  // A grey profile on a colour picture is a mistake of its writer. Browsers ignore it too.
  if (profile === null || (profile.kind === "grey" && source.colour !== "grey")) return source.profile ?? null;
  return profile;
}

async function iccProfile(source: Source): Promise<Profile | null> {
  const bytes = await profileBytes(source);
  return bytes === null ? null : readProfile(bytes);
}

/** The bytes of the embedded ICC profile; null when there is none, or when it is too large. */
export async function profileBytes({ icc, iccDeflated }: Pick<Source, "icc" | "iccDeflated">) {
  return icc !== null && iccDeflated ? inflateAll(icc, MAX_PROFILE_BYTES) : icc;
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
