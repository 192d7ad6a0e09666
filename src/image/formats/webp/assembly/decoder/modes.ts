/** How each macroblock is predicted (RFC 6386, 9.3, 11.2 to 11.5 and 19.3). */
import { BoolReader, readBit } from "./bits";
import { mapped, segmentProbability, skipping, skipProbability } from "./frame";
import { SUBMODES } from "./submodes";

/** The modes of whole macroblocks are the first four of subblocks: as such they are contexts (RFC 6386, 11.2). */
export const DC: i32 = 0;
export const TM: i32 = 1;
export const V: i32 = 2;
export const H: i32 = 3;

/** The macroblock that was read last. */
export let segment: i32 = 0;
export let skipped: bool = false;
/** It is predicted by subblocks. Their modes are at `SUBMODES_OF`. */
export let bySubblock: bool = false;
export let lumaMode: i32 = 0;
export let chromaMode: i32 = 0;
export const SUBMODES_OF = memory.data(16, 16);

/** Modes of the subblocks above (4 for each macroblock of a row, from `above`) and to the left. */
let above: usize = 0;
const LEFT = memory.data(4, 4);

/** Starts a frame: `contexts` are 4 bytes for each macroblock of a row. */
export function startModes(contexts: usize, across: i32): void {
  above = contexts;
  memory.fill(contexts, <u8>DC, <usize>across << 2);
}

export function startModeRow(): void {
  store<u32>(LEFT, 0);
}

/** bmode_tree (RFC 6386, 11.2). Positive entries are indexes into the tree, others are modes, negated. */
const TREE = memory.data<i8>([0, 2, -1, 4, -2, 6, 8, 12, -3, 10, -5, -6, -4, 14, -7, 16, -8, -9]);

function readSubmode(r: BoolReader, probabilities: usize): i32 {
  let i = 0;
  do {
    i = load<i8>(TREE + <usize>(i + readBit(r, load<u8>(probabilities + <usize>(i >> 1)))));
  } while (i > 0);
  return -i;
}

/** Reads the modes of macroblock `x` in the current row. */
export function readModes(r: BoolReader, x: i32): void {
  segment = 0;
  if (mapped) {
    const high = readBit(r, segmentProbability(0));
    segment = 2 * high + readBit(r, segmentProbability(1 + high));
  }
  skipped = skipping && <bool>readBit(r, skipProbability);
  bySubblock = !readBit(r, 145);
  const top = above + (<usize>x << 2);
  if (bySubblock) {
    for (let y: usize = 0; y < 4; y++) {
      let left = <i32>load<u8>(LEFT + y);
      for (let i: usize = 0; i < 4; i++) {
        left = readSubmode(r, SUBMODES + <usize>((load<u8>(top + i) * 10 + left) * 9));
        store<u8>(top + i, left);
        store<u8>(SUBMODES_OF + (y << 2) + i, left);
      }
      store<u8>(LEFT + y, left);
    }
  } else {
    lumaMode = readBit(r, 156) ? (readBit(r, 128) ? TM : H) : readBit(r, 163) ? V : DC;
    store<u32>(top, <u32>lumaMode * 0x01010101);
    store<u32>(LEFT, <u32>lumaMode * 0x01010101);
  }
  chromaMode = !readBit(r, 142) ? DC : !readBit(r, 114) ? V : readBit(r, 183) ? TM : H;
}
