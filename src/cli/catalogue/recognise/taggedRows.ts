/** The tags of machines, picture by picture: what recognition has found, and the labels of the manifest. */
import { type Tag, tagsOf, tagsOfManifest } from "../../../catalogue/recognition/labels.ts";
import { SERVICES } from "../../../catalogue/recognition/recogniser.ts";
import type { LogArguments } from "../outcomes/logArguments.ts";
import { isAddressTakenDown, isTakenDown, readTakenDown } from "../takenDown.ts";
import { allLabels, type Bucket, manifestRows, withBucket } from "./bucketRows.ts";

export type TaggedRow = {
  readonly id: string;
  /** Whose tags these are: earlier ones of theirs are replaced. */
  readonly providers: readonly string[];
  /** Empty: nothing was found, or the picture was taken down. */
  readonly tags: readonly Tag[];
};

/** Calls `take` with pages of rows. No two rows of a page have the same identifier. Throws what the bucket throws. */
export function eachTagged(args: LogArguments, take: (rows: readonly TaggedRow[]) => Promise<void>): Promise<void> {
  return withBucket(args, (bucket) => eachTaggedIn(bucket, args.run, take));
}

/** The labels of a picture that was taken down are deleted, so the manifest says whose tags must go. */
export async function eachTaggedIn(
  bucket: Bucket,
  run: string,
  take: (rows: readonly TaggedRow[]) => Promise<void>,
): Promise<void> {
  const takenDown = await readTakenDown(bucket);
  const pages = pager(take);
  for await (const { id, url, labels = [] } of manifestRows(bucket, run)) {
    const tags = tagsOfManifest(labels);
    const own = tags.map(({ provider }) => provider);
    if (await isAddressTakenDown(url, takenDown)) {
      await pages.add({ id, providers: [...new Set([...own, ...Object.keys(SERVICES)])], tags: [] });
    } else if (tags.length > 0) await pages.add({ id, providers: [...new Set(own)], tags });
  }
  await pages.flush();
  for await (const labels of allLabels(bucket)) {
    if (labels.status === "failed") continue;
    const tags = isTakenDown(labels.source, takenDown) ? [] : tagsOf(labels);
    await pages.add({ id: labels.id, providers: [labels.provider], tags });
  }
  await pages.flush();
}

const PAGE = 200;

function pager(take: (rows: readonly TaggedRow[]) => Promise<void>) {
  const page = new Map<string, TaggedRow>();
  const flush = async () => {
    if (page.size > 0) await take([...page.values()]);
    page.clear();
  };
  const add = async (row: TaggedRow) => {
    page.set(row.id, row);
    if (page.size >= PAGE) await flush();
  };
  return { add, flush };
}
