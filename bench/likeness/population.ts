/**
 * Hashes of a catalogue with known copies, as the files of a likeness job. Some pictures are drawn. The others are each put
 * together from two of them, both hashes cut at the same share, so that they keep how distances of both hashes go together.
 * Copies have as many bits turned over as copies of real photographs have.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { isComparable } from "../../src/catalogue/likeness/comparable.ts";
import { DHASH_BYTES, type HashFiles, hashFilesIn, PDQ_BYTES } from "../../src/cli/catalogue/likeness/hashFiles.ts";
import { drawPicture, type Random } from "./drawing.ts";

/** Bits of the dHash and of PDQ that differ between a photograph and its copy. */
export type Change = readonly [dhash: number, pdq: number];

export type Population = {
  readonly files: HashFiles;
  /** Of each picture the one that it is a copy of; its own number if of none. */
  readonly originals: Uint32Array;
  readonly drawn: number;
  /** Drawn pictures that are left out: flats, templates. */
  readonly leftOut: number;
  /** Pictures of the largest family, its original included. */
  readonly largest: number;
  /** Median, and one in ten thousand, of the dHash distance of two random pictures: of drawn ones, of all. */
  readonly distances: { readonly drawn: readonly number[]; readonly all: readonly number[] };
};

/** `drawn` of the `count` pictures are drawn; one in a hundred is a planted copy. */
export function createPopulation(
  folder: string,
  count: number,
  drawn: number,
  changes: readonly Change[],
  random: Random,
): Population {
  const dhash = new Uint8Array(DHASH_BYTES * count);
  const pdq = new Uint8Array(PDQ_BYTES * count);
  const originals = Uint32Array.from({ length: count }, (_, i) => i);
  const copies = Math.floor(count / 100);
  const unique: number[] = [];
  let [filled, leftOut] = [0, 0];
  for (let i = 0; i < drawn; i++) {
    const picture = drawPicture(random);
    if (!isComparable(picture.quality, picture.dhash)) {
      leftOut++;
      continue;
    }
    if (picture.isUnique) unique.push(filled);
    dhash.set(picture.dhash, DHASH_BYTES * filled);
    pdq.set(picture.pdq, PDQ_BYTES * filled);
    filled++;
  }
  const ofDrawn = filled;
  const below = (limit: number) => Math.floor(limit * random());
  const used = new Set<number>();
  while (filled < count - copies) {
    const [u = 0, v = 0] = [unique[below(unique.length)], unique[below(unique.length)]];
    // The same two would make two pictures that are alike.
    if (used.has(u * count + v)) continue;
    used.add(u * count + v);
    const share = 3 + below(3);
    compose(dhash, filled, u, v, DHASH_BYTES, share);
    compose(pdq, filled, u, v, PDQ_BYTES, share);
    filled++;
  }
  const largest = Math.max(10, Math.floor(count / 1000));
  const bases = count - copies;
  let left = 0;
  let base = 0;
  for (; filled < count; filled++, left--) {
    if (left === 0) {
      base = below(bases);
      left = filled === bases ? largest - 1 : 1 + below(12);
    }
    const [d, p] = changes[below(changes.length)] ?? [0, 0];
    originals[filled] = base;
    copyChanged(dhash, filled, base, DHASH_BYTES, d, below);
    copyChanged(pdq, filled, base, PDQ_BYTES, p, below);
  }
  const distances = { drawn: distancesOf(dhash, ofDrawn, below), all: distancesOf(dhash, bases, below) };
  const files = hashFilesIn(folder, count);
  write(files.dhash, dhash);
  write(files.pdq, pdq);
  return { files, originals, drawn, leftOut, largest, distances };
}

/** The first `share` eighths of one hash, and the rest of the other. */
function compose(hashes: Uint8Array, to: number, u: number, v: number, size: number, share: number): void {
  const cut = (share * size) / 8;
  hashes.copyWithin(to * size, u * size, u * size + cut);
  hashes.copyWithin(to * size + cut, v * size + cut, (v + 1) * size);
}

function copyChanged(
  hashes: Uint8Array,
  to: number,
  from: number,
  size: number,
  changes: number,
  below: (limit: number) => number,
): void {
  hashes.copyWithin(to * size, from * size, (from + 1) * size);
  const turned = new Set<number>();
  while (turned.size < changes) turned.add(below(8 * size));
  for (const bit of turned) {
    const at = to * size + (bit >> 3);
    hashes[at] = (hashes[at] ?? 0) ^ (1 << (bit & 7));
  }
}

function distancesOf(dhash: Uint8Array, count: number, below: (limit: number) => number): readonly number[] {
  const words = new Uint32Array(dhash.buffer);
  const seen = new Uint32Array(65);
  const pairs = 200_000;
  for (let n = 0; n < pairs; n++) {
    const [i, j] = [below(count), below(count)];
    if (i === j) continue;
    const low = bitsIn((words[2 * i] ?? 0) ^ (words[2 * j] ?? 0));
    const distance = low + bitsIn((words[2 * i + 1] ?? 0) ^ (words[2 * j + 1] ?? 0));
    seen[distance] = (seen[distance] ?? 0) + 1;
  }
  const quantile = (share: number) => {
    let sum = 0;
    return seen.findIndex((some) => (sum += some) >= share * pairs);
  };
  return [quantile(0.5), quantile(0.0001)];
}

function bitsIn(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

function write(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "w");
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(bytes.length - at, 1 << 26));
  closeSync(file);
}
