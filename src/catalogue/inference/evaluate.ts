/**
 * How good inferred tags are, by tags that are held back: of each picture all tags are hidden, inferred from its neighbours,
 * and compared. A tag counts as right when the picture's creator has given it. Pure.
 */
import { countTags, inferTags, normalTag, type TagCounts, type Tagged } from "./vote.ts";

export type Ratio = { readonly value: number; readonly low: number; readonly high: number };
export type Evaluation = {
  readonly precision: Ratio;
  readonly recall: Ratio;
  /** Precision of as many tags of random pictures, and of the most frequent tags. */
  readonly ofRandom: number;
  readonly ofFrequent: number;
  readonly inferred: number;
  /** Groups with an inferred tag: the units of the intervals. */
  readonly units: number;
};

export type Held = Tagged & {
  readonly neighbours: readonly Tagged[];
  /** Pictures of one group are not independent, such as those of a cluster. */
  readonly group: string;
};

type Tally = { right: number; inferred: number; own: number };

/** `random`: 0 to below 1. `least`: as for `inferTags`. */
export function evaluate(pictures: readonly Held[], random: () => number, least?: number): Evaluation {
  const counts = countTags(pictures);
  const frequent = [...counts.of].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([tag]) => tag);
  const groups = new Map<string, Tally>();
  let [ofRandom, ofFrequent] = [0, 0];
  for (const { tags, neighbours, group } of pictures) {
    if (tags.length === 0) continue;
    const own = new Set(tags.map(normalTag));
    const right = (found: readonly string[]) => found.filter((tag) => own.has(tag)).length;
    const found = inferTags(neighbours, withoutOwn(counts, own), least).map(({ tag }) => tag);
    const tally = groups.get(group) ?? { right: 0, inferred: 0, own: 0 };
    groups.set(group, tally);
    tally.right += right(found);
    tally.inferred += found.length;
    tally.own += own.size;
    if (found.length === 0) continue;
    ofFrequent += right(frequent.slice(0, found.length));
    const others = neighbours.map(() => pictures[Math.floor(random() * pictures.length)] ?? { tags: [] });
    ofRandom += right(mostVoted(others, found.length));
  }
  const tallies = [...groups.values()];
  const inferred = tallies.reduce((sum, tally) => sum + tally.inferred, 0);
  return {
    precision: ratioOf(tallies, "right", "inferred"),
    recall: ratioOf(tallies, "right", "own"),
    ...{ ofRandom: ofRandom / inferred, ofFrequent: ofFrequent / inferred, inferred },
    units: tallies.filter((tally) => tally.inferred > 0).length,
  };
}

/** The counts as they would be without the picture. */
function withoutOwn(counts: TagCounts, own: ReadonlySet<string>): TagCounts {
  const of = { get: (tag: string) => (counts.of.get(tag) ?? 0) - (own.has(tag) ? 1 : 0) };
  return { pictures: counts.pictures - 1, of: of as TagCounts["of"] };
}

function mostVoted(pictures: readonly Pick<Tagged, "tags">[], count: number): readonly string[] {
  const votes = countTags(pictures).of;
  return [...votes]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([tag]) => tag);
}

/** A ratio of sums with its 95 % interval, by the delta method over groups. */
function ratioOf(tallies: readonly Tally[], top: keyof Tally, bottom: keyof Tally): Ratio {
  const sum = (field: keyof Tally) => tallies.reduce((total, tally) => total + tally[field], 0);
  const value = sum(top) / sum(bottom);
  const used = tallies.filter((tally) => tally[bottom] > 0).length;
  const squares = tallies.reduce((total, tally) => total + (tally[top] - value * tally[bottom]) ** 2, 0);
  // A ratio of few groups is less certain than the formula says.
  const error = Math.sqrt((squares * used) / Math.max(1, used - 1)) / sum(bottom);
  // Student's t for the middle 95 %, by the first term of its expansion.
  const t = 1.96 + 2.37 / Math.max(1, used - 1);
  return { value, low: value - t * error, high: value + t * error };
}
