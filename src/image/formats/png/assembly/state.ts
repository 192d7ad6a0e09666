/**
 * The state of inflating: the input window, the bits loaded from it into a 64-bit buffer (least significant first, RFC
 * 1951 3.1.1), and the output buffer. Only this file changes it.
 */

/** What `inflate` returns when it stops. */
export const FULL: i32 = 0;
export const HUNGRY: i32 = 1;
export const ENDED: i32 = 2;
export const DAMAGED: i32 = 3;

/** The input window [at, end). It is padded behind `end`, so that eight bytes can always be loaded. */
export let inputAt: usize = 0;
export let inputEnd: usize = 0;
export let inputLast: bool = false;
/**
 * The output buffer: it starts at `outputStart`, is written up to `outputAt`, and may be written up to `outputLimit`.
 */
export let outputAt: usize = 0;
export let outputStart: usize = 0;
export let outputLimit: usize = 0;

/** The `bitCount` bits that are loaded and not used yet. */
export let bits: u64 = 0;
export let bitCount: i32 = 0;

/** A match is at most 258 bytes and is copied in pieces of 16. */
export const OUTPUT_MARGIN: usize = 258 + 16;
export function setInput(at: usize, end: usize, last: bool): void {
  inputAt = at;
  inputEnd = end;
  inputLast = last;
}

/** Moves the unused input to the start of the window. Gives the address behind it: more may come there. */
export function keepInput(window: usize): usize {
  const left = inputAt < inputEnd ? inputEnd - inputAt : 0;
  memory.copy(window, inputAt, left);
  // Bits that were loaded beyond the end are zeros: they can only be the padding of the last window.
  setInput(window, window + left, false);
  return window + left;
}

/** `length` bytes have been put behind the input, and `slack` bytes behind them are made zeros. `last`: no more follow. */
export function addInput(length: i32, last: bool, slack: usize): void {
  const end = inputEnd + length;
  memory.fill(end, 0, slack);
  setInput(inputAt, end, last);
}

export function setOutput(start: usize, at: usize, limit: usize): void {
  outputStart = start;
  outputAt = at;
  outputLimit = limit;
}

/** Drops all loaded bits. */
export function dropBits(): void {
  bits = 0;
  bitCount = 0;
}

/** Continues behind the header of a stored block, or behind the part of it that was copied. */
@inline
export function moveTo(input: usize, output: usize): void {
  inputAt = input;
  outputAt = output;
}

/** Takes over the values of a loop that worked on copies of this state. */
@inline
export function keep(input: usize, output: usize, taken: u64, count: i32): void {
  inputAt = input;
  outputAt = output;
  bits = taken;
  bitCount = count;
}

/** The first byte of the input of which no bit is loaded. */
@inline
export function consumed(): usize {
  return inputAt - <usize>(bitCount >> 3);
}

/** Loads at least 56 bits. Beyond the end of the input they are zeros. */
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
