/** Copies that were planted among many pictures, and whether the job finds them and nothing else. */
import { PAIR_WORDS } from "../../src/catalogue/likeness/matcher.ts";
import { findLikeness } from "../../src/cli/catalogue/likeness/findLikeness.ts";
import { judged, type Row } from "../row.ts";
import { say } from "../say.ts";
import { type Change, createPopulation, type Population } from "./population.ts";
import { mulberry } from "./random.ts";
import { measureUnlike } from "./unlike.ts";

export const THREADS = 2;

export function populate(
  folder: string,
  count: number,
  drawn: number,
  changes: readonly Change[],
  seed: number,
): Population {
  say(`hashes of ${count} pictures, ${drawn} of them drawn`);
  return createPopulation(folder, count, drawn, changes, mulberry(seed));
}

export async function measurePlanted(
  folder: string,
  count: number,
  changes: readonly Change[],
  seed: number,
): Promise<readonly Row[]> {
  const drawn = count / 20;
  const population = populate(folder, count, drawn, changes, seed);
  const { originals, largest, leftOut, distances } = population;
  say(`copies among ${count} pictures`);
  /** The picture that comes first of those with the same hashes. */
  const firstOf = new Map<number, number>();
  let wrong = 0;
  const likeness = await findLikeness(population.files, {
    ...{ threads: THREADS, k: 20, scratch: folder },
    onCollapsed: ({ uniqueOf }) => {
      for (const [picture, unique] of uniqueOf.entries()) {
        const first = firstOf.get(unique);
        if (first === undefined) firstOf.set(unique, picture);
        else if (originals[first] !== originals[picture]) wrong++;
      }
    },
    onPairs: (pairs) => {
      for (let at = 0; at < pairs.length; at += PAIR_WORDS) {
        const [a, b] = [firstOf.get(pairs[at] ?? 0) ?? 0, firstOf.get(pairs[at + 1] ?? 0) ?? 0];
        if (originals[a] !== originals[b]) wrong++;
      }
    },
  });
  const unlike = measureUnlike(population, say);
  const clusterOf = (picture: number) => likeness.stars.representatives[likeness.uniqueOf[picture] ?? 0];
  let [copies, found, most] = [0, 0, 0];
  const sizes = new Map<number, number>();
  for (const [picture, original] of originals.entries()) {
    const cluster = clusterOf(picture) ?? 0;
    const size = (sizes.get(cluster) ?? 0) + 1;
    sizes.set(cluster, size);
    most = Math.max(most, size);
    if (original === picture) continue;
    copies++;
    if (cluster === clusterOf(original)) found++;
  }
  const spread = `distance of two pictures, median and 1 in 10 000: ${distances.drawn.join(", ")} drawn, ${distances.all.join(", ")} all`;
  return [
    judged({
      what: `planted copies in the cluster of their original, ${count / 1e6} M pictures`,
      ...{ value: found / copies, limit: 0.99, better: "higher", digits: 4 },
      detail: `${copies} copies; ${drawn} drawn, ${leftOut} of them left out; seed ${seed}; ${spread}`,
    }),
    judged({
      what: "the largest cluster, in pictures",
      ...{ value: most, limit: Math.floor(1.01 * largest), better: "lower" },
      detail: `${largest} planted`,
    }),
    judged({
      what: "pairs of unlike pictures that the job has confirmed",
      ...{ value: wrong, limit: 0, better: "lower" },
      detail: `all ${likeness.pairs} pairs looked at`,
    }),
    ...unlike,
  ];
}
