/**
 * Readers for the values of fields. Each returns the address after the value, or 0 if it is not in the usual spelling.
 */
import { COUNT, ENDS, FIELDS, MAX_PATHS, STARTS } from "./memory";

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const COMMA: u8 = 0x2c;
const CLOSE_LIST: u8 = 0x5d;
const SPACE: u8 = 0x20;
const DELETE: u8 = 0x7f;
const DOT: u8 = 0x2e;
const SLASH: u8 = 0x2f;
const ZERO: u8 = 0x30;

/** This many digits always fit into 64 bits. */
const MOST_DIGITS: i32 = 18;
const MAX_SAFE_INTEGER: u64 = 9007199254740991;

/**
 * The address of the quote that ends the text at `i`. 0 if an escape, a byte below `lowest` or a byte that is not ASCII
 * comes first. Reads 16 bytes at a time.
 */
@inline
function closingQuote(i: usize, end: usize, lowest: i8): usize {
  const quotes = i8x16.splat(QUOTE);
  const backslashes = i8x16.splat(BACKSLASH);
  const deletes = i8x16.splat(DELETE);
  const bounds = i8x16.splat(lowest);
  for (; i < end; i += 16) {
    const bytes = v128.load(i);
    // The comparison is signed: a byte above 127 counts as below the lowest.
    const odd = v128.or(i8x16.lt_s(bytes, bounds), i8x16.eq(bytes, deletes));
    const marks = v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes));
    const found = i8x16.bitmask(v128.or(odd, marks));
    if (found != 0) {
      const at = i + <usize>ctz(found);
      return at < end && load<u8>(at) == QUOTE ? at : 0;
    }
  }
  return 0;
}

/** A quoted text. Its start and end are stored at `bounds`. */
export function text(i: usize, end: usize, bounds: usize): usize {
  if (load<u8>(i) != QUOTE) return 0;
  const close = closingQuote(i + 1, end, SPACE);
  if (close == 0) return 0;
  store<u32>(bounds, <u32>(i + 1));
  store<u32>(bounds, <u32>close, 4);
  return close + 1;
}

/** A quoted path. It starts with a slash; in Flickr's form it starts without one. */
export function path(i: usize, end: usize, slash: bool): usize {
  const count = load<i32>(COUNT);
  if (load<u8>(i) != QUOTE || count >= MAX_PATHS) return 0;
  const start = i + 1;
  if ((load<u8>(start) == SLASH) != slash) return 0;
  const close = closingQuote(start, end, SPACE + 1);
  if (close <= start) return 0;
  store<u32>(STARTS + (<usize>count << 2), <u32>start);
  store<u32>(ENDS + (<usize>count << 2), <u32>close);
  store<i32>(COUNT, count + 1);
  return close + 1;
}

/** A list of paths. `i` is the address after its bracket. */
export function paths(i: usize, end: usize): usize {
  while (i < end) {
    i = path(i, end, true);
    if (i == 0) return 0;
    const after = load<u8>(i++);
    if (after == CLOSE_LIST) return i;
    if (after != COMMA) return 0;
    if (load<u8>(i) == SPACE) i++;
  }
  return 0;
}

/** A positive decimal, rounded like JSON.parse: mantissa and power of ten are exact doubles. */
export function decimal(i: usize, end: usize, factor: f64): usize {
  if (load<u8>(i) == ZERO) return 0;
  let mantissa: u64 = 0;
  let digits = 0;
  let dot: usize = 0;
  const start = i;
  for (; i < end; i++) {
    const c = load<u8>(i);
    const digit = c - ZERO;
    if (digit < 10) {
      mantissa = mantissa * 10 + digit;
      digits++;
    } else if (c == DOT && dot == 0 && i > start) dot = i;
    else break;
  }
  if (digits == 0 || digits > MOST_DIGITS || mantissa > MAX_SAFE_INTEGER) return 0;
  let power: f64 = 1;
  if (dot != 0) {
    if (i == dot + 1) return 0;
    for (let n = i - dot - 1; n > 0; n--) power *= 10;
  }
  store<f64>(FIELDS, (<f64>mantissa / power) * factor);
  return i;
}
