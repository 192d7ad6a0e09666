/**
 * How good inferred tags are, by tags that are held back: of each picture all tags are hidden, inferred from its neighbours,
 * and compared. A tag counts as right when the picture's creator has given it. Pure.
 */
import { createHeldOut, type Measured } from "./heldOut.ts";
import { countTags, normalTag, type Proposal, proposalsOf, relevantOf, type TagCounts, type Tagged } from "./vote.ts";

export type Evaluation = Measured & {
  /** Precision of as many tags of random pictures, and of the most frequent tags. */
  readonly ofRandom: number;
  readonly ofFrequent: number;
};

export type Held = Tagged & {
  readonly neighbours: readonly Tagged[];
  /** Pictures of one group are not independent, such as those of a cluster. */
  readonly group: string;
};

/** `random`: 0 to below 1. `least`: as for `inferTags`. */
export function evaluate(pictures: readonly Held[], random: () => number, least?: number): Evaluation {
  const counts = countTags(pictures);
  const frequent = [...counts.of].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([tag]) => tag);
  let [ofRandom, ofFrequent] = [0, 0];
  const measured = measureHeldOut(pictures, random, least, (own, proposals, neighbours) => {
    const right = (found: readonly string[]) => found.filter((tag) => own.has(tag)).length;
    const found = relevantOf(proposals, withoutOwn(counts, own)).length;
    if (found === 0) return;
    ofFrequent += right(frequent.slice(0, found));
    const others = neighbours.map(() => pictures[Math.floor(random() * pictures.length)] ?? { tags: [] });
    ofRandom += right(mostVoted(others, found));
  });
  const { inferred } = measured;
  return { ...measured, ofRandom: ofRandom / inferred, ofFrequent: ofFrequent / inferred };
}

/** Precision and recall without the baselines. `onPicture`: gets each picture that has tags. */
export function measureHeldOut(
  pictures: readonly Held[],
  random: () => number,
  least?: number,
  onPicture?: (own: ReadonlySet<string>, proposals: readonly Proposal[], neighbours: readonly Tagged[]) => void,
): Measured {
  const heldOut = createHeldOut();
  for (const { tags, neighbours, group } of pictures) {
    if (tags.length === 0) continue;
    const own = new Set(tags.map(normalTag));
    const proposals = proposalsOf(neighbours, least);
    heldOut.add(group, own, proposals);
    onPicture?.(own, proposals, neighbours);
  }
  return heldOut.measure(random);
}

/** The counts as they would be without the picture. */
function withoutOwn({ of, pictures }: TagCounts, own: ReadonlySet<string>): TagCounts {
  return { pictures: pictures - 1, of: { get: (tag) => (of.get(tag) ?? 0) - (own.has(tag) ? 1 : 0) } };
}

function mostVoted(pictures: readonly Pick<Tagged, "tags">[], count: number): readonly string[] {
  const votes = countTags(pictures).of;
  return [...votes]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([tag]) => tag);
}
