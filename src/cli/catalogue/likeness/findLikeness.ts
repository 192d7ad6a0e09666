/** The likeness job from hash files on: neighbours and star clusters. Pictures are numbered by rank, the best first. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PAIR_WORDS } from "../../../catalogue/likeness/matcher.ts";
import { createNearest, type Neighbour } from "../../../catalogue/likeness/nearest.ts";
import { createStars, type Stars } from "../../../catalogue/likeness/stars.ts";
import { type Collapsed, collapse } from "./collapse.ts";
import { type HashFiles, partCount } from "./hashFiles.ts";
import { type MatchOptions, matchFiles } from "./matchFiles.ts";
import { createPairFiles, type PairRange } from "./pairFiles.ts";

/** Finds the confirmed pairs of all pictures. Gives the CPU milliseconds of each chunk, where they are known. */
export type MatchAll = (files: HashFiles, options: Omit<MatchOptions, "threads">) => Promise<readonly number[]>;

export type LikenessOptions = {
  readonly threads: number;
  /** Where the pairs are found. Absent: on threads of this machine. */
  readonly match?: MatchAll;
  /** Neighbours kept of a picture. */
  readonly k: number;
  /** Where files may be made. They are removed. */
  readonly scratch: string;
  readonly onChunk?: (done: number, all: number) => void;
  /** Called once, before any neighbours. */
  readonly onCollapsed?: (collapsed: Collapsed) => void;
  /** Gets every confirmed pair of uniques, three words each (matchChunk.ts), in no order. */
  readonly onPairs?: (pairs: Uint32Array) => void;
  /** Gets the neighbours of every unique, in the order of the numbers. */
  readonly onNeighbours?: (unique: number, neighbours: readonly Neighbour[]) => void;
};

export type Likeness = {
  readonly uniqueOf: Uint32Array;
  /** Of uniques, not of pictures. */
  readonly stars: Stars;
  readonly uniques: number;
  readonly pairs: number;
  /** CPU milliseconds of each chunk. */
  readonly chunks: readonly number[];
};

/** Takes pictures whose PDQ quality is good enough only. Rejects with what reading, writing or a thread throws. */
export async function findLikeness(files: HashFiles, options: LikenessOptions): Promise<Likeness> {
  const folder = mkdtempSync(join(options.scratch, "likeness-"));
  try {
    const collapsed = collapse(files, folder);
    const { uniques, uniqueOf } = collapsed;
    options.onCollapsed?.(collapsed);
    const parts = partCount(uniques);
    const pairFiles = createPairFiles(folder, uniques.count);
    const { threads, onChunk, onPairs } = options;
    const match: MatchAll = options.match ?? ((all, how) => matchFiles(all, { threads, ...how }));
    const chunks = await match(uniques, {
      onPairs: (pairs) => {
        pairFiles.add(pairs);
        onPairs?.(pairs);
      },
      ...(onChunk === undefined ? {} : { onChunk }),
    });
    const stars = createStars(uniques.count);
    const space: Space = { others: new Uint32Array(0), distances: new Uint32Array(0) };
    for (let part = 0; part < parts; part++) {
      for (const range of pairFiles.ranges(part)) readPairs(range, stars, options, space);
    }
    return { uniqueOf, stars, uniques: uniques.count, pairs: pairFiles.pairs, chunks };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Arrays that all ranges use in turn. */
type Space = { others: Uint32Array; distances: Uint32Array };

/** Goes through the pictures of a range in their order, with the pairs of each. */
function readPairs(
  { first, end, pairs }: PairRange,
  stars: Stars,
  { k, onNeighbours }: LikenessOptions,
  space: Space,
): void {
  const size = end - first;
  const starts = new Uint32Array(size + 1);
  for (let at = 0; at < pairs.length; at += PAIR_WORDS) {
    const row = (pairs[at] ?? 0) - first + 1;
    starts[row] = (starts[row] ?? 0) + 1;
  }
  for (let row = 1; row <= size; row++) starts[row] = (starts[row] ?? 0) + (starts[row - 1] ?? 0);
  if (space.others.length < pairs.length / PAIR_WORDS) {
    space.others = new Uint32Array(pairs.length / PAIR_WORDS);
    space.distances = new Uint32Array(pairs.length / PAIR_WORDS);
  }
  const { others, distances } = space;
  const next = starts.slice();
  for (let at = 0; at < pairs.length; at += PAIR_WORDS) {
    const picture = pairs[at] ?? 0;
    const to = next[picture - first] ?? 0;
    others[to] = pairs[at + 1] ?? 0;
    distances[to] = pairs[at + 2] ?? 0;
    next[picture - first] = to + 1;
  }
  for (let row = 0; row < size; row++) {
    const own = others.subarray(starts[row], starts[row + 1]);
    // Of a large family only the representative needs its list in order.
    const isRepresentative = stars.representatives[first + row] === first + row;
    if (own.length > 0 && isRepresentative) stars.add(first + row, own.filter((other) => other > first + row).sort());
    if (onNeighbours === undefined) continue;
    const nearest = createNearest(k);
    for (const [i, other] of own.entries()) nearest.add(other, distances[(starts[row] ?? 0) + i] ?? 0);
    onNeighbours(first + row, nearest.list());
  }
}
