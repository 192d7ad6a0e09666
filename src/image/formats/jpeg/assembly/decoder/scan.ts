/** Scans of all components at once (ITU T.81, A.2.3), MCU row by MCU row straight into the planes. */
import { bitReader, ended, exhausted, ready, restart, startReading, stayInPad } from "./bits";
import { decodeBlock } from "./block";
import { Component, component } from "./component";
import { inverse } from "./idct";

@unmanaged
export class Scan {
  components: i32;
  mcusAcross: i32;
  mcusDown: i32;
  mx: i32;
  my: i32;
  /** MCUs between restart markers (0: no markers); MCUs that remain; the number of the next marker (E.2.4). */
  interval: i32;
  left: i32;
  expected: i32;
  /** MCUs for which there was no data. */
  missing: i32;
  /** The rows are made from stored coefficients. */
  stored: bool;
}

const SCAN = memory.data(64, 16);
@inline
export function scan(): Scan {
  return changetype<Scan>(SCAN);
}

const BLOCK = memory.data(128 + 16, 16);

/**
 * Starts with the first MCU row of a file with one scan, or, with `stored`, of the coefficients that all scans have
 * stored. `interval` is that of the DRI segment.
 */
export function startRows(components: i32, mcusAcross: i32, mcusDown: i32, interval: i32, stored: bool): void {
  const s = scan();
  s.components = components;
  s.mcusAcross = mcusAcross;
  s.mcusDown = mcusDown;
  s.mx = 0;
  s.my = 0;
  s.interval = interval;
  s.left = interval;
  s.expected = 0;
  s.stored = stored;
  startReading();
  for (let i = 0; i < 4; i++) component(i).predictor = 0;
}

/** Starts a picture. */
export function startPicture(): void {
  scan().missing = 0;
}

export function missingUnits(): i32 {
  return scan().missing;
}

/** The next MCU row has no data. It becomes grey, as in every decoder. */
function greyRow(s: Scan): void {
  for (let i = 0; i < s.components; i++) {
    const c = component(i);
    const bytes = <usize>(c.v * c.size * c.stride);
    memory.fill(c.band, 128, bytes);
  }
}

/** Moves all components to the next MCU row. */
export function endRow(s: Scan): void {
  s.mx = 0;
  s.my++;
  for (let i = 0; i < s.components; i++) {
    const c = component(i);
    c.rows = s.my * c.v * c.size;
    c.band = c.ring + <usize>((c.rows % c.ringRows) * c.stride);
  }
}

@inline
export function clear(block: usize, size: i32): void {
  const zero = i64x2.splat(0);
  v128.store(block, zero);
  if (size < 4) return;
  v128.store(block, zero, 16);
  if (size < 8) return;
  v128.store(block, zero, 32);
  v128.store(block, zero, 48);
  v128.store(block, zero, 64);
  v128.store(block, zero, 80);
  v128.store(block, zero, 96);
  v128.store(block, zero, 112);
}

/** Decodes to the end of the MCU row. False: the driver must give more bytes first. */
export function decodeRow(): bool {
  const s = scan();
  const r = bitReader();
  const block = BLOCK;
  if (s.mx == 0 && ended(r, s.interval)) {
    s.missing += s.mcusAcross;
    greyRow(s);
    endRow(s);
    return true;
  }
  for (; s.mx < s.mcusAcross; s.mx++) {
    if (s.interval != 0) {
      if (s.left == 0) {
        if (!restart(s.expected)) return false;
        s.expected = (s.expected + 1) & 7;
        s.left = s.interval;
        for (let i = 0; i < s.components; i++) component(i).predictor = 0;
      }
    }
    if (!ready(r)) return false;
    s.left--;
    const lost = exhausted(r);
    if (lost) s.missing++;
    for (let i = 0; i < s.components; i++) {
      const c = component(i);
      const size = c.size;
      for (let y = 0; y < c.v; y++) {
        const row = s.my * c.v + y;
        const at = c.band + <usize>(y * size * c.stride);
        const wanted = row >= c.top && row < c.bottom;
        for (let x = 0; x < c.h; x++) {
          const column = s.mx * c.h + x;
          clear(block, size);
          if (!lost) {
            decodeBlock(r, c, block);
            stayInPad(r);
          }
          if (wanted && column >= c.left && column < c.right) {
            inverse(c, block, at + <usize>((column - c.left) * size));
          }
        }
      }
    }
  }
  endRow(s);
  return true;
}
