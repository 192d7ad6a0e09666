import { FirstFitTree } from "./firstFitTree.ts";

/** Paths to be packed, by number, in the order given; those of one group stand together. */
export type PackingInput = {
  /** Bytes of each path, as JSON. */
  readonly sizes: readonly number[];
  /** The group each path is in, by number. */
  readonly groupOf: readonly number[];
  /** By group, bytes of a line beside its one path, its line feed included. */
  readonly frames: readonly number[];
  /** Bytes of a datagram, the line feed of its last line included; no frame and path together is more. */
  readonly capacity: number;
};

/** How many datagrams there are, and the one each path goes into, by number. */
export type Packing = { readonly count: number; readonly datagramOf: Int32Array };

/** What a second path adds to a line beside a comma: the brackets of the list. */
const BRACKETS = 2;

/**
 * As few datagrams as can be found fast: those filled in the order given, if fewer cannot be, else the fewest of these
 * and of first-fit decreasing (Johnson 1973), once group by group, which is best for short paths, since each
 * datagram then has a line or two to pay for, and once over all groups, which is best for long ones.
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

/** What no packing can do without: every byte once, a frame for each group, and one at least in each datagram. */
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

/** Fills one datagram after the other, in the order given. */
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

/** Puts each path into the first datagram whose line of its group can grow, else the first that takes another line. */
function firstFit({ sizes, groupOf, frames, capacity }: PackingInput, order: Int32Array): Packing {
  const datagramOf = new Int32Array(sizes.length);
  const left: number[] = [];
  /** Lines of one path, by datagram and group. */
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

/** All paths by length, in linear time, for none is longer than a datagram; equals stay in order. */
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

/** Each group's paths by length, the group with the longest path first. */
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
