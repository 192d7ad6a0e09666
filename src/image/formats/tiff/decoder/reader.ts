/** What reads the rows of a strip or tile, whatever its coding. */

/** `count` rows: the first at `offset` of `data`, the others `stride` bytes apart. Valid until the next batch. */
export type Batch = {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  readonly count: number;
};

/** Takes a batch. Returns false when it needs no more. */
export type OnBatch = (batch: Batch) => boolean;

/**
 * Decodes at most `rows` rows of a segment's data, in batches. `plane`: the sample that the segment holds of each pixel; 0
 * for a page without planes. False: data are missing or damaged; `onBatch` got the rows that could be made. True: it got
 * all that it needs.
 */
export type ReadSegment = (data: Uint8Array, rows: number, onBatch: OnBatch, plane?: number) => boolean;

/**
 * Converts `width` pixels of a row that begins at `at` into `out`, from index `to` on. In YCbCr the row is a unit of
 * rows, and `row` says which one of them is made.
 */
export type ConvertRow = (
  data: Uint8Array,
  at: number,
  width: number,
  out: Uint32Array,
  to: number,
  row: number,
) => void;

/** A byte -> the byte with its bits in reverse order. */
const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
});

/** Reverses the bits of each byte, in place. */
export function reverseBits(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = REVERSED[bytes[i] ?? 0] ?? 0;
}
