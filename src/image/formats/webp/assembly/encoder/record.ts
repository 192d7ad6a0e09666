/** What is known of each macroblock, from the analysis until its modes are written. */

export const RECORD_BYTES: usize = 24;

@unmanaged
export class Record {
  /** 1: each subblock of luma has a mode of its own (RFC 6386, 11.2). */
  bySubblock: u8;
  lumaMode: u8;
  chromaMode: u8;
  segment: u8;
  /** 1: no coefficients (RFC 6386, 11.1). */
  skipped: u8;
  /** How easily it is compressed, 0..255 (analysis.ts). */
  ease: u8;
  /** 1: all of its pixels are transparent, so nobody sees what it becomes. */
  invisible: u8;
  unused: u8;
}

/** The sixteen modes of the subblocks follow the fields. */
const MODES_AT: usize = 8;

@inline
export function modesOf(record: Record): usize {
  return changetype<usize>(record) + MODES_AT;
}

/** Record `index` of the macroblocks, row by row. */
@inline
export function recordAt(records: usize, index: i32): Record {
  return changetype<Record>(records + <usize>index * RECORD_BYTES);
}
