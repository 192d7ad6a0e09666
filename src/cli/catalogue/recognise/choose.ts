/** Which pictures of a run are recognised: stored, meeting the conditions, without labels, the most viewed first. */
import { firstPass } from "../../../catalogue/outcomeLog.ts";
import { labelsKey } from "../../../catalogue/recognition/labels.ts";
import type { Picture } from "../../../catalogue/recognition/order.ts";
import { WrongInput } from "../failure.ts";
import { collectLatest } from "../outcomes/latestOutcomes.ts";
import type { LogArguments } from "../outcomes/logArguments.ts";
import type { OpenLog } from "../outcomes/openLog.ts";
import { labelledKeys, manifestRows, withBucket } from "./bucketRows.ts";
import { type Condition, meets, missingColumns } from "./where.ts";

type Chosen = Picture & { readonly views: number };

/** `again`: those with labels too. Memory grows with the rows that meet the conditions. Throws WrongInput. */
export function choosePictures(
  args: LogArguments,
  conditions: readonly Condition[],
  again: boolean,
  { pages }: OpenLog,
): Promise<readonly Picture[]> {
  return withBucket(args, async (bucket) => {
    const wanted = new Map<string, number>();
    const present = new Set<string>();
    for await (const row of manifestRows(bucket, args.run)) {
      for (const column of Object.keys(row)) present.add(column);
      if (meets(row, conditions)) wanted.set(row.id, row.views ?? 0);
    }
    const missing = missingColumns(conditions, present);
    if (missing.length > 0) throw new WrongInput(`No row of the run ${args.run} has the column ${missing.join(", ")}`);
    const labelled = again ? new Set() : await labelledKeys(bucket);
    const latest = collectLatest();
    try {
      for await (const { outcomes } of pages(firstPass(args.run, Date.now()))) {
        for (const one of outcomes) latest.add(one);
      }
      const chosen: Chosen[] = [];
      for (const { id, url, status } of latest.read()) {
        const views = wanted.get(id);
        const isStored = status === "stored" || status === "present";
        if (views === undefined || !isStored || labelled.has(await labelsKey(id))) continue;
        chosen.push({ id, url, views });
      }
      return chosen.toSorted((a, b) => b.views - a.views || (a.id < b.id ? -1 : 1));
    } finally {
      latest.close();
    }
  });
}
