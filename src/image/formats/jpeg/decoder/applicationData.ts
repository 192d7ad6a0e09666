/**
 * What the APPn segments say: JFIF (ITU-T T.871) in APP0, EXIF in APP1, a colour profile in APP2 (ICC.1 annex B.4),
 * Adobe's transform (ITU-T T.872) in APP14.
 */
import { type Orientation, readOrientation } from "../../exif.ts";

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
/** The pieces of a profile are numbered in one byte. A file may hold a million segments that pretend to be pieces. */
const MAX_PROFILE_PIECES = 255;

export type ApplicationData = {
  readonly jfif: boolean;
  readonly orientation: Orientation;
  /** The embedded profile, or null when there is none or a piece of it is missing. */
  readonly icc: Uint8Array | null;
  /** Adobe's colour transform (0 none, 1 YCbCr, 2 YCCK), or undefined without such a segment. */
  readonly adobe: number | undefined;
};

/** A reader of APPn segments. `take` gets them in file order and ignores other markers. `data` gives the result. */
export function createApplicationReader(): {
  take(code: number, segment: Uint8Array): void;
  data(): ApplicationData;
} {
  let jfif = false;
  let orientation: Orientation | null = null;
  let adobe: number | undefined;
  const pieces: Uint8Array[] = [];
  return {
    take(code, segment) {
      if (code === APP0) jfif ||= startsWith(segment, "JFIF");
      else if (code === APP1 && startsWith(segment, "Exif\0")) orientation ??= readOrientation(segment.subarray(6));
      else if (code === APP2 && startsWith(segment, "ICC_PROFILE\0")) {
        // One piece more than possible is kept, so that joinProfile notices that there are too many.
        if (pieces.length <= MAX_PROFILE_PIECES) pieces.push(segment);
      } else if (code === APP14 && segment.length >= 12 && startsWith(segment, "Adobe")) adobe = segment[11] ?? 0;
    },
    data: () => ({ jfif, orientation: orientation ?? 1, icc: joinProfile(pieces), adobe }),
  };
}

/** Pieces -> one profile, or null when one is missing. Each piece: name, its number, how many there are, data. */
function joinProfile(pieces: readonly Uint8Array[]): Uint8Array | null {
  if (pieces.length === 0 || pieces.length > MAX_PROFILE_PIECES) return null;
  const ordered = [...pieces].sort((a, b) => (a[12] ?? 0) - (b[12] ?? 0));
  if (ordered.some((piece, i) => piece[12] !== i + 1 || piece[13] !== ordered.length)) return null;
  const parts = ordered.map((piece) => piece.subarray(14));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function startsWith(segment: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (segment[i] !== text.charCodeAt(i)) return false;
  return true;
}
