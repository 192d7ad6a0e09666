/**
 * The tables of a comparison. The 64 bits of a dHash are cut into 8 + s blocks. Two hashes that differ in at most 8 bits
 * agree in at least s blocks, so they meet in one of the tables that are keyed by s blocks (block permutation: Manku, Jain
 * and Das Sarma, "Detecting Near-Duplicates for Web Crawling", 2007). Nothing is missed. With s = 0 every pair is compared:
 * a whole scan. Pure.
 */

/** Hashes that differ in more bits are no neighbours. */
export const MOST_DHASH = 8;

export type Block = { readonly shift: number; readonly width: number };

export type Tables = {
  readonly blocks: readonly Block[];
  /** A bit for each block by which the table is keyed. */
  readonly masks: readonly number[];
};

/** `spare`: blocks of a key, 0 to 3. */
export function tablesOf(spare: number): Tables {
  const count = MOST_DHASH + spare;
  const blocks = Array.from({ length: count }, (_, i): Block => {
    const [from, to] = [Math.floor((64 * i) / count), Math.floor((64 * (i + 1)) / count)];
    return { shift: from, width: to - from };
  });
  const masks = Array.from({ length: 1 << count }, (_, mask) => mask).filter((mask) => bitsIn(mask) === spare);
  return { blocks, masks };
}

function bitsIn(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest > 0; rest &= rest - 1) bits++;
  return bits;
}

/** Bits of a table's key. */
export function keyBits({ blocks }: Tables, mask: number): number {
  return blocks.reduce((sum, { width }, i) => sum + ((mask >> i) & 1 ? width : 0), 0);
}

/**
 * Nanoseconds of one core, measured with hashes of drawn photographs. Real hashes are far from uniform: they fill their
 * tables as a key of `KEY_SHARE` of its bits would.
 */
const SORT_NS = 10;
const KEY_NS = 6;
const COMPARE_NS = 0.6;
const KEY_SHARE = 0.9;

const SPARES = [0, 1, 2, 3] as const;

/** What a comparison of two parts takes with `spare` blocks, reckoned, in nanoseconds. */
export function costOf(spare: number, a: number, b: number, isSame: boolean): number {
  const tables = tablesOf(spare);
  const sorted = isSame ? a : a + b;
  const pairs = isSame ? (a * a) / 2 : a * b;
  return tables.masks.reduce((sum, mask) => {
    const bits = keyBits(tables, mask);
    return sum + SORT_NS * sorted + KEY_NS * 2 ** bits + (COMPARE_NS * pairs) / 2 ** (KEY_SHARE * bits);
  }, 0);
}

/** The cheapest tables for two parts of these sizes. */
export function cheapestTables(a: number, b: number, isSame: boolean): Tables {
  const costs = SPARES.map((spare) => costOf(spare, a, b, isSame));
  return tablesOf(costs.indexOf(Math.min(...costs)));
}
