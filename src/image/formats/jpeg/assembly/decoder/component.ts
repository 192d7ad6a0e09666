/**
 * One colour component of the frame (ITU T.81, A.1.1): where its blocks come from and where its samples go.
 * The driver fills the fields by number, in this order (`COMPONENT_FIELDS` in decode/jpeg/decoder.ts); all are 4 bytes.
 */
@unmanaged
export class Component {
  /** Sampling factors H and V: blocks per MCU across and down. */
  h: i32;
  v: i32;
  /** Samples per block side after the scaled inverse DCT: 1, 2, 4 or 8. */
  size: i32;
  /** Coefficients from this zigzag index on are outside the kept size x size corner. */
  limit: i32;
  /** u8[128]: zigzag index -> byte offset in the block buffer; a slot past the block takes what is not kept. */
  positions: usize;
  /** i16[size * size]: the quantisation table in the block buffer's order. */
  quant: usize;
  /** Tables of the scan at hand, see huffman.ts. */
  dc: usize;
  ac: usize;
  skip: usize;
  /** DC predictor (F.1.1.5.1). */
  predictor: i32;
  /** Blocks of the component, as scans of this component alone count them (A.2.2). */
  blocksAcross: i32;
  blocksDown: i32;
  /** Blocks whose samples are wanted: columns [left, right), rows [top, bottom). */
  left: i32;
  right: i32;
  top: i32;
  bottom: i32;
  /** Kept coefficients of the wanted blocks, when the file has several scans; else 0. */
  coefficients: usize;
  /** u64 per block of the whole component: which coefficients are known to be nonzero; 0 if not kept. */
  history: usize;
  /** Last rows of samples: row y is at `ring + y % ringRows * stride`. */
  ring: usize;
  ringRows: i32;
  stride: i32;
  /** Where in the ring the MCU row at hand begins; it lies in one piece. */
  band: usize;
  /** Rows [0, rows) have been decoded. */
  rows: i32;
  /** Vertical filter: first source row, row after the last, and `tapsDown` Q14 taps per output row. */
  rowStarts: usize;
  rowEnds: usize;
  rowTaps: usize;
  tapsDown: i32;
  /** Horizontal filter: first column (from `left`) and `tapsAcross` Q14 taps per output column. */
  columnStarts: usize;
  columnTaps: usize;
  tapsAcross: i32;
  /** usize[tapsDown], one row of i16 after the vertical and one after the horizontal filter, both Q6. */
  rowPointers: usize;
  tall: usize;
  line: usize;
}

const COMPONENTS = memory.data(4 * 256, 16);

/** The i-th component (0..3) of the frame. */
@inline
export function component(i: i32): Component {
  return changetype<Component>(COMPONENTS + (<usize>i << 8));
}

/** Address of the i-th component's fields, for the driver. */
export function componentFields(i: i32): usize {
  return COMPONENTS + (<usize>i << 8);
}

/** Bytes of a component's fields: the driver checks its list against this. */
export function componentBytes(): i32 {
  return <i32>offsetof<Component>();
}
