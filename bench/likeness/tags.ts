/** Clusters of copies whose pictures have tags, from a known generator. */
import type { Held } from "../../src/catalogue/inference/evaluate.ts";
import type { Tagged } from "../../src/catalogue/inference/vote.ts";

const SUBJECTS = 400;
/** Tags of a subject, the chance that a creator gives each, and the tags that each creator adds. */
const [TAGS, CHANCE, OWN_TAGS] = [5, 0.6, 3] as const;

/** `clusters` clusters of 2 to 13 pictures, each picture with all others of its cluster as its neighbours. */
export function drawTagged(clusters: number, random: () => number): readonly Held[] {
  const below = (limit: number) => Math.floor(limit * random());
  return Array.from({ length: clusters }, (_, cluster) => {
    // Some subjects are much more frequent than others.
    const subject = Math.floor(SUBJECTS * random() ** 3);
    const pictures = Array.from({ length: 2 + below(12) }, (_, i): Tagged => {
      const shared = Array.from({ length: TAGS }, (_, t) => `subject ${subject}-${t}`).filter(() => random() < CHANCE);
      const own = Array.from({ length: OWN_TAGS }, () => `word ${Math.floor(60 * random() ** 2)}`);
      return { id: `${cluster}-${i}`, creator: `creator ${below(2_000)}`, tags: [...shared, ...own] };
    });
    const group = String(cluster);
    return pictures.map((own) => ({ ...own, group, neighbours: pictures.filter(({ id }) => id !== own.id) }));
  }).flat();
}

/** The same pictures and neighbours, with the tags dealt out anew. */
export function shuffled(pictures: readonly Held[], random: () => number): readonly Held[] {
  const tags = pictures.map((picture) => picture.tags);
  for (let i = tags.length - 1; i > 0; i--) {
    const j = Math.floor((i + 1) * random());
    [tags[i], tags[j]] = [tags[j] ?? [], tags[i] ?? []];
  }
  const tagsOf = new Map(pictures.map(({ id }, i) => [id, tags[i] ?? []]));
  const dealt = <T extends Tagged>(picture: T): T => ({ ...picture, tags: tagsOf.get(picture.id) ?? [] });
  return pictures.map((picture) => ({ ...dealt(picture), neighbours: picture.neighbours.map(dealt) }));
}
