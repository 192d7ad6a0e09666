/**
 * The data of a TIFF's strips and tiles to rows, as a stream: the driver (decoder/codedRows.ts) feeds the data in windows
 * and takes rows in batches. It holds a window, 32 KB of history and some rows, whatever the picture's size.
 */
import { inflate, startInflate } from "../../png/assembly/inflate";
import { addInput, DAMAGED, ENDED, HUNGRY, keepInput, outputAt, setInput, setOutput } from "../../png/assembly/state";
import { convert } from "./convert";
import { TONES } from "./deep";
import { lzw, LZW_MARGIN, oldLzw, startLzw } from "./lzw";
import { copyBytes, packBits } from "./runs";

/** Codings, numbered as in decoder/codedRows.ts. */
const NONE: i32 = 0;
const PACK_BITS: i32 = 1;
const LZW: i32 = 2;
const OLD_LZW: i32 = 3;
const DEFLATE: i32 = 4;

/** What `makeRows` returns when it stops. */
const MADE: i32 = 0;
const NEEDS_INPUT: i32 = 1;
const OVER: i32 = 2;

const WINDOW_BYTES: usize = 65536;
const HISTORY_BYTES: usize = 32768;
const AHEAD_BYTES: usize = 131072;
/** Loads and stores may reach this many bytes too far. */
const SLACK: usize = 64;

let window: usize = 0;
/** Decoded bytes. Those in [taken, outputAt) are not made into rows yet. */
let buffer: usize = 0;
let bufferBytes: usize = 0;
let taken: usize = 0;
let rows: usize = 0;
let stride: usize = 0;
let rowBytes: usize = 0;
let made: i32 = 0;

let coding: i32 = 0;
let kind: i32 = 0;
let step: i32 = 1;
let little: bool = false;

/**
 * The kind of data that follow: rows of `bytes` bytes in the coding, and of at most `outBytes` when made (assembly/
 * convert.ts); batches of at most `batch` rows. `samples` of a pixel. Gives 0 when there is not enough memory.
 */
export function setUp(
  ofCoding: i32,
  ofKind: i32,
  bytes: i32,
  outBytes: i32,
  samples: i32,
  isLittle: bool,
  batch: i32,
): i32 {
  coding = ofCoding;
  kind = ofKind;
  step = samples;
  little = isLittle;
  rowBytes = bytes;
  stride = (<usize>outBytes + SLACK + 15) & ~15;
  window = (__heap_base + 15) & ~15;
  rows = window + 2 * WINDOW_BYTES + SLACK;
  buffer = rows + stride * <usize>batch + SLACK;
  bufferBytes = HISTORY_BYTES + AHEAD_BYTES + rowBytes + LZW_MARGIN;
  const need = <i32>((buffer + bufferBytes + SLACK + 65535) >>> 16);
  return need > memory.size() && memory.grow(need - memory.size()) < 0 ? 0 : 1;
}

export { setSamples } from "./deep";

/** Address of the tables of tones: three of 65536 bytes. */
export function toneAddress(): usize {
  return TONES;
}

/** Begins a strip or tile. */
export function startSegment(): void {
  taken = buffer;
  made = 0;
  setInput(window, window, false);
  setOutput(buffer, buffer, buffer + bufferBytes);
  if (coding == DEFLATE) startInflate();
  else if (coding == LZW || coding == OLD_LZW) startLzw();
}

/** Keeps the unused input and gives the address where the driver may put up to 64 KB more. */
export function inputAddress(): usize {
  return keepInput(window);
}

/** The driver has put `length` bytes there. `last`: no more follow. */
export function inputFilled(length: i32, last: bool): void {
  addInput(length, last, SLACK);
}

/** Address of the first row of the batch. The others follow, `rowStride` bytes apart. */
export function rowAddress(): usize {
  return rows;
}

export function rowStride(): usize {
  return stride;
}

/** Rows in the batch so far. */
export function rowsMade(): i32 {
  return made;
}

/** Begins a new batch, which overwrites the last one. */
export function nextBatch(): void {
  made = 0;
}

/** Makes rows until the batch has `wanted`, input is needed, or the data are over. */
export function makeRows(wanted: i32): i32 {
  while (true) {
    while (made < wanted && taken + rowBytes <= outputAt) {
      convert(kind, taken, rows + stride * <usize>made, <i32>rowBytes, step, little);
      taken += rowBytes;
      made++;
    }
    if (made == wanted) return MADE;
    slide();
    const stopped = decode();
    if (taken + rowBytes <= outputAt) continue;
    if (stopped == HUNGRY) return NEEDS_INPUT;
    if (stopped == ENDED || stopped == DAMAGED) return OVER;
  }
}

function decode(): i32 {
  if (coding == LZW) return lzw();
  if (coding == DEFLATE) return inflate();
  if (coding == PACK_BITS) return packBits();
  return coding == NONE ? copyBytes() : oldLzw();
}

/** Moves what is still needed to the buffer's start: bytes of rows not made, and the history for DEFLATE's matches. */
function slide(): void {
  const history = outputAt - buffer > HISTORY_BYTES ? outputAt - HISTORY_BYTES : buffer;
  const keep = coding == DEFLATE ? min(taken, history) : taken;
  if (keep == buffer) return;
  const length = outputAt - keep;
  memory.copy(buffer, keep, length);
  taken -= keep - buffer;
  setOutput(buffer, buffer + length, buffer + bufferBytes);
}
