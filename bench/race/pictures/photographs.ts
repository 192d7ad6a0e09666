/** The photographs of the race, and how pages draw from them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalogue } from "../../../demo/catalogue.ts";
import { TOP } from "../../../src/cli/edge/bundle.ts";

export type Photograph = { readonly file: string; readonly bytes: Uint8Array };

/** A source of this size is decoded in little time, so the race shows distances and not one machine's CPU. In bytes. */
const MAX_BYTES = 900_000;
const MOST = 20;

/**
 * JPEGs from `PHOTOS`, from ../shared/corpus, or generated ones: the smallest 20, in the order of their sizes. Throws
 * WrongSetting for a folder that cannot be read, and Error if it has no JPEG of at most 900 kB.
 */
export async function loadPhotographs(): Promise<readonly Photograph[]> {
  const { folder, entries } = await loadCatalogue(process.env.PHOTOS, TOP, () => {});
  const small = entries.filter(({ file, bytes }) => /\.jpe?g$/i.test(file) && bytes <= MAX_BYTES);
  if (small.length === 0) throw new Error(`no JPEG of at most ${MAX_BYTES} bytes in ${folder}`);
  const chosen = small.sort((a, b) => a.bytes - b.bytes).slice(0, MOST);
  return chosen.map(({ file }) => ({ file, bytes: new Uint8Array(readFileSync(join(folder, file))) }));
}

/** Draws an index of `count` things by Zipf's law: the weight of rank r is 1/r. `random` gives 0 <= x < 1. */
export function zipf(count: number, random: () => number): number {
  const total = harmonic(count);
  let left = random() * total;
  for (let rank = 1; rank < count; rank++) {
    left -= 1 / rank;
    if (left < 0) return rank - 1;
  }
  return count - 1;
}

/** `many` different indexes of `count` things by Zipf's law. Throws RangeError when there are fewer. */
export function differentByZipf(many: number, count: number, random: () => number): number[] {
  if (many > count) throw new RangeError(`${many} different ones of ${count} cannot be drawn`);
  const drawn = new Set<number>();
  while (drawn.size < many) drawn.add(zipf(count, random));
  return [...drawn];
}

function harmonic(count: number): number {
  let sum = 0;
  for (let rank = 1; rank <= count; rank++) sum += 1 / rank;
  return sum;
}
