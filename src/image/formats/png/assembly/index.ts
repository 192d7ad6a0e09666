/**
 * PNG image data to unfiltered rows, as a stream: the driver (decoder/rows.ts) feeds the zlib stream in windows and
 * takes rows in batches. It holds a window, 32 KB of history and some rows, whatever the picture's size.
 */
import { inflate, startInflate } from "./inflate";
import { addInput, DAMAGED, ENDED, HUNGRY, keepInput, OUTPUT_MARGIN, outputAt, setInput, setOutput } from "./state";
import { unfilter } from "./unfilter";

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
/** Inflated bytes. Those in [taken, outputAt) are not unfiltered yet. */
let buffer: usize = 0;
let taken: usize = 0;
/** Unfiltered rows. The first one is the row before the batch. */
let rows: usize = 0;
let stride: usize = 0;
let rowBytes: usize = 0;
let step: usize = 1;
let made: i32 = 0;

/**
 * Begins a picture: rows of at most `widest` bytes, `pixelBytes` a pixel (at least 1), batches of at most `batch` rows.
 * Gives 0 when there is not enough memory.
 */
export function start(widest: i32, pixelBytes: i32, batch: i32): i32 {
  stride = (<usize>widest + SLACK + 15) & ~15;
  window = (__heap_base + 15) & ~15;
  rows = window + 2 * WINDOW_BYTES + SLACK;
  buffer = rows + stride * <usize>(batch + 1) + SLACK;
  const bufferBytes = HISTORY_BYTES + AHEAD_BYTES + stride + OUTPUT_MARGIN;
  const end = buffer + bufferBytes + SLACK;
  const need = <i32>((end + 65535) >>> 16);
  if (need > memory.size() && memory.grow(need - memory.size()) < 0) return 0;
  step = pixelBytes;
  taken = buffer;
  setInput(window, window, false);
  setOutput(buffer, buffer, buffer + bufferBytes);
  startInflate();
  return 1;
}

/** Begins a pass with rows of `bytes` bytes. The row above the first is zeros. */
export function startPass(bytes: i32): void {
  rowBytes = bytes;
  memory.fill(rows, 0, stride);
  made = 0;
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
  return rows + stride;
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
  if (made > 0) memory.copy(rows, rows + stride * <usize>made, rowBytes);
  made = 0;
}

/** Makes rows until the batch has `wanted`, input is needed, or the stream is over. */
export function makeRows(wanted: i32): i32 {
  while (true) {
    while (made < wanted && taken + 1 + rowBytes <= outputAt) {
      const above = rows + stride * <usize>made;
      unfilter(load<u8>(taken), taken + 1, above, above + stride, rowBytes, step);
      taken += 1 + rowBytes;
      made++;
    }
    if (made == wanted) return MADE;
    slide();
    const before = outputAt;
    const stopped = inflate();
    if (outputAt > before) {
      if (taken + 1 + rowBytes <= outputAt) continue;
      if (stopped != HUNGRY && stopped != ENDED && stopped != DAMAGED) continue;
    }
    if (stopped == HUNGRY) return NEEDS_INPUT;
    if (stopped == ENDED || stopped == DAMAGED) return OVER;
  }
}

/** Moves what is still needed to the buffer's start: bytes of rows not made, and the history for matches. */
function slide(): void {
  const history = outputAt - buffer > HISTORY_BYTES ? outputAt - HISTORY_BYTES : buffer;
  const keep = min(taken, history);
  if (keep == buffer) return;
  const length = outputAt - keep;
  memory.copy(buffer, keep, length);
  taken -= keep - buffer;
  const limit = buffer + HISTORY_BYTES + AHEAD_BYTES + stride + OUTPUT_MARGIN;
  setOutput(buffer, buffer + length, limit);
}

/**
 * Converts `count` rows of the batch, `width` pixels each, from three bytes a pixel to four at `to`. It stores four
 * pixels at once: the last store of a row reaches up to 16 bytes into the next row, which is written after it.
 */
export function rgbToRgba(to: usize, width: i32, count: i32): void {
  const opaque = i32x4.splat(0xff000000);
  for (let y = 0; y < count; y++) {
    let from = rows + stride * <usize>(y + 1);
    let out = to + (<usize>y * <usize>width << 2);
    for (let x = 0; x < width; x += 4) {
      const v = v128.load(from);
      v128.store(out, v128.or(v128.shuffle<u8>(v, opaque, 0, 1, 2, 19, 3, 4, 5, 19, 6, 7, 8, 19, 9, 10, 11, 19), opaque));
      from += 12;
      out += 16;
    }
  }
}

/** Address of `bytes` bytes behind everything else, or 0 when there is not enough memory. */
export function reserve(bytes: i32): usize {
  const at = (buffer + HISTORY_BYTES + AHEAD_BYTES + stride + OUTPUT_MARGIN + SLACK + 15) & ~15;
  const need = <i32>((at + <usize>bytes + SLACK + 65535) >>> 16);
  if (need > memory.size() && memory.grow(need - memory.size()) < 0) return 0;
  return at;
}
