/** The frame header after its first 10 bytes, which the driver reads (RFC 6386, 9.2 to 9.11 and 19.2). */
import { BoolReader, overrun, readBit, readNumber, readOptional, reader } from "./bits";
import { DEFAULTS } from "./coefficients";
import { setQuantiser } from "./quantisers";
import { UPDATES } from "./updates";

/** Kinds x bands x contexts of token probabilities. */
const CONTEXTS: i32 = 4 * 8 * 3;
const NODES: i32 = 11;

/** Token probabilities in force, 16 bytes for each context's 11. */
export const PROBABILITIES = memory.data(4 * 8 * 3 * 16, 16);

/** The loop filter's level for each segment, before the mode's part is added. */
const LEVELS = memory.data(4 * 4, 16);
const SEGMENT_PROBABILITIES = memory.data(4, 16);

/** Whether each macroblock names its segment. */
export let mapped: bool = false;
/** Probability (of 256) that a macroblock is not skipped. */
export let skipProbability: i32 = 0;
/** Whether macroblocks may be skipped. */
export let skipping: bool = false;
/** 0 none, 1 simple, 2 normal. */
export let filterKind: i32 = 0;
export let sharpness: i32 = 0;
/** Added to the level of every macroblock, and to the level of macroblocks that are predicted by subblocks. */
export let intraDelta: i32 = 0;
export let submodeDelta: i32 = 0;

@inline
export function segmentProbability(i: usize): i32 {
  return load<u8>(SEGMENT_PROBABILITIES + i);
}

@inline
export function filterLevel(segment: i32): i32 {
  return load<i32>(LEVELS + (<usize>segment << 2));
}

const SEGMENT_QUANTISERS = memory.data(4 * 4, 16);
let segmented: bool = false;
let absolute: bool = false;

function readSegments(r: BoolReader): void {
  mapped = false;
  absolute = false;
  memory.fill(SEGMENT_QUANTISERS, 0, 16);
  memory.fill(LEVELS, 0, 16);
  memory.fill(SEGMENT_PROBABILITIES, 255, 4);
  segmented = <bool>readBit(r, 128);
  if (!segmented) return;
  mapped = <bool>readBit(r, 128);
  if (readBit(r, 128)) {
    absolute = <bool>readBit(r, 128);
    for (let i: usize = 0; i < 16; i += 4) store<i32>(SEGMENT_QUANTISERS + i, readOptional(r, 7));
    for (let i: usize = 0; i < 16; i += 4) store<i32>(LEVELS + i, readOptional(r, 6));
  }
  if (!mapped) return;
  for (let i: usize = 0; i < 3; i++) {
    if (readBit(r, 128)) store<u8>(SEGMENT_PROBABILITIES + i, readNumber(r, 8));
  }
}

function readFilter(r: BoolReader): void {
  const simple = readBit(r, 128);
  const level = readNumber(r, 6);
  sharpness = readNumber(r, 3);
  filterKind = level == 0 ? 0 : simple ? 1 : 2;
  intraDelta = 0;
  submodeDelta = 0;
  if (readBit(r, 128) && readBit(r, 128)) {
    for (let i = 0; i < 8; i++) {
      const delta = readOptional(r, 6);
      if (i == 0) intraDelta = delta;
      if (i == 4) submodeDelta = delta;
    }
  }
  for (let i: usize = 0; i < 16; i += 4) {
    if (!segmented) store<i32>(LEVELS + i, level);
    else if (!absolute) store<i32>(LEVELS + i, load<i32>(LEVELS + i) + level);
  }
}

function readQuantisers(r: BoolReader): void {
  const base = readNumber(r, 7);
  const y1dc = readOptional(r, 4);
  const y2dc = readOptional(r, 4);
  const y2ac = readOptional(r, 4);
  const uvdc = readOptional(r, 4);
  const uvac = readOptional(r, 4);
  for (let i = 0; i < 4; i++) {
    const own = load<i32>(SEGMENT_QUANTISERS + (<usize>i << 2));
    const index = !segmented ? base : absolute ? own : base + own;
    setQuantiser(i, index, y1dc, y2dc, y2ac, uvdc, uvac);
  }
}

function readProbabilities(r: BoolReader): void {
  for (let i = 0; i < CONTEXTS; i++) {
    for (let node = 0; node < NODES; node++) {
      const at = <usize>(i * NODES + node);
      const told = readBit(r, load<u8>(UPDATES + at));
      store<u8>(PROBABILITIES + <usize>(i * 16 + node), told ? readNumber(r, 8) : load<u8>(DEFAULTS + at));
    }
  }
}

/** Reads the header from partition 0. Gives the number of token partitions, or 0 if the header is cut short. */
export function readHeader(): i32 {
  const r = reader(0);
  // Colour space and clamping. libwebp ignores both.
  readNumber(r, 2);
  readSegments(r);
  readFilter(r);
  const partitions = 1 << readNumber(r, 2);
  readQuantisers(r);
  // Whether the probabilities stay for the next frame. There is none.
  readBit(r, 128);
  readProbabilities(r);
  skipping = <bool>readBit(r, 128);
  skipProbability = skipping ? readNumber(r, 8) : 0;
  return overrun(r) ? 0 : partitions;
}
