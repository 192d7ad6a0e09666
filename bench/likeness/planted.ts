/** Copies that were planted among many pictures, and whether the job finds them and nothing else. */
import { findLikeness } from "../../src/cli/catalogue/likeness/findLikeness.ts";
import { judged, type Row } from "../row.ts";
import { say } from "../say.ts";
import { type Change, createPopulation, type Population } from "./population.ts";
import { mulberry } from "./random.ts";

export const THREADS = 2;
const SAMPLED = 1_000_000;

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
  let [wrong, checked] = [0, 0];
  const likeness = await findLikeness(population.files, {
    ...{ threads: THREADS, k: 20, scratch: folder },
    onCollapsed: ({ uniqueOf }) => {
      for (const [picture, unique] of uniqueOf.entries()) {
        const first = firstOf.get(unique);
        if (first === undefined) firstOf.set(unique, picture);
        else if (originals[first] !== originals[picture]) wrong++;
      }
    },
    onNeighbours: (unique, neighbours) => {
      const own = originals[firstOf.get(unique) ?? 0];
      for (const { picture } of neighbours) {
        if (checked++ < SAMPLED && originals[firstOf.get(picture) ?? 0] !== own) wrong++;
      }
    },
  });
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
      what: "pairs of unlike pictures after PDQ",
      ...{ value: wrong, limit: 0, better: "lower" },
      detail: `of ${Math.min(SAMPLED, checked)} looked at`,
    }),
  ];
}
