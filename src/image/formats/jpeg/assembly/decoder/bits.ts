/**
 * Entropy-coded bytes to bits (ITU T.81, B.1.1.5 and F.1.2.3).
 *
 * The driver copies a window of the file to `WINDOW`. `fill` moves it to `BUFFER` without the stuffed zeros, and
 * BACKWARDS: byte i of the segment lies at TOP - i. A little-endian load of 8 bytes then has the earliest byte at the
 * top, so one load refills the bit buffer. It needs no byte swap and no test for 0xff. It needs no test for the end
 * either: before a unit is decoded there are at least `MARGIN` bytes, or a pad of zeros after a marker.
 */
export const WINDOW_BYTES: i32 = 65536;
/** More than a unit can use: an MCU has at most 10 blocks (B.2.3), a block at most 64 codes of 16 + 15 bits. */
const MARGIN: i32 = 4096;
const BUFFER_BYTES: usize = 65536 + 8192;
/** Zeros after a segment's end; more than one block can use. */
const PAD: usize = 512;

const WINDOW = memory.data(65536 + 64, 16);
const BUFFER = memory.data(65536 + 8192 + 64, 16);
const TOP: usize = BUFFER + BUFFER_BYTES;

/** The state that all decoders of entropy-coded segments share. The hot loops keep the first three in locals. */
@unmanaged
export class BitReader {
  /** The next bits, first one at the top. */
  bits: u64;
  /** How many of these bits are valid. */
  count: i32;
  /** Address of the next byte for `bits`. It goes down. */
  at: usize;
  /** The address below the segment's last byte in the buffer. */
  end: usize;
  /** The unread part of the window. */
  raw: usize;
  rawEnd: usize;
  /** The window holds the file's last byte. */
  last: bool;
  /** A marker or the end of the file ended the segment: no more bytes come before the next restart. */
  complete: bool;
  /** That marker's code, EOI for the end of the file. */
  marker: i32;
}

const READER = memory.data(64, 16);
@inline
export function bitReader(): BitReader {
  return changetype<BitReader>(READER);
}

export const EOI: i32 = 0xd9;

/** Address of the window the driver writes to. */
export function windowAddress(): usize {
  return WINDOW;
}

/** Offset in the window of the first byte that was not moved yet. The driver begins the next window with that byte. */
export function windowUsed(): i32 {
  return <i32>(bitReader().raw - WINDOW);
}

/** The driver has put `length` bytes into the window, from the offset that `windowUsed` gave. */
export function windowFilled(length: i32, last: bool): void {
  const r = bitReader();
  r.raw = WINDOW;
  r.rawEnd = WINDOW + <usize>length;
  r.last = last;
}

/** Starts a segment with an empty bit buffer. */
export function startSegment(): void {
  const r = bitReader();
  r.bits = 0;
  r.count = 0;
  r.at = TOP;
  r.end = TOP;
  r.complete = false;
  r.marker = 0;
}

/** Starts a scan with an empty window. */
export function startReading(): void {
  startSegment();
  windowFilled(0, false);
}

function stop(r: BitReader, marker: i32): void {
  r.complete = true;
  r.marker = marker;
  memory.fill(r.end - PAD + 1, 0, PAD);
}

/** Moves bytes from the window to the buffer, up to the next marker, until the buffer is full. */
function fill(r: BitReader): void {
  const unread = r.at - r.end;
  memory.copy(TOP - unread + 1, r.end + 1, unread);
  r.at = TOP;
  let end = TOP - unread;
  let raw = r.raw;
  const rawEnd = r.rawEnd;
  const floor = BUFFER + PAD + 16;
  while (end > floor) {
    if (raw + 17 <= rawEnd) {
      const v = v128.load(raw);
      v128.store(end - 15, v128.shuffle<u8>(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
      const found = i8x16.bitmask(i8x16.eq(v, i8x16.splat(-1)));
      const plain: usize = found ? <usize>ctz(found) : 16;
      raw += plain;
      end -= plain;
      if (!found) continue;
    }
    if (raw >= rawEnd) {
      if (r.last) {
        r.end = end;
        stop(r, EOI);
      }
      break;
    }
    const byte = load<u8>(raw);
    if (byte != 0xff) {
      store<u8>(end--, byte);
      raw++;
      continue;
    }
    if (raw + 1 >= rawEnd) {
      if (!r.last) break;
      raw++;
      continue;
    }
    const code = load<u8>(raw, 1);
    if (code == 0) {
      store<u8>(end--, 0xff);
      raw += 2;
    } else if (code == 0xff) {
      raw++; // A fill byte (B.1.1.2).
    } else {
      r.end = end;
      stop(r, code);
      break;
    }
  }
  r.raw = raw;
  r.end = end;
}

/** True: the next unit can be decoded without a test for the end. False: the driver must give more bytes first. */
@inline
export function ready(r: BitReader): bool {
  if (r.complete || <i32>(r.at - r.end) >= MARGIN) return true;
  fill(r);
  return r.complete || <i32>(r.at - r.end) >= MARGIN;
}

/** Whether more bits were taken than the segment had. */
@inline
export function exhausted(r: BitReader): bool {
  return r.complete && (<i32>(r.end - r.at) << 3) > r.count;
}

/**
 * Marker codes below this are reserved (table B.1): no segment begins with them. They come from damage, and libjpeg
 * passes over them when it looks for a restart marker.
 */
const FIRST_SEGMENT: i32 = 0xc0;

@inline
function isRestart(marker: i32): bool {
  return marker >= 0xd0 && marker <= 0xd7;
}

/**
 * Whether the scan is over: its bits are used up, and no restart marker can follow. Without an interval nothing can be
 * found again after a marker.
 */
@inline
export function ended(r: BitReader, interval: i32): bool {
  return exhausted(r) && (interval == 0 || (r.marker >= FIRST_SEGMENT && !isRestart(r.marker)));
}

/**
 * Lets a unit that ran past the end read zeros. The position stays past the end, so the segment counts as exhausted.
 */
@inline
export function stayInPad(r: BitReader): void {
  if (r.complete && <i32>(r.end - r.at) > 128) r.at = r.end - 64;
}

/**
 * Skips to restart marker number `expected` (0..7) and starts the segment after it, as libjpeg's jpeg_resync_to_restart
 * does. Stray markers before it are skipped. When another number comes:
 * - One or two ahead: intervals were lost. The marker is kept for later, and the current interval is empty.
 * - One or two behind: the marker is skipped.
 * - Every other number: the marker counts as the expected one.
 * Gives false when the driver must give more bytes first.
 */
export function restart(expected: i32): bool {
  const r = bitReader();
  for (;;) {
    while (!r.complete) {
      r.at = r.end;
      const before = r.raw;
      fill(r);
      if (!r.complete && r.raw == before) return false;
    }
    const marker = r.marker;
    const stray = marker < FIRST_SEGMENT;
    if (!stray && !isRestart(marker)) break;
    const ahead = (marker - 0xd0 - expected) & 7;
    if (!stray && (ahead == 1 || ahead == 2)) break;
    r.raw += 2;
    startSegment();
    if (!stray && ahead < 6) return true;
  }
  r.bits = 0;
  r.count = 0;
  r.at = r.end - 1; // One byte past the end: the interval counts as exhausted.
  return true;
}
