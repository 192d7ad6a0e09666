/** Whether PDQ alone tells unlike pictures apart: those that dHash takes for the most alike. */
import { MOST_PDQ, PAIR_WORDS } from "../../src/catalogue/likeness/matcher.ts";
import { tablesOf } from "../../src/catalogue/likeness/tables.ts";
import { readPart } from "../../src/cli/catalogue/likeness/hashFiles.ts";
import { loadMatcher } from "../../src/cli/catalogue/likeness/matchChunk.ts";
import { judged, type Row } from "../row.ts";
import type { Population } from "./population.ts";

/** Pictures that are compared, from the first on. The drawn ones are among them. */
const COMPARED = 200_000;
/** Of the unlike pairs, too few are within the job's 8 bits. */
const DHASH = 14;
const SAMPLED = 1_000_000;

/** Compares all with all, without the job's tables and its limit of dHash. */
export function measureUnlike({ files, originals }: Population, say: (text: string) => void): readonly Row[] {
  say("pairs of unlike pictures");
  const part = readPart({ ...files, count: Math.min(COMPARED, files.count) }, 0);
  let [unlike, confirmed, nearest] = [0, 0, 256];
  for (const pairs of loadMatcher().pairs(part, null, tablesOf(0), { dhash: DHASH, pdq: 256 })) {
    for (let at = 0; at < pairs.length; at += PAIR_WORDS) {
      if (originals[pairs[at] ?? 0] === originals[pairs[at + 1] ?? 0]) continue;
      const pdq = (pairs[at + 2] ?? 0) & 0xffff;
      unlike++;
      nearest = Math.min(nearest, pdq);
      if (pdq <= MOST_PDQ) confirmed++;
    }
  }
  return [
    judged({
      what: `unlike pairs within dHash ${DHASH} that PDQ confirms`,
      ...{ value: confirmed, limit: 0, better: "lower" },
      detail: `the nearest has a distance of ${nearest}`,
    }),
    judged({
      what: "such pairs looked at",
      ...{ value: unlike, limit: SAMPLED, better: "higher" },
      detail: `all of ${part.count} pictures`,
    }),
  ];
}
