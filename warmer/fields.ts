import { NameTable } from "./names.ts";
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

/** Fields whose names are longer than a letter. */
export const KEYS = new NameTable(
  new Map([
    ["colo", PLACE],
    ["jpg", JPG],
    ["http_endpoint", ENDPOINT],
    ["timestamp", TIMESTAMP],
  ]),
);

/** The field whose name is this one byte, or -1. */
export function fieldOfLetter(letter: number): number {
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
      return -1;
  }
}

/** `r`, `c` or `k`; 0 stands for the one place key that is longer than a letter. */
export function placeOfLetter(letter: number): PlaceKind {
  return letter === 0x72 ? "r" : letter === 0x63 ? "c" : letter === 0x6b ? "k" : "colo";
}
