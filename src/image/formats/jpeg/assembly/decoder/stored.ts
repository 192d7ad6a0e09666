/**
 * Files of several scans: progressive ones, and sequential ones with a scan for each component (ITU T.81, A.2). The
 * kept coefficients of the wanted blocks are stored, scan after scan. Then they go to the planes, one MCU row after the
 * other.
 */
import { BitReader, bitReader, ended, exhausted, ready, restart, startReading, stayInPad } from "./bits";
import { decodeBlock } from "./block";
import { Component, component } from "./component";
import { inverse } from "./idct";
import { firstAc, firstDc } from "./firstScan";
import { SCRATCH, band } from "./progressive";
import { refineAc, refineDc } from "./refinement";
import { clear, endRow, scan } from "./scan";

/** What a scan holds. */
const SEQUENTIAL: i32 = 0;
const FIRST_DC: i32 = 1;
const REFINE_DC: i32 = 2;
const FIRST_AC: i32 = 3;
const REFINE_AC: i32 = 4;

@unmanaged
class StoredScan {
  kind: i32;
  /** Its components: frame index in bits 0..3, 4..7, 8..11, 12..15. */
  count: i32;
  indexes: i32;
  across: i32;
  down: i32;
}

const STORED = memory.data(32, 16);
@inline
function stored(): StoredScan {
  return changetype<StoredScan>(STORED);
}

@inline
function member(s: StoredScan, i: i32): Component {
  return component((s.indexes >> (i << 2)) & 3);
}

/** Starts a scan of `count` components. A scan of one component has its own blocks (A.2.2), others have MCUs. */
export function startStoredScan(kind: i32, count: i32, indexes: i32, mcusAcross: i32, mcusDown: i32, interval: i32, first: i32, last: i32, low: i32): void {
  const s = stored();
  s.kind = kind;
  s.count = count;
  s.indexes = indexes;
  s.across = count == 1 ? member(s, 0).blocksAcross : mcusAcross;
  s.down = count == 1 ? member(s, 0).blocksDown : mcusDown;
  const b = band();
  b.first = first;
  b.last = last;
  b.low = low;
  b.run = 0;
  const state = scan();
  state.mx = 0;
  state.my = 0;
  state.interval = interval;
  state.left = interval;
  state.expected = 0;
  for (let i = 0; i < 4; i++) component(i).predictor = 0;
  startReading();
}

@inline
function keptBlock(c: Component, row: i32, column: i32): usize {
  if (row < c.top || row >= c.bottom || column < c.left || column >= c.right) return SCRATCH;
  const index = (row - c.top) * (c.right - c.left) + column - c.left;
  return c.coefficients + <usize>(index * c.size * c.size) * 2;
}

@inline
function decodeOne(r: BitReader, kind: i32, c: Component, row: i32, column: i32): void {
  const block = keptBlock(c, row, column);
  if (kind == SEQUENTIAL) {
    // What is not kept would go to a slot behind the block. In the store the next block lies there.
    clear(SCRATCH, c.size);
    decodeBlock(r, c, SCRATCH);
    if (block != SCRATCH) memory.copy(block, SCRATCH, c.size * c.size * 2);
  } else if (kind == FIRST_DC) firstDc(r, c, block);
  else refineDc(r, block);
  stayInPad(r);
}

/** How many of the next `most` blocks of a row can be decoded without a test for the end of the bits. */
@inline
function sureBlocks(r: BitReader, most: i32): i32 {
  if (r.complete) return 1;
  return min(most, <i32>(r.at - r.end) >> 8);
}

/** Decodes to the end of the scan. False: the driver must give more bytes first. */
export function decodeStored(): bool {
  const s = stored();
  const state = scan();
  const r = bitReader();
  const b = band();
  const kind = s.kind;
  for (; state.my < s.down; state.my++, state.mx = 0) {
    while (state.mx < s.across) {
      if (state.interval != 0 && state.left == 0) {
        if (!restart(state.expected)) return false;
        state.expected = (state.expected + 1) & 7;
        state.left = state.interval;
        b.run = 0;
        for (let i = 0; i < 4; i++) component(i).predictor = 0;
      }
      // Units without data: in a first AC scan those of a run of ends; after the end, all up to the next restart.
      let empty = 0;
      if (kind == FIRST_AC) empty = b.run;
      if (empty == 0) {
        if (!ready(r)) return false;
        if (exhausted(r)) {
          if (ended(r, state.interval)) {
            state.missing += (s.down - state.my) * s.across - state.mx;
            return true;
          }
          empty = state.left;
          state.missing += min(empty, s.across - state.mx);
        }
      }
      if (empty > 0) {
        empty = min(empty, s.across - state.mx);
        if (state.interval != 0) empty = min(empty, state.left);
        state.mx += empty;
        state.left -= empty;
        b.run = max(0, b.run - empty);
        continue;
      }
      let done = 1;
      if (kind == FIRST_AC || kind == REFINE_AC) {
        done = sureBlocks(r, state.interval != 0 ? min(state.left, s.across - state.mx) : s.across - state.mx);
        if (kind == FIRST_AC) firstAc(r, member(s, 0), state.my, state.mx, done);
        else refineAc(r, member(s, 0), state.my, state.mx, done);
        stayInPad(r);
      } else if (s.count == 1) decodeOne(r, kind, member(s, 0), state.my, state.mx);
      else {
        for (let i = 0; i < s.count; i++) {
          const c = member(s, i);
          for (let y = 0; y < c.v; y++) {
            for (let x = 0; x < c.h; x++) decodeOne(r, kind, c, state.my * c.v + y, state.mx * c.h + x);
          }
        }
      }
      state.mx += done;
      state.left -= done;
    }
  }
  return true;
}

/** Transforms the next MCU row of stored blocks into the planes. */
export function renderRow(): void {
  const s = scan();
  for (let i = 0; i < s.components; i++) {
    const c = component(i);
    for (let y = 0; y < c.v; y++) {
      const row = s.my * c.v + y;
      if (row < c.top || row >= c.bottom) continue;
      let at = c.band + <usize>(y * c.size * c.stride);
      for (let column = c.left; column < c.right; column++, at += c.size) inverse(c, keptBlock(c, row, column), at);
    }
  }
  endRow(s);
}
