/**
 * Where inflating stands: the input window and the bits taken from it into a 64-bit buffer, least significant first
 * (RFC 1951 3.1.1), and the output buffer. Only this file changes it.
 */

/** What `inflate` stops for. */
export const FULL: i32 = 0;
export const HUNGRY: i32 = 1;
export const ENDED: i32 = 2;
export const DAMAGED: i32 = 3;

/** The input window: [at, end), padded behind `end` so that eight bytes can always be loaded. */
export let inputAt: usize = 0;
export let inputEnd: usize = 0;
export let inputLast: bool = false;
/** The output buffer: written up to `outputAt`, may be written up to `outputLimit`, starts at `outputStart`. */
export let outputAt: usize = 0;
export let outputStart: usize = 0;
export let outputLimit: usize = 0;

/** Bits taken from the input and not yet used: `bitCount` of them. */
export let bits: u64 = 0;
export let bitCount: i32 = 0;

/** A match is at most 258 bytes and is copied in pieces of 16. */
export const OUTPUT_MARGIN: usize = 258 + 16;
export function setInput(at: usize, end: usize, last: bool): void {
  inputAt = at;
  inputEnd = end;
  inputLast = last;
}

export function setOutput(start: usize, at: usize, limit: usize): void {
  outputStart = start;
  outputAt = at;
  outputLimit = limit;
}

/** Drops the bits that were taken. */
export function dropBits(): void {
  bits = 0;
  bitCount = 0;
}

/** Goes on behind a stored block's header, or behind what was copied of it. */
@inline
export function moveTo(input: usize, output: usize): void {
  inputAt = input;
  outputAt = output;
}

/** Takes over what a loop that worked on copies of all this has come to. */
@inline
export function keep(input: usize, output: usize, taken: u64, count: i32): void {
  inputAt = input;
  outputAt = output;
  bits = taken;
  bitCount = count;
}

/** First byte of the input that no taken bit belongs to. */
@inline
export function consumed(): usize {
  return inputAt - <usize>(bitCount >> 3);
}

/** At least 56 bits in the buffer; what lies beyond the end of the input is zeros. */
@inline
export function refill(): void {
  bits |= load<u64>(inputAt) << <u64>bitCount;
  inputAt += <usize>((63 - bitCount) >> 3);
  bitCount |= 56;
}

@inline
export function take(count: i32): u32 {
  const value = <u32>(bits & ((<u64>1 << <u64>count) - 1));
  bits >>= <u64>count;
  bitCount -= count;
  return value;
}
