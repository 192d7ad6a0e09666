/** Pairs on disk, a file for each part, so that memory does not follow their number. Each pair stands in both directions. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PAIR_WORDS, PART_PICTURES } from "../../../catalogue/likeness/matcher.ts";

/** Words in memory for a file before they are written. */
const BUFFER_WORDS = PAIR_WORDS * 20_000;

export type PairFiles = {
  add(pairs: Uint32Array): void;
  /** Three words a pair: the part's picture, the other one, the distances. Call it when all are added. */
  read(part: number): Uint32Array;
  readonly pairs: number;
};

export function createPairFiles(folder: string, parts: number): PairFiles {
  const buffers = Array.from({ length: parts }, () => ({ words: new Uint32Array(BUFFER_WORDS), filled: 0 }));
  const fileOf = (part: number) => join(folder, `pairs-${part}.bin`);
  let count = 0;
  const flush = (part: number) => {
    const buffer = buffers[part];
    if (buffer === undefined || buffer.filled === 0) return;
    appendFileSync(fileOf(part), new Uint8Array(buffer.words.buffer, 0, 4 * buffer.filled));
    buffer.filled = 0;
  };
  const put = (picture: number, other: number, distances: number) => {
    const part = Math.floor(picture / PART_PICTURES);
    const buffer = buffers[part];
    if (buffer === undefined) throw new Error(`picture ${picture} is in none of ${parts} parts`);
    buffer.words[buffer.filled] = picture;
    buffer.words[buffer.filled + 1] = other;
    buffer.words[buffer.filled + 2] = distances;
    buffer.filled += PAIR_WORDS;
    if (buffer.filled === BUFFER_WORDS) flush(part);
  };
  return {
    get pairs() {
      return count;
    },
    add(pairs) {
      for (let at = 0; at < pairs.length; at += PAIR_WORDS) {
        const [a = 0, b = 0, distances = 0] = [pairs[at], pairs[at + 1], pairs[at + 2]];
        put(a, b, distances);
        put(b, a, distances);
      }
      count += pairs.length / PAIR_WORDS;
    },
    read(part) {
      flush(part);
      if (!existsSync(fileOf(part))) return new Uint32Array(0);
      const { buffer, byteOffset, byteLength } = readFileSync(fileOf(part));
      return new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength));
    },
  };
}
