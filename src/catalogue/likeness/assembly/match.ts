/**
 * Finds the pairs of two parts whose dHashes differ in few bits and whose PDQ hashes confirm it (AssemblyScript). Every
 * pointer comes from the caller, src/catalogue/likeness/matcher.ts, which also chooses the tables.
 *
 * A table is a choice of blocks of the 64 bits. Both parts are sorted by the bits of these blocks, and only hashes that
 * agree in them are compared, four at a time: `i64.popcnt` is faster here than popcount of SIMD lanes (4.4 ms against 8 for
 * 8 million hashes).
 */

/** Blocks of the table in hand: shift and width of up to three; a width of 0 is no block. */
let shift0: i64 = 0, shift1: i64 = 0, shift2: i64 = 0;
let width0: i64 = 0, width1: i64 = 0, width2: i64 = 0;
/** All blocks: `count` bytes of shifts, then as many of widths. `chosen` has a bit for each block of the table. */
let blocks: usize = 0;
let blockCount: i32 = 0;
let chosen: i32 = 0;
let chosenCount: i32 = 0;

export function setTable(at: usize, count: i32, mask: i32): void {
  blocks = at;
  blockCount = count;
  chosen = mask;
  chosenCount = popcnt(mask);
  width0 = 0; width1 = 0; width2 = 0;
  let n = 0;
  for (let b = 0; b < count; b++) {
    if (((mask >> b) & 1) == 0) continue;
    const shift = <i64>load<u8>(at + b), width = <i64>load<u8>(at + count + b);
    if (n == 0) { shift0 = shift; width0 = width; }
    else if (n == 1) { shift1 = shift; width1 = width; }
    else { shift2 = shift; width2 = width; }
    n++;
  }
}

@inline
function keyOf(hash: u64): u32 {
  let key = (hash >> shift0) & ((<u64>1 << width0) - 1);
  key = (key << width1) | ((hash >> shift1) & ((<u64>1 << width1) - 1));
  key = (key << width2) | ((hash >> shift2) & ((<u64>1 << width2) - 1));
  return <u32>key;
}

/** Counting sort: `sorted` gets the hashes by key, `index` their places in the part, `starts` where each key begins (one more than keys). */
export function sortPart(hashes: usize, count: u32, keys: u32, sorted: usize, index: usize, starts: usize): void {
  memory.fill(starts, 0, <usize>(keys + 1) << 2);
  for (let i: u32 = 0; i < count; i++) {
    const slot = starts + ((<usize>keyOf(load<u64>(hashes + (<usize>i << 3))) + 1) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  for (let k: u32 = 1; k <= keys; k++) {
    const slot = starts + (<usize>k << 2);
    store<u32>(slot, load<u32>(slot) + load<u32>(slot - 4));
  }
  // From the end, counting each key's end down to its start: then `starts` holds starts, and the order stays.
  for (let i: i32 = <i32>count - 1; i >= 0; i--) {
    const hash = load<u64>(hashes + (<usize>i << 3));
    const slot = starts + ((<usize>keyOf(hash) + 1) << 2);
    const to = load<u32>(slot) - 1;
    store<u32>(slot, to);
    store<u64>(sorted + (<usize>to << 3), hash);
    store<u32>(index + (<usize>to << 2), <u32>i);
  }
  // Now slot k + 1 has the start of k. Move it down.
  memory.copy(starts, starts + 4, <usize>keys << 2);
  store<u32>(starts + (<usize>keys << 2), count);
}

/** The two parts as sorted, the PDQ hashes in the parts' own order (32 bytes each), and where pairs go. */
let sortedA: usize = 0, indexA: usize = 0, startsA: usize = 0, pdqA: usize = 0;
let sortedB: usize = 0, indexB: usize = 0, startsB: usize = 0, pdqB: usize = 0;
let out: usize = 0;
let capacity: i32 = 0;
let written: i32 = 0;
let isSame: bool = false;
let mostDHash: i64 = 0;
let mostPdq: i64 = 0;
/** Where the comparison goes on. */
let bucket: u32 = 0, keyCount: u32 = 0, rowAt: u32 = 0, columnAt: u32 = 0;

export function setParts(
  sa: usize, ia: usize, ka: usize, pa: usize, sb: usize, ib: usize, kb: usize, pb: usize, same: bool,
): void {
  sortedA = sa; indexA = ia; startsA = ka; pdqA = pa;
  sortedB = sb; indexB = ib; startsB = kb; pdqB = pb;
  isSame = same;
}

export function begin(keys: u32, to: usize, most: i32, dHash: i32, pdq: i32): void {
  keyCount = keys;
  bucket = 0;
  rowAt = load<u32>(startsA);
  columnAt = isSame ? rowAt + 1 : load<u32>(startsB);
  out = to;
  capacity = most;
  mostDHash = dHash;
  mostPdq = pdq;
}

/** Compares until the table is done or `out` is full. Gives the number of pairs in `out`. */
export function compare(): i32 {
  written = 0;
  while (bucket < keyCount) {
    const endA = load<u32>(startsA + (<usize>(bucket + 1) << 2));
    const endB = load<u32>(startsB + (<usize>(bucket + 1) << 2));
    const firstB = load<u32>(startsB + (<usize>bucket << 2));
    while (rowAt < endA) {
      const a = load<u64>(sortedA + (<usize>rowAt << 3));
      let j = columnAt;
      for (; j + 4 <= endB; j += 4) {
        const p = sortedB + (<usize>j << 3);
        const d0 = popcnt<i64>(a ^ load<u64>(p));
        const d1 = popcnt<i64>(a ^ load<u64>(p, 8));
        const d2 = popcnt<i64>(a ^ load<u64>(p, 16));
        const d3 = popcnt<i64>(a ^ load<u64>(p, 24));
        if (d0 <= mostDHash || d1 <= mostDHash || d2 <= mostDHash || d3 <= mostDHash) {
          if (written + 4 > capacity) { columnAt = j; return written; }
          if (d0 <= mostDHash) hit(j, a, <u32>d0);
          if (d1 <= mostDHash) hit(j + 1, a, <u32>d1);
          if (d2 <= mostDHash) hit(j + 2, a, <u32>d2);
          if (d3 <= mostDHash) hit(j + 3, a, <u32>d3);
        }
      }
      for (; j < endB; j++) {
        const d = popcnt<i64>(a ^ load<u64>(sortedB + (<usize>j << 3)));
        if (d > mostDHash) continue;
        if (written + 4 > capacity) { columnAt = j; return written; }
        hit(j, a, <u32>d);
      }
      rowAt++;
      columnAt = isSame ? rowAt + 1 : firstB;
    }
    bucket++;
    const next = load<u32>(startsB + (<usize>bucket << 2));
    columnAt = isSame ? rowAt + 1 : next;
  }
  return written;
}

export function isDone(): bool {
  return bucket >= keyCount;
}

/** Whether this is the first table in which the pair meets: its blocks are the lowest that are equal. */
@inline
function isFirst(x: u64): bool {
  let left = chosenCount;
  let mask = 0;
  for (let b = 0; b < blockCount && left > 0; b++) {
    const shift = <u64>load<u8>(blocks + b), width = <u64>load<u8>(blocks + blockCount + b);
    if (((x >> shift) & ((<u64>1 << width) - 1)) == 0) { mask |= 1 << b; left--; }
  }
  return mask == chosen;
}

function hit(j: u32, a: u64, distance: u32): void {
  if (!isFirst(a ^ load<u64>(sortedB + (<usize>j << 3)))) return;
  const ia = load<u32>(indexA + (<usize>rowAt << 2)), ib = load<u32>(indexB + (<usize>j << 2));
  const pa = pdqA + (<usize>ia << 5), pb = pdqB + (<usize>ib << 5);
  const pdq = popcnt<i64>(load<u64>(pa) ^ load<u64>(pb)) + popcnt<i64>(load<u64>(pa, 8) ^ load<u64>(pb, 8)) +
    popcnt<i64>(load<u64>(pa, 16) ^ load<u64>(pb, 16)) + popcnt<i64>(load<u64>(pa, 24) ^ load<u64>(pb, 24));
  if (pdq > mostPdq) return;
  const to = out + <usize>written * 12;
  store<u32>(to, ia);
  store<u32>(to + 4, ib);
  store<u32>(to + 8, (distance << 16) | <u32>pdq);
  written++;
}

export function reserve(bytes: usize): void {
  const have = <usize>memory.size() << 16;
  if (bytes > have) memory.grow(<i32>((bytes - have + 65535) >> 16));
}
