import type { PlaceKind } from "./region.ts";

/** The fields of a hint, as bits of those a scan has seen. */
export const V = 1;
export const T = 2;
export const P = 4;
export const PLACE = 8;
export const F = 16;
export const S = 32;
export const JPG = 64;
export const ENDPOINT = 128;
export const TIMESTAMP = 256;
/** What a hint must have, and what Flickr's form must. */
export const HINT_NEEDS = V | T | P | PLACE;
export const FLICKR_NEEDS = JPG | ENDPOINT | TIMESTAMP;

/** Four ASCII characters as one integer, so that names are compared a word at a time. */
const word = (text: string): number => Buffer.from(text, "latin1").readInt32BE(0);

const COLO_WORD = word("colo");
const ENDPOINT_WORDS = [word("http"), word("_end"), word("poin")] as const;
const TIMESTAMP_WORDS = [word("time"), word("stam")] as const;

/** The field whose name is bytes[start, end), or 0 for any other name. */
export function fieldOf(bytes: Uint8Array, start: number, end: number): number {
  switch (end - start) {
    case 1:
      return fieldOfLetter(bytes[start] as number);
    case 3:
      return bytes[start] === 0x6a && bytes[start + 1] === 0x70 && bytes[start + 2] === 0x67 ? JPG : 0;
    case 4:
      return wordAt(bytes, start) === COLO_WORD ? PLACE : 0;
    case 9:
      if (wordAt(bytes, start) !== TIMESTAMP_WORDS[0] || wordAt(bytes, start + 4) !== TIMESTAMP_WORDS[1]) return 0;
      return bytes[end - 1] === 0x70 ? TIMESTAMP : 0;
    case 13:
      if (wordAt(bytes, start) !== ENDPOINT_WORDS[0] || wordAt(bytes, start + 4) !== ENDPOINT_WORDS[1]) return 0;
      return wordAt(bytes, start + 8) === ENDPOINT_WORDS[2] && bytes[end - 1] === 0x74 ? ENDPOINT : 0;
    default:
      return 0;
  }
}

function fieldOfLetter(letter: number): number {
  switch (letter) {
    case 0x76:
      return V;
    case 0x74:
      return T;
    case 0x70:
      return P;
    case 0x72:
    case 0x63:
    case 0x6b:
      return PLACE;
    case 0x66:
      return F;
    case 0x73:
      return S;
    default:
      return 0;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
  return high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

/** `r`, `c` or `k`; 0 stands for the one place key that is longer than a letter. */
export function placeOfLetter(letter: number): PlaceKind {
  return letter === 0x72 ? "r" : letter === 0x63 ? "c" : letter === 0x6b ? "k" : "colo";
}
