/**
 * One colour component of the frame (ITU T.81, A.1.1): where its blocks come from and where its samples go.
 * The driver fills the fields by their order here (`COMPONENT_FIELDS` in decoder/layout.ts). Each has 4 bytes.
 */
@unmanaged
export class Component {
  /** Sampling factors H and V: blocks per MCU across and down. */
  h: i32;
  v: i32;
  /** Samples per block side after the scaled inverse DCT: 1, 2, 4 or 8. */
  size: i32;
  /** From this zigzag index on, all coefficients are outside the kept corner of size x size. */
  limit: i32;
  /**
   * u8[128]: zigzag index -> byte offset in the block buffer. Coefficients that are not kept go to a slot behind it.
   */
  positions: usize;
  /** i16[size * size]: the quantisation table in the block buffer's order. */
  quant: usize;
  /** Tables of the current scan, see huffman.ts. */
  dc: usize;
  ac: usize;
  skip: usize;
  /** DC predictor (F.1.1.5.1). */
  predictor: i32;
  /** Blocks of the component, counted as in scans that hold only this component (A.2.2). */
  blocksAcross: i32;
  blocksDown: i32;
  /** Blocks whose samples are wanted: columns [left, right), rows [top, bottom). */
  left: i32;
  right: i32;
  top: i32;
  bottom: i32;
  /** The kept coefficients of the wanted blocks if the file has several scans, else 0. */
  coefficients: usize;
  /** A u64 for each block of the whole component: a bit for each coefficient known to be nonzero. 0 if not needed. */
  history: usize;
  /** The last rows of samples. Row y is at `ring + y % ringRows * stride`. */
  ring: usize;
  ringRows: i32;
  stride: i32;
  /** Where the current MCU row begins in the ring. It is contiguous. */
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
  /** usize[tapsDown]; a row of i16 (Q6) after the vertical filter; a row of i16 (Q6) after the horizontal filter. */
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

/** Bytes of a component's fields. The driver checks its list against it. */
export function componentBytes(): i32 {
  return <i32>offsetof<Component>();
}
