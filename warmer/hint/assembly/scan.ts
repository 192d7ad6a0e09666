/**
 * Reads hints directly from the bytes of a datagram in the usual spelling: fields in any order, at most one space after
 * `:` and `,`, plain ASCII without escapes (docs/api-server/datagram.md). It leaves everything else to JSON.parse. Its
 * driver is hintScanner.ts. Bytes after `end` belong to earlier datagrams. They may be read but have no effect: a hint
 * counts only if its last brace is before `end`.
 */
import { setKey, sipHash } from "./hash";
import {
  COUNT,
  ENDS,
  FIELDS,
  FORMAT_START,
  HIGHS,
  LOWS,
  PLACE_KIND,
  PLACE_START,
  SENDER_START,
  SLOT_MEMORY,
  STARTS,
  TEXTS,
} from "./memory";
import { decimal, path, paths, text } from "./values";

export { ENDS, FIELDS, HIGHS, LOWS, SLOT_MEMORY as ROOM, STARTS, TEXTS };

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;
const SPACE: u8 = 0x20;
const SLASH: u8 = 0x2f;
const OPEN: u8 = 0x7b;
const CLOSE: u8 = 0x7d;
const OPEN_LIST: u8 = 0x5b;

/** The fields of a hint, as bits of the set of seen fields. */
const V: u32 = 1;
const T: u32 = 2;
const P: u32 = 4;
const PLACE: u32 = 8;
const F: u32 = 16;
const S: u32 = 32;
const JPG: u32 = 64;
const ENDPOINT: u32 = 128;
const TIMESTAMP: u32 = 256;
/** The fields that a hint must have, and those that Flickr's form must have. */
const HINT_NEEDS: u32 = V | T | P | PLACE;
const FLICKR_NEEDS: u32 = JPG | ENDPOINT | TIMESTAMP;

/** Kinds of places: indexes into PLACE_KINDS of the driver. */
const REGION: i32 = 0;
const COUNTRY: i32 = 1;
const CONTINENT: i32 = 2;
const COLO: i32 = 3;
const ENDPOINT_LABEL: i32 = 4;

/** Names as little-endian words. Where it fits, the closing quote is included. */
const JPG_QUOTE: u32 = 0x2267706a;
const COLO_WORD: u32 = 0x6f6c6f63;
const TIMESTAM: u64 = 0x6d617473656d6974;
const P_QUOTE: u16 = 0x2270;
const HTTP_END: u64 = 0x646e655f70747468;
const POIN: u32 = 0x6e696f70;
const T_QUOTE: u16 = 0x2274;

/** Sets the key of the hashes. Call it once. */
export function seed(first: u64, second: u64): void {
  setKey(first, second);
}

/** Address after the closing quote of the last field name. */
let afterName: usize = 0;

/** The field whose name starts at `i`, after its quote; 0 for any other name. */
function fieldAt(i: usize): u32 {
  if (load<u8>(i + 1) == QUOTE) {
    afterName = i + 2;
    return fieldOfLetter(load<u8>(i));
  }
  if (load<u32>(i) == JPG_QUOTE) {
    afterName = i + 4;
    return JPG;
  }
  const word = load<u64>(i);
  if (word == HTTP_END && load<u32>(i + 8) == POIN && load<u16>(i + 12) == T_QUOTE) {
    afterName = i + 14;
    store<i32>(PLACE_KIND, ENDPOINT_LABEL);
    return ENDPOINT;
  }
  if (word == TIMESTAM && load<u16>(i + 8) == P_QUOTE) {
    afterName = i + 10;
    return TIMESTAMP;
  }
  if (<u32>word == COLO_WORD && load<u8>(i + 4) == QUOTE) {
    afterName = i + 5;
    store<i32>(PLACE_KIND, COLO);
    return PLACE;
  }
  return 0;
}

function fieldOfLetter(letter: u8): u32 {
  switch (letter) {
    case 0x76:
      return V;
    case 0x74:
      return T;
    case 0x70:
      return P;
    case 0x66:
      return F;
    case 0x73:
      return S;
    case 0x72:
      store<i32>(PLACE_KIND, REGION);
      return PLACE;
    case 0x63:
      store<i32>(PLACE_KIND, COUNTRY);
      return PLACE;
    case 0x6b:
      store<i32>(PLACE_KIND, CONTINENT);
      return PLACE;
    default:
      return 0;
  }
}

/** Reads the value of a field. Returns the address after it, or 0. */
function value(field: u32, i: usize, end: usize): usize {
  switch (field) {
    case V:
      return load<u8>(i) == 0x31 ? i + 1 : 0;
    case T:
      return decimal(i, end, 1);
    case TIMESTAMP:
      return decimal(i, end, 1000);
    case P:
      return load<u8>(i) == OPEN_LIST ? paths(i + 1, end) : path(i, end, true);
    case JPG:
      return path(i, end, false);
    case F:
      return text(i, end, FORMAT_START);
    case S:
      return text(i, end, SENDER_START);
    default:
      return text(i, end, PLACE_START);
  }
}

/**
 * Scans the object that starts at `start`.
 * @returns the address after its closing brace, with the fields filled; or -1 if JSON.parse must read the line
 */
export function scan(start: usize, end: usize): i32 {
  if (start >= end || load<u8>(start) != OPEN) return -1;
  store<i32>(COUNT, 0);
  store<u32>(FORMAT_START, 0);
  store<u32>(SENDER_START, 0);
  let seen: u32 = 0;
  let i = start + 1;
  while (i < end) {
    if (load<u8>(i) == SPACE) i++;
    if (load<u8>(i) != QUOTE) return -1;
    const field = fieldAt(i + 1);
    if (field == 0 || (seen & field) != 0) return -1;
    seen |= field;
    i = afterName;
    if (load<u8>(i) != COLON) return -1;
    i++;
    if (load<u8>(i) == SPACE) i++;
    i = value(field, i, end);
    if (i == 0) return -1;
    const after = load<u8>(i++);
    if (after == COMMA) continue;
    const whole = seen == FLICKR_NEEDS || (seen & ~(F | S)) == HINT_NEEDS;
    return after == CLOSE && whole && i <= end ? <i32>i : -1;
  }
  return -1;
}

/**
 * Completes the last scanned hint. Each path gets its key, salted with region and format. A path of Flickr's form gets
 * its slash, which overwrites the quote before it, so the line must not be read again.
 */
export function finish(salt: u32): void {
  const count = <usize>load<i32>(COUNT);
  for (let at: usize = 0; at < count << 2; at += 4) {
    let start = <usize>load<u32>(STARTS + at);
    if (load<u8>(start) != SLASH) {
      start--;
      store<u8>(start, SLASH);
      store<u32>(STARTS + at, <u32>start);
    }
    const hash = sipHash(start, <usize>load<u32>(ENDS + at), salt);
    store<u32>(LOWS + at, <u32>hash);
    store<u32>(HIGHS + at, <u32>(hash >> 32));
  }
}

/** A 32-bit hash of some bytes, for the name of a sender. */
export function hash32(start: usize, end: usize): i32 {
  return <i32>sipHash(start, end, 0xffffffff);
}
