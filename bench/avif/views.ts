/**
 * What AVIF does to the edge: a simulation of views of a catalogue whose popularity follows Zipf's law. Pictures seen once
 * order nothing; readers who take AVIF have a variant of their own at each edge, which lives an hour until the verdict.
 */
const HOUR = 3_600;
const DAY = 24 * HOUR;
/** What KV holds is seen elsewhere after a minute. */
const KV_DELAY = 60;
/** From the order to the stored AVIF, in seconds. */
const JOB_SECONDS = 10;

export type ViewsOrder = {
  readonly avif: boolean;
  readonly views: number;
  readonly pictures: number;
  readonly places: number;
  readonly days: number;
  /** Share of the readers who take AVIF. */
  readonly takers: number;
  /** Share of the pictures whose AVIF is smaller. */
  readonly smaller: number;
};

export type Views = {
  readonly edgeHits: number;
  readonly r2Reads: number;
  readonly r2Writes: number;
  readonly jobs: number;
  /** Views that were answered with AVIF. */
  readonly avifViews: number;
};

/** Counts of a run. The same order gives the same counts. */
export function simulate(order: ViewsOrder): Views {
  const { avif, views, pictures, places, days, takers, smaller } = order;
  const random = generator(1);
  const ranks = cumulative(pictures);
  const edge = new Map<number, { until: number; isAvif: boolean }>();
  const inKv = new Map<number, number>();
  const decided = new Map<number, number>();
  const asked = new Set<number>();
  const rendered = new Set<number>();
  let [edgeHits, r2Reads, r2Writes, jobs, avifViews] = [0, 0, 0, 0, 0];
  for (let view = 0; view < views; view++) {
    const now = (view / views) * days * DAY;
    const picture = pick(ranks, random());
    const takes = avif && random() < takers;
    const place = Math.floor(random() * places);
    const name = (picture * places + place) * 2 + Number(takes);
    const isSmaller = (picture * 2_654_435_761) % 1_000 < smaller * 1_000;
    const copy = edge.get(name);
    if (copy !== undefined && copy.until > now) {
      edgeHits++;
      avifViews += Number(copy.isAvif);
      continue;
    }
    // The region and the primary; a reader who takes AVIF also asks the region for that.
    r2Reads += takes ? 3 : 2;
    const isHit = rendered.has(picture);
    if (!isHit) {
      rendered.add(picture);
      r2Writes += 2;
    }
    const held = isHit && now - (inKv.get(picture) ?? Number.POSITIVE_INFINITY) >= KV_DELAY;
    if (isHit && !inKv.has(picture)) inKv.set(picture, now);
    const isDecided = now >= (decided.get(picture) ?? Number.POSITIVE_INFINITY);
    const isAvif = takes && isDecided && isSmaller;
    avifViews += Number(isAvif);
    if (takes && held && !isAvif) {
      r2Reads++;
      if (!asked.has(picture)) {
        asked.add(picture);
        jobs++;
        // The order, the verdict and the AVIF in two stores; the job reads the order, the WebP and the original.
        r2Writes += isSmaller ? 4 : 2;
        r2Reads += 3;
        decided.set(picture, now + JOB_SECONDS);
      }
    }
    const lives = takes && !isDecided ? HOUR : DAY;
    edge.set(name, { until: now + lives, isAvif });
  }
  return { edgeHits, r2Reads, r2Writes, jobs, avifViews };
}

/** Sums of 1/rank, the last one is the whole. */
function cumulative(count: number): Float64Array {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += 1 / (i + 1);
    sums[i] = sum;
  }
  return sums;
}

function pick(sums: Float64Array, share: number): number {
  const wanted = share * (sums.at(-1) ?? 0);
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
