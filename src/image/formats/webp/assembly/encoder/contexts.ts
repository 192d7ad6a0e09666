/**
 * What a macroblock's neighbours say about it: whether their blocks had coefficients (RFC 6386, 13.3), their subblock
 * modes (11.3), and the errors of their chroma. 32 bytes above each column and to the left: 4 of Y, 2 of U, 2 of V, 1
 * of Y2, 4 modes from 12 on, 4 errors (i16; 2 of U, 2 of V) from 16 on.
 */
import { across, contexts } from "./picture";

/** To the left of the macroblock at hand. */
export const LEFT = memory.data(32, 16);

const U_AT: usize = 4;
const Y2_AT: usize = 8;
const MODES_AT: usize = 12;
const ERRORS_AT: usize = 16;

/** Above macroblock column `x`. */
@inline
export function above(x: i32): usize {
  return contexts + (<usize>x << 5);
}

/** Contexts above the first row: no coefficients, mode DC (0), no errors. */
export function clearAbove(): void {
  memory.fill(contexts, 0, <usize>across << 5);
}

export function clearLeft(): void {
  memory.fill(LEFT, 0, 32);
}

@inline
export function modesIn(context: usize): usize {
  return context + MODES_AT;
}

/** The errors of a chroma plane (0: U, 1: V) above or to the left: two values of 16 bits. */
@inline
export function errorsIn(context: usize, plane: usize): usize {
  return context + ERRORS_AT + (plane << 2);
}

/** The context of Y2: in how many of the last macroblocks above and to the left that have a Y2 it has levels. */
@inline
export function secondContext(top: usize): i32 {
  return <i32>load<u8>(top, Y2_AT) + <i32>load<u8>(LEFT, Y2_AT);
}

@inline
export function setSecond(top: usize, some: i32): void {
  store<u8>(top, some, Y2_AT);
  store<u8>(LEFT, some, Y2_AT);
}

/** Bytes of the contexts above and left of chroma block `b`: 0..3 of U, 4..7 of V. */
@inline
export function chromaAbove(top: usize, b: usize): usize {
  return top + U_AT + ((b >> 2) << 1) + (b & 1);
}

@inline
export function chromaLeft(b: usize): usize {
  return LEFT + U_AT + ((b >> 2) << 1) + ((b >> 1) & 1);
}

/** A macroblock without coefficients. One without a Y2 leaves the context of Y2 as it was. */
export function clearAround(top: usize, hasSecond: bool): void {
  store<u64>(top, 0);
  store<u64>(LEFT, 0);
  if (hasSecond) setSecond(top, 0);
}

/** Sets the modes after a macroblock with one mode for its luma. */
export function setModes(top: usize, mode: i32): void {
  store<u32>(modesIn(top), <u32>mode * 0x01010101);
  store<u32>(modesIn(LEFT), <u32>mode * 0x01010101);
}

/** Sets the modes after a macroblock with a mode for each subblock. */
export function setModesFrom(top: usize, modes: usize): void {
  store<u32>(modesIn(top), load<u32>(modes, 12));
  for (let y: usize = 0; y < 4; y++) store<u8>(modesIn(LEFT) + y, load<u8>(modes + (y << 2) + 3));
}
