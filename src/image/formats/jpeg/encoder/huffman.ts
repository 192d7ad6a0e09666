/** The best Huffman codes for a picture (ITU T.81 K.2), and codes from their lengths (annex C). */

/** What a DHT segment holds: the number of codes of each length 1..16, and the symbols in the order of their codes. */
export type CodeTable = { readonly counts: Uint8Array; readonly symbols: Uint8Array };

const LONGEST = 16;
/** The longest codes of the procedure before they are cut to 16 bits (figure K.1 works on 32). */
const MOST = 32;

/** Counts of 256 symbols -> the best code with at most 16 bits, without the code of all ones (K.2). */
export function bestCode(frequencies: Uint32Array): CodeTable {
  const lengths = codeLengths(frequencies);
  const counts = new Uint32Array(Math.max(MOST, ...lengths) + 1);
  for (const length of lengths) if (length > 0) counts[length] = (counts[length] ?? 0) + 1;
  shorten(counts);
  // The reserved symbol has the longest code, which is all ones. It is removed.
  let longest = LONGEST;
  while ((counts[longest] ?? 0) === 0) longest--;
  counts[longest] = (counts[longest] ?? 0) - 1;
  const symbols: number[] = [];
  for (let length = 1; length < counts.length; length++) {
    for (let symbol = 0; symbol < 256; symbol++) if (lengths[symbol] === length) symbols.push(symbol);
  }
  return { counts: Uint8Array.from(counts.subarray(1, LONGEST + 1)), symbols: Uint8Array.from(symbols) };
}

/** Figure K.1: joins the two rarest until one is left. Symbol 256 is reserved, so that no code is all ones. */
function codeLengths(frequencies: Uint32Array): Uint8Array {
  const weights = Float64Array.from({ length: 257 }, (_, symbol) => (symbol === 256 ? 1 : (frequencies[symbol] ?? 0)));
  const lengths = new Uint8Array(257);
  const chain = new Int32Array(257).fill(-1);
  for (;;) {
    const a = rarest(weights, -1);
    const b = rarest(weights, a);
    if (b === -1) return lengths;
    weights[a] = (weights[a] ?? 0) + (weights[b] ?? 0);
    weights[b] = 0;
    deepen(a, lengths, chain, b);
    deepen(b, lengths, chain, -1);
  }
}

/** Makes every code of the chain from `symbol` on one bit longer, then appends `next` to the chain. */
function deepen(symbol: number, lengths: Uint8Array, chain: Int32Array, next: number): void {
  let at = symbol;
  for (;;) {
    lengths[at] = (lengths[at] ?? 0) + 1;
    const following = chain[at] ?? -1;
    if (following === -1) break;
    at = following;
  }
  if (next !== -1) chain[at] = next;
}

/** The symbol with the least weight above 0, the higher one of equals. `except` does not count. -1 for none. */
function rarest(weights: Float64Array, except: number): number {
  let found = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let symbol = 0; symbol < weights.length; symbol++) {
    const weight = weights[symbol] ?? 0;
    if (weight === 0 || symbol === except || weight > least) continue;
    least = weight;
    found = symbol;
  }
  return found;
}

/** Figure K.3: shortens codes that are longer than 16 bits, pair by pair. */
function shorten(counts: Uint32Array): void {
  const at = (length: number) => counts[length] ?? 0;
  for (let length = counts.length - 1; length > LONGEST; length--) {
    while (at(length) > 0) {
      let shorter = length - 2;
      while (at(shorter) === 0) shorter--;
      counts[length] = at(length) - 2;
      counts[length - 1] = at(length - 1) + 1;
      counts[shorter + 1] = at(shorter + 1) + 2;
      counts[shorter] = at(shorter) - 1;
    }
  }
}

/** Table -> 256 entries by symbol: the code in the upper 24 bits, its length in the lower 8 (annex C). */
export function codeWords({ counts, symbols }: CodeTable): Uint32Array {
  const words = new Uint32Array(256);
  let [code, k] = [0, 0];
  counts.forEach((count, i) => {
    for (let j = 0; j < count; j++) words[symbols[k++] ?? 0] = (code++ << 8) | (i + 1);
    code <<= 1;
  });
  return words;
}
