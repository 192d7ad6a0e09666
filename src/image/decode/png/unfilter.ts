/** Reversal of PNG's row filters (PNG, third edition, section 9). */

/**
 * Undoes `filter` on `row` in place. `above` is the row before it, already unfiltered (zeros for the first), and
 * `step` the bytes of one whole pixel, at least 1. An unknown filter leaves the row as it is.
 */
export function unfilterRow(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  const n = row.length;
  switch (filter) {
    case 1:
      for (let i = step; i < n; i++) row[i] = (row[i] as number) + (row[i - step] as number);
      return;
    case 2:
      for (let i = 0; i < n; i++) row[i] = (row[i] as number) + (above[i] as number);
      return;
    case 3:
      for (let i = 0; i < Math.min(step, n); i++) row[i] = (row[i] as number) + ((above[i] as number) >> 1);
      for (let i = step; i < n; i++) {
        row[i] = (row[i] as number) + (((row[i - step] as number) + (above[i] as number)) >> 1);
      }
      return;
    case 4:
      for (let i = 0; i < Math.min(step, n); i++) row[i] = (row[i] as number) + (above[i] as number);
      for (let i = step; i < n; i++) {
        row[i] = (row[i] as number) + paeth(row[i - step] as number, above[i] as number, above[i - step] as number);
      }
  }
}

/** The neighbour nearest to left + above - corner; ties go to left, then above (section 9.4). */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
