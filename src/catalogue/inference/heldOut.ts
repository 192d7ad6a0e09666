/**
 * The tags that neighbours propose for pictures whose own tags are known, and the intervals of precision and recall by the
 * cluster bootstrap (Field and Welsh, "Bootstrapping clustered data", 2007). Each resample counts the tags of the catalogue
 * anew: whether a tag is inferred depends on these counts, and so on all clusters at once. Pure.
 */

import type { Proposal } from "./vote.ts";

/** A ratio with its 95 % interval. */
export type Ratio = { readonly value: number; readonly low: number; readonly high: number };

/** Sums over pictures. `own`: their own tags. */
type Sums = { readonly right: number; readonly inferred: number; readonly own: number };

export type HeldOut = {
  /** Takes a picture. `own`: the tags of its creator, in their normal form. */
  add(
    group: string,
    own: ReadonlySet<string>,
    proposals: readonly Pick<Proposal, "tag" | "support" | "voters">[],
  ): void;
  /** `random`: 0 to below 1. */
  measure(random: () => number): Measured;
};

export type Measured = {
  readonly precision: Ratio;
  readonly recall: Ratio;
  readonly inferred: number;
  /** Groups with an inferred tag: the units of the intervals. */
  readonly units: number;
};

type Columns<Name extends string> = { readonly [name in Name]: number[] };

/** Resamples of an interval. With 200 its width is right to 5 %. */
const RESAMPLES = 200;

export function createHeldOut(): HeldOut {
  const groups = numbering();
  const tags = numbering();
  /** Of each group its pictures and their own tags. */
  const pictures: number[] = [];
  const owned: number[] = [];
  /** An own tag of a picture: group and tag. */
  const own: Columns<"group" | "tag"> = { group: [], tag: [] };
  const proposed: Columns<"group" | "tag" | "support" | "voters" | "isRight"> = {
    ...{ group: [], tag: [], support: [], voters: [], isRight: [] },
  };
  return {
    add(name, words, proposals) {
      const group = groups.of(name);
      pictures[group] = (pictures[group] ?? 0) + 1;
      owned[group] = (owned[group] ?? 0) + words.size;
      for (const word of words) {
        own.group.push(group);
        own.tag.push(tags.of(word));
      }
      for (const { tag, support, voters } of proposals) {
        proposed.group.push(group);
        proposed.tag.push(tags.of(tag));
        proposed.support.push(support);
        proposed.voters.push(voters);
        proposed.isRight.push(words.has(tag) ? 1 : 0);
      }
    },
    measure(random) {
      const count = groups.count();
      const all = new Float64Array(count).fill(1);
      const withTag = new Set<number>();
      const sums = sumsOf(all, (group) => withTag.add(group));
      const resamples = Array.from({ length: RESAMPLES }, () => {
        const weights = new Float64Array(count);
        for (let n = 0; n < count; n++) {
          const drawn = Math.floor(count * random());
          weights[drawn] = (weights[drawn] ?? 0) + 1;
        }
        return sumsOf(weights);
      });
      const ratio = (top: keyof Sums, bottom: keyof Sums) => ratioOf(sums, resamples, top, bottom, withTag.size);
      const [precision, recall] = [ratio("right", "inferred"), ratio("right", "own")];
      return { precision, recall, inferred: sums.inferred, units: withTag.size };
    },
  };

  function sumsOf(weights: Float64Array, onInferred?: (group: number) => void): Sums {
    const counts = new Float64Array(tags.count());
    for (const [i, group] of own.group.entries()) {
      const tag = own.tag[i] ?? 0;
      counts[tag] = (counts[tag] ?? 0) + (weights[group] ?? 0);
    }
    let [total, ownTags, right, inferred] = [0, 0, 0, 0];
    for (let group = 0; group < weights.length; group++) {
      total += (weights[group] ?? 0) * (pictures[group] ?? 0);
      ownTags += (weights[group] ?? 0) * (owned[group] ?? 0);
    }
    for (const [i, group] of proposed.group.entries()) {
      const weight = weights[group] ?? 0;
      if (weight === 0) continue;
      // The counts as they would be without the picture itself.
      const isOwn = proposed.isRight[i] ?? 0;
      const prior = ((counts[proposed.tag[i] ?? 0] ?? 0) - isOwn) / Math.max(1, total - 1);
      if ((proposed.support[i] ?? 0) <= (proposed.voters[i] ?? 0) * prior) continue;
      onInferred?.(group);
      inferred += weight;
      right += weight * isOwn;
    }
    return { right, inferred, own: ownTags };
  }
}

function numbering() {
  const numbers = new Map<string, number>();
  return {
    count: () => numbers.size,
    of(name: string): number {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, numbers.size);
      return numbers.size - 1;
    },
  };
}

/** The value of all, with the spread of the resamples round their mean. */
function ratioOf(all: Sums, resamples: readonly Sums[], top: keyof Sums, bottom: keyof Sums, units: number): Ratio {
  const value = all[top] / all[bottom];
  const drawn = resamples.filter((sums) => sums[bottom] > 0).map((sums) => sums[top] / sums[bottom]);
  const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
  const squares = drawn.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, drawn.length - 1);
  // A resample of few groups spreads less than a new sample would.
  const error = Math.sqrt((squares * units) / Math.max(1, units - 1));
  // Student's t for the middle 95 %, by the first term of its expansion.
  const t = 1.96 + 2.37 / Math.max(1, units - 1);
  return { value, low: value - t * error, high: value + t * error };
}
