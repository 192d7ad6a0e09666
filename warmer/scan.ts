import { ENDPOINT, F, FLICKR_NEEDS, fieldOf, HINT_NEEDS, JPG, P, PLACE, placeOfLetter, S, T, V } from "./fields.ts";
import { FORMATS, type Format } from "./formats.ts";
import { type HashSeed, hash32, step1, step2 } from "./hash.ts";
import { NameTable } from "./names.ts";
import type { PlaceTable } from "./region.ts";
import { HintRegisters, MAX_PATHS_PER_LINE } from "./registers.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const SLASH = 0x2f;
const DOT = 0x2e;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const ZERO = 0x30;
const NINE = 0x39;

const FORMAT_NAMES = new NameTable(new Map(FORMATS.map((format, index) => [format, index])));

/** Ten to the power of the index; exact doubles, so that mantissa / POWER is what JSON.parse would give. */
const POWERS = Float64Array.from({ length: 16 }, (_, power) => 10 ** power);

/** Decimal digits that always fit into a 32-bit integer. */
const LOW_DIGITS = 9;

/**
 * Reads hints straight from the bytes of a datagram, as senders write them: fields in any order, at most one space
 * after `:` and `,`, plain ASCII without escapes. Anything else that JSON allows is left to the slow path, which
 * gives the same result for everything this one takes (a property test holds them together).
 */
export class HintScanner {
  readonly registers = new HintRegisters();
  readonly #places: PlaceTable;
  readonly #seed: HashSeed;
  readonly #defaultFormat: number;
  #at = 0;
  #number = 0;

  constructor(places: PlaceTable, seed: HashSeed, defaultFormat: Format) {
    this.#places = places;
    this.#seed = seed;
    this.#defaultFormat = FORMATS.indexOf(defaultFormat);
  }

  /**
   * Scans the object that begins at bytes[start].
   * @returns the index behind its closing brace, with the registers filled; or -1: let the slow path read the line.
   */
  scan(bytes: Uint8Array, start: number, end: number): number {
    const r = this.registers;
    if (start >= end || bytes[start] !== OPEN) return -1;
    r.count = 0;
    r.format = this.#defaultFormat;
    r.sender = 0;
    r.slashless = false;
    let seen = 0;
    let i = start + 1;
    while (i < end) {
      if (bytes[i] === SPACE) i++;
      if (i + 3 >= end || bytes[i] !== QUOTE) return -1;
      const keyStart = i + 1;
      let keyEnd = keyStart + 1;
      while (keyEnd < end && bytes[keyEnd] !== QUOTE) keyEnd++;
      const letter = keyEnd === keyStart + 1 ? (bytes[keyStart] as number) : 0;
      const field = fieldOf(bytes, keyStart, keyEnd);
      if (field === 0 || (seen & field) !== 0) return -1;
      seen |= field;
      i = keyEnd + 1;
      if (i + 1 >= end || bytes[i] !== COLON) return -1;
      i++;
      if (bytes[i] === SPACE) i++;
      this.#at = i;
      if (!this.#value(field, bytes, i, end, letter)) return -1;
      i = this.#at;
      if (i >= end) return -1;
      const after = bytes[i++];
      if (after === COMMA) continue;
      if (after !== CLOSE) return -1;
      const needs = seen & JPG ? FLICKR_NEEDS : HINT_NEEDS;
      if ((seen & ~(needs === HINT_NEEDS ? F | S : 0)) !== needs) return -1;
      r.finish();
      return i;
    }
    return -1;
  }

  #value(field: number, bytes: Uint8Array, start: number, end: number, letter: number): boolean {
    const r = this.registers;
    switch (field) {
      case P:
        return bytes[start] === OPEN_LIST ? this.#list(bytes, start + 1, end) : this.#path(bytes, start, end, SLASH);
      case T:
        if (!this.#decimal(bytes, start, end)) return false;
        r.time = this.#number;
        return true;
      case V:
        this.#at = start + 1;
        return bytes[start] === ZERO + 1;
      case PLACE: {
        const stop = this.#text(bytes, start, end);
        if (stop < 0) return false;
        r.region = this.#places.lookup(placeOfLetter(letter), bytes, start + 1, stop);
        return r.region >= 0;
      }
      case F: {
        const stop = this.#text(bytes, start, end);
        if (stop < 0) return false;
        r.format = FORMAT_NAMES.get(bytes, start + 1, stop);
        return r.format >= 0;
      }
      case S: {
        const stop = this.#text(bytes, start, end);
        if (stop < 0) return false;
        r.sender = hash32(bytes, start + 1, stop, this.#seed.lane1);
        return true;
      }
      case JPG:
        r.slashless = true;
        return this.#path(bytes, start, end, 0);
      case ENDPOINT: {
        const stop = this.#text(bytes, start, end);
        if (stop < 0) return false;
        r.region = this.#places.lookup("endpoint", bytes, start + 1, stop);
        return r.region >= 0;
      }
      default:
        if (!this.#decimal(bytes, start, end)) return false;
        r.time = this.#number * 1000;
        return true;
    }
  }

  /** A quoted path, hashed on the way. `first` is the byte it must begin with; 0 means any but a slash (Flickr). */
  #path(bytes: Uint8Array, start: number, end: number, first: number): boolean {
    const r = this.registers;
    let i = start + 1;
    if (i >= end || bytes[start] !== QUOTE || r.count >= MAX_PATHS_PER_LINE) return false;
    let h1 = this.#seed.lane1;
    let h2 = this.#seed.lane2;
    if (first === 0) {
      if (bytes[i] === SLASH || bytes[i] === QUOTE) return false;
      h1 = step1(h1, SLASH);
      h2 = step2(h2, SLASH);
    } else if (bytes[i] !== first) return false;
    const from = i;
    for (; i < end; i++) {
      const c = bytes[i] as number;
      if (c === QUOTE) break;
      if (c <= SPACE || c >= 0x7f || c === BACKSLASH) return false;
      h1 = step1(h1, c);
      h2 = step2(h2, c);
    }
    if (i >= end) return false;
    const n = r.count++;
    r.starts[n] = from;
    r.ends[n] = i;
    r.lane1[n] = h1;
    r.lane2[n] = h2;
    this.#at = i + 1;
    return true;
  }

  #list(bytes: Uint8Array, start: number, end: number): boolean {
    let i = start;
    while (i < end) {
      if (!this.#path(bytes, i, end, SLASH)) return false;
      i = this.#at;
      const after = bytes[i++];
      if (after === CLOSE_LIST) {
        this.#at = i;
        return true;
      }
      if (after !== COMMA) return false;
      if (bytes[i] === SPACE) i++;
    }
    return false;
  }

  /** A quoted text without escapes; gives the index of its closing quote, or -1. */
  #text(bytes: Uint8Array, start: number, end: number): number {
    if (bytes[start] !== QUOTE) return -1;
    for (let i = start + 1; i < end; i++) {
      const c = bytes[i] as number;
      if (c === QUOTE) {
        this.#at = i + 1;
        return i;
      }
      if (c < SPACE || c >= 0x7f || c === BACKSLASH) return -1;
    }
    return -1;
  }

  /** A positive decimal of at most 15 to 16 digits, exactly as JSON.parse rounds it. */
  #decimal(bytes: Uint8Array, start: number, end: number): boolean {
    const first = bytes[start] as number;
    if (first <= ZERO || first > NINE) return false;
    // Digits gather in 32-bit integers, which is several times faster than in a double.
    let high = 0;
    let low = 0;
    let lowDigits = 0;
    let dot = -1;
    let i = start;
    for (; i < end; i++) {
      const c = bytes[i] as number;
      if (c >= ZERO && c <= NINE) {
        if (lowDigits === LOW_DIGITS) {
          if (high !== 0) return false;
          high = low;
          low = 0;
          lowDigits = 0;
        }
        low = (Math.imul(low, 10) + c - ZERO) | 0;
        lowDigits++;
      } else if (c === DOT && dot < 0) dot = i;
      else if (c === COMMA || c === CLOSE) break;
      else return false;
    }
    const mantissa = high * (POWERS[lowDigits] as number) + low;
    const decimals = dot < 0 ? 0 : i - dot - 1;
    if (mantissa > Number.MAX_SAFE_INTEGER || (dot >= 0 && decimals === 0)) return false;
    this.#number = decimals > 0 ? mantissa / (POWERS[decimals] as number) : mantissa;
    this.#at = i;
    return true;
  }
}
