/**
 * Pictures whose hashes are both equal are compared once. A picture that a provider shows in place of thousands of missing
 * ones would otherwise be as many times as many pairs.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { PART_PICTURES } from "../../../catalogue/likeness/matcher.ts";
import { DHASH_BYTES, type HashFiles, hashFilesIn, PDQ_BYTES, partCount, readPart } from "./hashFiles.ts";

export type Collapsed = {
  /** Each pair of hashes once, in the order in which they come first. */
  readonly uniques: HashFiles;
  /** For each picture its place among the uniques. */
  readonly uniqueOf: Uint32Array;
};

/** Slots of the hash table for each picture, at least. */
const LEAST_SLOTS = 1.3;

/** Writes the uniques into `folder`. Two pictures are the same if 64 bits that are made of both hashes are equal. */
export function collapse(files: HashFiles, folder: string): Collapsed {
  const slots = 2 ** Math.ceil(Math.log2(Math.max(16, LEAST_SLOTS * files.count)));
  /** Place among the uniques plus one; 0 = free. */
  const table = new Uint32Array(slots);
  const [low, high] = [new Uint32Array(files.count), new Uint32Array(files.count)];
  const uniqueOf = new Uint32Array(files.count);
  const named = hashFilesIn(folder, 0);
  const [dhashFile, pdqFile] = [openSync(named.dhash, "w"), openSync(named.pdq, "w")];
  let count = 0;
  const most = Math.min(PART_PICTURES, files.count);
  const space = { dhash: new Uint8Array(DHASH_BYTES * most), pdq: new Uint8Array(PDQ_BYTES * most) };
  for (let part = 0; part < partCount(files); part++) {
    const hashes = readPart(files, part);
    const dhash = space.dhash.subarray(0, DHASH_BYTES * hashes.count);
    const pdq = space.pdq.subarray(0, PDQ_BYTES * hashes.count);
    hashes.copyTo(dhash, pdq);
    const words = { dhash: new Uint32Array(dhash.buffer), pdq: new Uint32Array(pdq.buffer) };
    const size = hashes.count;
    let kept = 0;
    for (let i = 0; i < size; i++) {
      const a = mixed(words.dhash, 2 * i, 2, mixed(words.pdq, 8 * i, 8, 0x9747b28c));
      const b = mixed(words.pdq, 8 * i, 8, mixed(words.dhash, 2 * i, 2, 0x3c6ef372));
      let slot = (a ^ Math.imul(b, 0x9e3779b1)) & (slots - 1);
      let found = (table[slot] ?? 0) - 1;
      while (found >= 0 && (low[found] !== a >>> 0 || high[found] !== b >>> 0)) {
        slot = (slot + 1) & (slots - 1);
        found = (table[slot] ?? 0) - 1;
      }
      if (found < 0) {
        found = count++;
        table[slot] = count;
        low[found] = a;
        high[found] = b;
        // The uniques move to the front of the part.
        dhash.copyWithin(kept * DHASH_BYTES, i * DHASH_BYTES, (i + 1) * DHASH_BYTES);
        pdq.copyWithin(kept * PDQ_BYTES, i * PDQ_BYTES, (i + 1) * PDQ_BYTES);
        kept++;
      }
      uniqueOf[part * PART_PICTURES + i] = found;
    }
    writeSync(dhashFile, dhash, 0, kept * DHASH_BYTES);
    writeSync(pdqFile, pdq, 0, kept * PDQ_BYTES);
  }
  closeSync(dhashFile);
  closeSync(pdqFile);
  return { uniques: { ...named, count }, uniqueOf };
}

/** MurmurHash3's mixing (x86, 32 bit) over `length` words. */
function mixed(words: Uint32Array, from: number, length: number, seed: number): number {
  let hash = seed;
  for (let i = from; i < from + length; i++) {
    let word = Math.imul(words[i] ?? 0, 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
