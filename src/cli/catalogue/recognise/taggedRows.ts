/** The tags of machines, picture by picture: what recognition has found, and the labels of the manifest. */
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { type Tag, tagsOf, tagsOfManifest } from "../../../catalogue/recognition/labels.ts";
import { isObject } from "../../../catalogue/record.ts";
import { LEDGER_KEY } from "../../../live/takedown.ts";
import type { LogArguments } from "../outcomes/logArguments.ts";
import { allLabels, manifestRows, withBucket } from "./bucketRows.ts";

export type TaggedRow = {
  readonly id: string;
  /** Whose tags these are: earlier ones of theirs are replaced. */
  readonly providers: readonly string[];
  /** Empty: nothing was found, or the picture was taken down. */
  readonly tags: readonly Tag[];
};

/** Calls `take` with pages of rows. No two rows of a page have the same identifier. Throws what the bucket throws. */
export function eachTagged(args: LogArguments, take: (rows: readonly TaggedRow[]) => Promise<void>): Promise<void> {
  return withBucket(args, async (bucket) => {
    const isBlocked = await blocked(bucket);
    const pages = pager(take);
    for await (const row of manifestRows(bucket, args.run)) {
      const tags = tagsOfManifest(row.labels ?? []);
      const providers = [...new Set(tags.map(({ provider }) => provider))];
      if (tags.length > 0) await pages.add({ id: row.id, providers, tags });
    }
    await pages.flush();
    for await (const labels of allLabels(bucket)) {
      if (labels.status === "failed") continue;
      const tags = isBlocked(labels.source) ? [] : tagsOf(labels);
      await pages.add({ id: labels.id, providers: [labels.provider], tags });
    }
    await pages.flush();
  });
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

/** Whether `<host16>/<source32>` was taken down, by the ledger of takedowns. */
async function blocked({ s3, bucket }: Parameters<typeof allLabels>[0]): Promise<(source: string) => boolean> {
  let text = "{}";
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: LEDGER_KEY }));
    text = (await Body?.transformToString()) ?? "{}";
  } catch (error) {
    if (!(error instanceof Error && error.name === "NoSuchKey")) throw error;
  }
  const ledger: unknown = JSON.parse(text);
  const lists = isObject(ledger) && isObject(ledger.blocked) ? ledger.blocked : {};
  const members = new Set([lists.sources, lists.hosts].flatMap((list) => (Array.isArray(list) ? list : [])));
  return (source) => source.split("/").some((hash) => members.has(hash));
}
