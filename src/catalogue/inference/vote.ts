/**
 * Tags of a picture from its neighbours: neighbour voting minus the prior (Li, Snoek and Worring, "Learning Social Tag
 * Relevance by Neighbor Voting", 2009), rel(x, t) = n_t(k) - k N_t / N, with one vote for each creator. Pure.
 */
import { isIncluded } from "../inclusion/isIncluded.ts";

export type Tagged = {
  readonly id: string;
  /** null = not known. All pictures without a known creator have one vote together. */
  readonly creator: string | null;
  readonly tags: readonly string[];
};

export type TagCounts = {
  /** Pictures of the catalogue that have tags. */
  readonly pictures: number;
  /** How many of them have each tag, in its normal form. */
  readonly of: { get(tag: string): number | undefined };
};

export type InferredTag = {
  readonly tag: string;
  /** Votes less what any pictures would have given. */
  readonly relevance: number;
  /** 0 to 1: the share of the voters who have the tag, drawn towards the tag's share in the catalogue. */
  readonly certainty: number;
  /** Creators who voted for it. */
  readonly support: number;
  /** The neighbours that have it. */
  readonly neighbours: readonly string[];
};

/** Fewer creators than this are no evidence. */
export const LEAST_SUPPORT = 3;

/** A tag as it is compared: without white space at its ends, in lower case. */
export function normalTag(tag: string): string {
  return tag.trim().toLowerCase();
}

export function countTags(pictures: Iterable<Pick<Tagged, "tags">>) {
  const of = new Map<string, number>();
  let count = 0;
  for (const { tags } of pictures) {
    if (tags.length === 0) continue;
    count++;
    for (const tag of new Set(tags.map(normalTag))) of.set(tag, (of.get(tag) ?? 0) + 1);
  }
  return { pictures: count, of } satisfies TagCounts;
}

/** The most relevant first. Neighbours without tags do not vote. `least`: creators that a tag needs. */
export function inferTags(
  neighbours: readonly Tagged[],
  counts: TagCounts,
  least = LEAST_SUPPORT,
): readonly InferredTag[] {
  return relevantOf(proposalsOf(neighbours, least), counts);
}

/** Those that have more votes than any pictures would have given, the most relevant first. */
export function relevantOf(proposals: readonly Proposal[], counts: TagCounts): readonly InferredTag[] {
  const inferred = proposals.flatMap(({ tag, support, voters, neighbours }) => {
    const prior = (counts.of.get(tag) ?? 0) / Math.max(1, counts.pictures);
    const relevance = support - voters * prior;
    if (relevance <= 0) return [];
    return [{ tag, relevance, certainty: (support + prior) / (voters + 1), support, neighbours }];
  });
  return inferred.sort((a, b) => b.relevance - a.relevance || (a.tag < b.tag ? -1 : 1));
}

export type Proposal = Pick<InferredTag, "tag" | "support" | "neighbours"> & {
  /** Creators who have voted for any tag. */
  readonly voters: number;
};

/** Tags with votes enough, whatever their prior. */
export function proposalsOf(neighbours: readonly Tagged[], least = LEAST_SUPPORT): readonly Proposal[] {
  const voters = new Set<string | null>();
  const votes = new Map<string, { readonly creators: Set<string | null>; readonly ids: string[] }>();
  for (const { id, creator, tags } of neighbours) {
    if (tags.length === 0) continue;
    voters.add(creator);
    for (const tag of new Set(tags.map(normalTag))) {
      const vote = votes.get(tag) ?? { creators: new Set(), ids: [] };
      votes.set(tag, vote);
      vote.creators.add(creator);
      vote.ids.push(id);
    }
  }
  return [...votes].flatMap(([tag, { creators, ids }]) =>
    creators.size < least || !isIncluded(tag)
      ? []
      : [{ tag, support: creators.size, voters: voters.size, neighbours: ids }],
  );
}
