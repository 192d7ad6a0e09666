/**
 * A plane of samples as the green channel of a lossless picture without its header (RFC 9649, 2.7.1.2 and 3): no
 * transforms, no colour cache, one group of prefix codes. It is coded as matches and literal samples.
 */
import { end, finishBits, overflown, putBits, startBits } from "./bits";
import { tellCode } from "./codeLengths";
import { findMatches, MATCH_BYTES, TABLE_BYTES } from "./matches";
import { clearCode, increment, makeCode, putSymbol } from "./prefixCode";

const GREEN_SYMBOLS: i32 = 280;
const DISTANCE_SYMBOLS: i32 = 40;
const FIRST_LENGTH: i32 = 256;
const LONGEST: i32 = 15;
const GREEN = memory.data(280 * 4 + 280 + 280 * 2, 16);
const DISTANCE = memory.data(280 * 4 + 280 + 280 * 2, 16);
/** The code of red, blue and alpha: only 0 occurs. */
const NOTHING = memory.data(280 * 4 + 280 + 280 * 2, 16);

/** The prefix symbol of a length or distance code from 1 on (3.6.2.2). */
@inline
function prefixOf(value: u32): i32 {
  const v = value - 1;
  if (v < 2) return <i32>v;
  const high = 31 - clz<u32>(v);
  return <i32>(2 * high + ((v >>> (high - 1)) & 1));
}

/** The bits that follow the symbol. */
@inline
function putExtra(value: u32): void {
  const v = value - 1;
  if (v < 4) return;
  const bits = 30 - clz<u32>(v);
  putBits(v & ((1 << bits) - 1), bits);
}

@inline
function lengthAt(match: usize): u32 {
  return (load<u32>(match, 4) & 0xfff) + 1;
}

@inline
function distanceAt(match: usize): u32 {
  return (load<u32>(match, 4) >>> 12) + 1;
}

/**
 * Compresses `count` samples into at most `most` bytes at `to`. Tables and matches are kept between `room` and
 * `roomEnd`. Gives the number of bytes, or 0 if `most` is not enough.
 */
export function compress(
  samples: usize, count: i32, width: i32, room: usize, roomEnd: usize, to: usize, most: i32,
): i32 {
  const matches = room + TABLE_BYTES;
  const matchesEnd = findMatches(samples, count, width, room, matches, roomEnd);
  clearCode(GREEN);
  clearCode(DISTANCE);
  const samplesEnd = samples + <usize>count;
  let at = samples;
  for (let match = matches; match < matchesEnd; match += MATCH_BYTES) {
    for (const stop = at + load<u32>(match); at < stop; at++) increment(GREEN, load<u8>(at));
    increment(GREEN, FIRST_LENGTH + prefixOf(lengthAt(match)));
    increment(DISTANCE, prefixOf(distanceAt(match)));
    at += lengthAt(match);
  }
  for (; at < samplesEnd; at++) increment(GREEN, load<u8>(at));
  makeCode(GREEN, GREEN_SYMBOLS, LONGEST);
  makeCode(DISTANCE, DISTANCE_SYMBOLS, LONGEST);
  startBits(to, to + <usize>most);
  // No transform, no colour cache, no groups of codes.
  putBits(0, 3);
  tellCode(GREEN, GREEN_SYMBOLS);
  for (let channel = 0; channel < 3; channel++) tellCode(NOTHING, 256);
  tellCode(DISTANCE, DISTANCE_SYMBOLS);
  at = samples;
  for (let match = matches; match < matchesEnd && !overflown(); match += MATCH_BYTES) {
    for (const stop = at + load<u32>(match); at < stop; at++) putSymbol(GREEN, load<u8>(at));
    putSymbol(GREEN, FIRST_LENGTH + prefixOf(lengthAt(match)));
    putExtra(lengthAt(match));
    putSymbol(DISTANCE, prefixOf(distanceAt(match)));
    putExtra(distanceAt(match));
    at += lengthAt(match);
  }
  for (; at < samplesEnd && !overflown(); at++) putSymbol(GREEN, load<u8>(at));
  finishBits();
  return overflown() ? 0 : <i32>(end - to);
}
