import { FirstFitTree } from "./firstFitTree.ts";

/** Paths to pack, numbered in the given order. The paths of one group follow each other. */
export type PackingInput = {
  /** Bytes of each path as JSON. */
  readonly sizes: readonly number[];
  /** The group of each path. */
  readonly groupOf: readonly number[];
  /** For each group: bytes of a line without its one path, including the line feed. */
  readonly frames: readonly number[];
  /**
   * Bytes of a datagram, including the line feed of its last line. Every frame fits together with each of its paths.
   */
  readonly capacity: number;
};

/** The number of datagrams, and the datagram of each path. */
export type Packing = { readonly count: number; readonly datagramOf: Int32Array };

/** What a second path adds to a line, beside a comma: the brackets of the list. */
const BRACKETS = 2;

/**
 * Finds a packing into few datagrams, fast. It starts with next-fit in the given order. If that is not optimal, it
 * tries first-fit decreasing (Johnson 1973) twice and takes the best result: group by group, which is best for short
 * paths, since a datagram then has only one or two lines; and over all groups, which is best for long paths.
 */
export function packBins(input: PackingInput): Packing {
  const least = leastDatagrams(input);
  let best = nextFit(input);
  if (best.count <= least) return best;
  const longest = longestFirst(input);
  const orders = input.frames.length > 1 ? [groupByGroup(input, longest), longest] : [longest];
  for (const order of orders) {
    const filled = firstFit(input, order);
    if (filled.count < best.count) best = filled;
    if (best.count <= least) break;
  }
  return best;
}

/** A lower bound: every byte once, one frame for each group, and at least one frame in each datagram. */
function leastDatagrams({ sizes, frames, capacity }: PackingInput): number {
  let bytes = -frames.length;
  let shortest = capacity;
  for (const size of sizes) bytes += size + 1;
  for (const frame of frames) {
    bytes += frame;
    shortest = Math.min(shortest, frame - 1);
  }
  const least = Math.ceil(bytes / capacity);
  if (least <= frames.length) return least;
  return Math.max(least, Math.ceil((bytes - frames.length * shortest) / (capacity - shortest)));
}

/** Next-fit: fills one datagram after the other, in the given order. */
function nextFit({ sizes, groupOf, frames, capacity }: PackingInput): Packing {
  const datagramOf = new Int32Array(sizes.length);
  let count = 0;
  let left = -1;
  let open = -1;
  let brackets = 0;
  for (let path = 0; path < sizes.length; path++) {
    const size = sizes[path] as number;
    const group = groupOf[path] as number;
    const alone = (frames[group] as number) + size;
    const growth = size + 1 + brackets;
    if (group === open && growth <= left) {
      left -= growth;
      brackets = 0;
    } else {
      if (group === open || alone > left) {
        count++;
        left = capacity;
      }
      left -= alone;
      open = group;
      brackets = BRACKETS;
    }
    datagramOf[path] = count - 1;
  }
  return { count, datagramOf };
}

/**
 * First-fit: puts each path into the first datagram where the line of its group can grow, else into the first one that
 * has space for a new line.
 */
function firstFit({ sizes, groupOf, frames, capacity }: PackingInput, order: Int32Array): Packing {
  const datagramOf = new Int32Array(sizes.length);
  const left: number[] = [];
  /** Lines with one path, by datagram and group. */
  const single = new Set<number>();
  const lineOf = (datagram: number, group: number): number => datagram * frames.length + group;
  const any = new FirstFitTree((datagram) => left[datagram] as number);
  const growing = frames.map((_, group) => {
    return new FirstFitTree(
      (datagram) => (left[datagram] as number) - (single.has(lineOf(datagram, group)) ? BRACKETS : 0),
    );
  });
  for (const path of order) {
    const size = sizes[path] as number;
    const group = groupOf[path] as number;
    const lines = growing[group] as FirstFitTree;
    let datagram = lines.find(size + 1);
    if (datagram !== undefined) {
      const brackets = single.delete(lineOf(datagram, group)) ? BRACKETS : 0;
      left[datagram] = (left[datagram] as number) - size - 1 - brackets;
    } else {
      const alone = (frames[group] as number) + size;
      datagram = any.find(alone);
      if (datagram === undefined) {
        datagram = left.push(capacity - alone) - 1;
        any.add(datagram);
      } else left[datagram] = (left[datagram] as number) - alone;
      single.add(lineOf(datagram, group));
      lines.add(datagram);
    }
    datagramOf[path] = datagram;
  }
  return { count: left.length, datagramOf };
}

/** All paths, the longest first, in linear time (no path is longer than a datagram). Equal lengths stay in order. */
function longestFirst({ sizes, capacity }: PackingInput): Int32Array {
  const places = new Int32Array(capacity + 2);
  for (const size of sizes) places[capacity - size + 1] = (places[capacity - size + 1] as number) + 1;
  for (let i = 1; i < places.length; i++) places[i] = (places[i] as number) + (places[i - 1] as number);
  const order = new Int32Array(sizes.length);
  for (let path = 0; path < sizes.length; path++) {
    const size = sizes[path] as number;
    const place = places[capacity - size] as number;
    places[capacity - size] = place + 1;
    order[place] = path;
  }
  return order;
}

/** The paths of each group by length. The group with the longest path comes first. */
function groupByGroup({ groupOf }: PackingInput, longest: Int32Array): Int32Array {
  const groups = new Map<number, number[]>();
  for (const path of longest) {
    const group = groupOf[path] as number;
    const paths = groups.get(group);
    if (paths === undefined) groups.set(group, [path]);
    else paths.push(path);
  }
  return Int32Array.from([...groups.values()].flat());
}
