/** Hints that are kept before they are looked up together, at most. */
export const GROUP = 512;

/** The fresh hints of one group of datagrams, a column for each field; their paths still lie where they were received. */
export class Group {
  size = 0;
  readonly regions = new Uint8Array(GROUP);
  readonly formats = new Uint8Array(GROUP);
  readonly starts = new Int32Array(GROUP);
  readonly ends = new Int32Array(GROUP);
  readonly lane1 = new Int32Array(GROUP);
  readonly lane2 = new Int32Array(GROUP);
  readonly expiries = new Float64Array(GROUP);
}
