/**
 * Pairs on disk, a file for each part. Each pair stands in both directions. They are read in ranges of pictures, so memory
 * follows neither their number nor the size of the largest family of copies.
 */
import { appendFileSync, closeSync, existsSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { PAIR_WORDS, PART_PICTURES } from "../../../catalogue/likeness/matcher.ts";

/** Words in memory for a file before they are written. */
const BUFFER_WORDS = PAIR_WORDS * 5_000;
const PAIR_BYTES = 4 * PAIR_WORDS;
/** Pairs of a range: 12 MB. A picture with more is a range of its own. */
const MOST_PAIRS = 1_000_000;

/** Pictures `first` to below `end`, with all their pairs. */
export type PairRange = {
  readonly first: number;
  readonly end: number;
  /** Three words a pair: the range's picture, the other one, the distances. In no order. The next range uses the array again. */
  readonly pairs: Uint32Array;
};

export type PairFiles = {
  add(pairs: Uint32Array): void;
  /** The ranges of a part in the order of the pictures. Call it once for a part, when all pairs are added. */
  ranges(part: number): Generator<PairRange>;
  readonly pairs: number;
};

/** `count`: pictures. `most`: pairs of a range. */
export function createPairFiles(folder: string, count: number, most = MOST_PAIRS): PairFiles {
  const parts = Math.ceil(count / PART_PICTURES);
  const writers = Array.from({ length: parts }, (_, part) => createWriter(join(folder, `pairs-${part}.bin`)));
  let added = 0;
  // Made once: what each range had allocated would stay until the next collection.
  let space = new Uint32Array(0);
  const read = (path: string): Uint32Array => {
    const words = existsSync(path) ? statSync(path).size / 4 : 0;
    if (words > space.length) space = new Uint32Array(words);
    const found = space.subarray(0, words);
    readInto(path, found);
    return found;
  };
  const put = (picture: number, other: number, distances: number) => {
    const writer = writers[Math.floor(picture / PART_PICTURES)];
    if (writer === undefined) throw new Error(`picture ${picture} is in none of ${parts} parts`);
    writer.write(picture, other, distances);
  };
  return {
    get pairs() {
      return added;
    },
    add(pairs) {
      for (let at = 0; at < pairs.length; at += PAIR_WORDS) {
        const [a = 0, b = 0, distances = 0] = [pairs[at], pairs[at + 1], pairs[at + 2]];
        put(a, b, distances);
        put(b, a, distances);
      }
      added += pairs.length / PAIR_WORDS;
    },
    *ranges(part) {
      const writer = writers[part];
      if (writer === undefined) return;
      writer.flush();
      const [first, end] = [part * PART_PICTURES, Math.min(count, (part + 1) * PART_PICTURES)];
      const size = existsSync(writer.path) ? statSync(writer.path).size / PAIR_BYTES : 0;
      if (size <= most) {
        yield { first, end, pairs: read(writer.path) };
        rmSync(writer.path, { force: true });
        return;
      }
      const starts = rangeStarts(writer.path, first, end, most);
      const files = split(writer.path, starts, first, end);
      rmSync(writer.path);
      for (const [i, path] of files.entries()) {
        yield { first: starts[i] ?? first, end: starts[i + 1] ?? end, pairs: read(path) };
        rmSync(path, { force: true });
      }
    },
  };
}

type Writer = { readonly path: string; write(picture: number, other: number, distances: number): void; flush(): void };

function createWriter(path: string): Writer {
  // Most parts of a catalogue have few pairs.
  let words = new Uint32Array(0);
  let filled = 0;
  const flush = () => {
    if (filled > 0) appendFileSync(path, new Uint8Array(words.buffer, 0, 4 * filled));
    filled = 0;
  };
  return {
    path,
    flush,
    write(picture, other, distances) {
      if (words.length === 0) words = new Uint32Array(BUFFER_WORDS);
      words[filled] = picture;
      words[filled + 1] = other;
      words[filled + 2] = distances;
      filled += PAIR_WORDS;
      if (filled === BUFFER_WORDS) flush();
    },
  };
}

/** Fills `words` from the beginning of the file. */
function readInto(path: string, words: Uint32Array): void {
  if (words.length === 0) return;
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const file = openSync(path, "r");
  try {
    for (let filled = 0, got = -1; got !== 0 && filled < bytes.length; filled += got) {
      got = readSync(file, bytes, filled, bytes.length - filled, null);
    }
  } finally {
    closeSync(file);
  }
}

/** First pictures of ranges with at most `most` pairs each. */
function rangeStarts(path: string, first: number, end: number, most: number): readonly number[] {
  const counts = new Uint32Array(end - first);
  for (const words of wordsOf(path)) {
    for (let at = 0; at < words.length; at += PAIR_WORDS) {
      const row = (words[at] ?? 0) - first;
      counts[row] = (counts[row] ?? 0) + 1;
    }
  }
  const starts = [first];
  let sum = 0;
  for (const [row, own] of counts.entries()) {
    if (sum > 0 && sum + own > most) {
      starts.push(first + row);
      sum = 0;
    }
    sum += own;
  }
  return starts;
}

/** A file for each range. */
function split(path: string, starts: readonly number[], first: number, end: number): readonly string[] {
  const writers = starts.map((_, i) => createWriter(`${path}-${i}`));
  const rangeOf = new Uint32Array(end - first);
  for (const [i, start] of starts.entries()) rangeOf.fill(i, start - first);
  for (const words of wordsOf(path)) {
    for (let at = 0; at < words.length; at += PAIR_WORDS) {
      const picture = words[at] ?? 0;
      writers[rangeOf[picture - first] ?? 0]?.write(picture, words[at + 1] ?? 0, words[at + 2] ?? 0);
    }
  }
  for (const writer of writers) writer.flush();
  return writers.map((writer) => writer.path);
}

/** The words of a file in turn. The array is used again. */
function* wordsOf(path: string): Generator<Uint32Array> {
  const words = new Uint32Array(BUFFER_WORDS);
  const bytes = new Uint8Array(words.buffer);
  const file = openSync(path, "r");
  try {
    for (;;) {
      let filled = 0;
      // A read may end anywhere in a pair.
      for (let read = -1; read !== 0 && filled < bytes.length; filled += read) {
        read = readSync(file, bytes, filled, bytes.length - filled, null);
      }
      if (filled === 0) return;
      yield words.subarray(0, filled / 4);
    }
  } finally {
    closeSync(file);
  }
}
