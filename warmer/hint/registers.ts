/** More paths than fit into the largest datagram: of `"/",` at four bytes each some 340 do. */
export const MAX_PATHS_PER_LINE = 350;

/**
 * What a scan found, overwritten by the next one, so that a hint costs no allocation. The lists are views of the
 * scanner's memory.
 */
export type HintRegisters = {
  /** Unix time of the hint, ms. */
  time: number;
  /** Index of the deployed region. */
  region: number;
  /** Index into FORMATS. */
  format: number;
  /** 32-bit hash of the sender's name, 0 when it gave none. */
  sender: number;
  /** Number of paths. */
  count: number;
  /** Where each path begins and ends in the scanner's memory, and the halves of its 64-bit key. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly lane1: Int32Array;
  readonly lane2: Int32Array;
};
