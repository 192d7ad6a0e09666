/**
 * Finds repetitions in a row of samples (LZ77, RFC 9649, 3.6.2.2). A match is stored in eight bytes: the number of
 * literal samples before it, then its length less one in 12 bits and its distance code less one in 20 bits. The samples
 * after the last match are literal, too.
 */
const LENGTH_MOST: i32 = 4096;
const LENGTH_LEAST: i32 = 4;
/** A distance over the window needs a code of more than 20 bits. */
const WINDOW: i32 = (1 << 20) - 120;
export const MATCH_BYTES: usize = 8;

/**
 * Two tables: the last place of each hash of four samples, and for each recent place the place before with its hash.
 */
const HASH_BITS: u32 = 14;
const REMEMBERED: i32 = 1 << 16;
const CHAINS_AT: usize = 4 << 14;
export const TABLE_BYTES: usize = CHAINS_AT + (4 << 16);
let tables: usize = 0;
/** At most so many places are tried. A match of GOOD samples ends the search. */
const TRIES: i32 = 32;
const GOOD: i32 = 256;

/**
 * Codes of near distances by rows up and columns from 8 left to 7 right (3.6.2.2, the table turned round); 255: none.
 */
const NEAR = memory.data<u8>([
  96, 73, 55, 39, 23, 13, 5, 1, 255, 255, 255, 255, 255, 255, 255, 255,
  101, 78, 58, 42, 26, 16, 8, 2, 0, 3, 9, 17, 27, 43, 59, 79,
  102, 86, 62, 46, 32, 20, 10, 6, 4, 7, 11, 21, 33, 47, 63, 87,
  105, 90, 70, 52, 37, 28, 18, 14, 12, 15, 19, 29, 38, 53, 71, 91,
  110, 99, 82, 66, 48, 35, 30, 24, 22, 25, 31, 36, 49, 67, 83, 100,
  115, 108, 94, 76, 64, 50, 44, 40, 34, 41, 45, 51, 65, 77, 95, 109,
  118, 113, 103, 92, 80, 68, 60, 56, 54, 57, 61, 69, 81, 93, 104, 114,
  119, 116, 111, 106, 97, 88, 84, 74, 72, 75, 85, 89, 98, 107, 112, 117,
]);

/** The code of a distance in a picture `width` samples wide. */
function codeOf(distance: i32, width: i32): i32 {
  const up = distance / width;
  const left = distance - up * width;
  if (left <= 8 && up < 8) return load<u8>(NEAR + <usize>(up * 16 + 8 - left)) + 1;
  if (left > width - 8 && up < 7) return load<u8>(NEAR + <usize>((up + 1) * 16 + 8 + width - left)) + 1;
  return distance + 120;
}

/** How many samples from `a` and from `b` on are the same, at most `most`. */
@inline
function sameSamples(a: usize, b: usize, most: i32): i32 {
  let n = 0;
  while (n + 8 <= most) {
    const differing = load<u64>(a + <usize>n) ^ load<u64>(b + <usize>n);
    if (differing) return n + <i32>(ctz<u64>(differing) >> 3);
    n += 8;
  }
  while (n < most && load<u8>(a + <usize>n) == load<u8>(b + <usize>n)) n++;
  return n;
}

/** Remembers that four samples begin at `at`. Places are counted from one, so that 0 is nowhere. */
@inline
function remember(samples: usize, at: i32): i32 {
  const last = tables + <usize>((load<u32>(samples + <usize>at) * 0x9e3779b1) >>> (32 - HASH_BITS) << 2);
  const before = load<i32>(last);
  store<i32>(tables + (<usize>(at & (REMEMBERED - 1)) << 2), before, CHAINS_AT);
  store<i32>(last, at + 1);
  return before;
}

/** Best match found at a place. */
let bestLength: i32 = 0;
let bestDistance: i32 = 0;

@inline
function consider(samples: usize, at: i32, distance: i32, most: i32, least: i32): void {
  if (distance > at || distance > WINDOW) return;
  // It cannot be longer than the best match if the sample after that one's end differs.
  const next = samples + <usize>(at + bestLength);
  if (load<u8>(next) != load<u8>(next - <usize>distance)) return;
  const length = sameSamples(samples + <usize>(at - distance), samples + <usize>at, most);
  if (length < least || length <= bestLength) return;
  bestLength = length;
  bestDistance = distance;
}

/** Tries the places with the same hash, the nearest first. `before`: the first of them, counted from one. */
function considerRemembered(samples: usize, at: i32, before: i32, most: i32): void {
  for (let tries = 0; tries < TRIES && bestLength < GOOD; tries++) {
    const distance = at + 1 - before;
    if (before == 0 || distance >= REMEMBERED) return;
    // A far distance costs more bits, so the match has to be longer.
    consider(samples, at, distance, most, LENGTH_LEAST + 2);
    before = load<i32>(tables + (<usize>((before - 1) & (REMEMBERED - 1)) << 2), CHAINS_AT);
  }
}

/** Looks for the longest match at a place, and remembers the place. Length 0: none. */
function search(samples: usize, at: i32, width: i32, most: i32): void {
  const before = remember(samples, at);
  bestLength = 0;
  consider(samples, at, 1, most, LENGTH_LEAST);
  consider(samples, at, width, most, LENGTH_LEAST);
  considerRemembered(samples, at, before, most);
}

/**
 * Finds matches among `count` samples, as many as fit between `to` and `end`. Gives where they end. `room` has
 * TABLE_BYTES.
 */
export function findMatches(samples: usize, count: i32, width: i32, room: usize, to: usize, end: usize): usize {
  tables = room;
  memory.fill(tables, 0, CHAINS_AT);
  const last = count - LENGTH_LEAST;
  let unmatched = 0;
  let at = 0;
  if (last >= 0) search(samples, 0, width, min(LENGTH_MOST, count));
  while (at <= last && to + MATCH_BYTES <= end) {
    const length = bestLength;
    const distance = bestDistance;
    // A literal sample and a longer match after it may be cheaper than this match.
    let searched = at;
    if (length < GOOD && at < last) {
      searched++;
      search(samples, searched, width, min(LENGTH_MOST, count - searched));
      if (length == 0 || bestLength > length + 1) {
        unmatched++;
        at++;
        continue;
      }
    }
    if (length == 0) break;
    store<u32>(to, unmatched);
    store<u32>(to, (length - 1) | ((codeOf(distance, width) - 1) << 12), 4);
    to += MATCH_BYTES;
    unmatched = 0;
    at += length;
    for (let inside = searched + 1; inside < at && inside <= last; inside++) remember(samples, inside);
    if (at <= last) search(samples, at, width, min(LENGTH_MOST, count - at));
  }
  return to;
}
