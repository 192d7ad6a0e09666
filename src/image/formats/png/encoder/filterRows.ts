/** PNG row filters. Each row gets the one with the least sum of absolute differences (PNG, third edition, 12.7). */

const FILTERS = 5;

/** RGBA pixels -> filtered rows, each after the number of its filter. With 3 `channels` alpha is dropped. */
export function filterRows(data: Uint8Array, width: number, height: number, channels: 3 | 4): Uint8Array<ArrayBuffer> {
  const bytes = width * channels;
  const out = new Uint8Array(height * (1 + bytes));
  // There are `channels` zero bytes to the left of each row, so the filters need no special case there.
  let row = new Uint8Array(channels + bytes);
  let above = new Uint8Array(channels + bytes);
  const tries = Array.from({ length: FILTERS }, () => new Uint8Array(bytes));
  for (let y = 0; y < height; y++) {
    for (let x = 0, from = y * width * 4, to = channels; x < width; x++, from += 4) {
      for (let c = 0; c < channels; c++) row[to++] = data[from + c] as number;
    }
    const best = tryFilters(row, above, channels, tries);
    out[y * (1 + bytes)] = best;
    out.set(tries[best] ?? row, y * (1 + bytes) + 1);
    [row, above] = [above, row];
  }
  return out;
}

/** Fills `tries` with the row under each filter. Gives the number of the filter with the smallest sum. */
function tryFilters(row: Uint8Array, above: Uint8Array, channels: number, tries: readonly Uint8Array[]): number {
  const [none, sub, up, average, paeth] = tries as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const sums = [0, 0, 0, 0, 0];
  let [s0, s1, s2, s3, s4] = [0, 0, 0, 0, 0];
  for (let i = 0; i < none.length; i++) {
    const at = i + channels;
    const x = row[at] as number;
    const a = row[i] as number;
    const b = above[at] as number;
    const c = above[i] as number;
    s0 += residue((none[i] = x));
    s1 += residue((sub[i] = x - a));
    s2 += residue((up[i] = x - b));
    s3 += residue((average[i] = x - ((a + b) >> 1)));
    s4 += residue((paeth[i] = x - predict(a, b, c)));
  }
  sums.splice(0, FILTERS, s0, s1, s2, s3, s4);
  return sums.indexOf(Math.min(...sums));
}

/** Distance from zero of a difference, taken as a signed byte. */
function residue(difference: number): number {
  return Math.abs((difference << 24) >> 24);
}

function predict(a: number, b: number, c: number): number {
  const pa = Math.abs(b - c);
  const pb = Math.abs(a - c);
  const pc = Math.abs(a + b - 2 * c);
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}
