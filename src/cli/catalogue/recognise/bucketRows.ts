/** Reads what recognition needs from the primary bucket: the rows of a run's manifest, and the labels that are stored. */
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { type ManifestRow, readRow } from "../../../catalogue/manifestRow.ts";
import { LABELS_PREFIX, type Labels, readLabels } from "../../../catalogue/recognition/labels.ts";
import type { LogArguments } from "../outcomes/logArguments.ts";

export type Bucket = { readonly s3: Pick<S3Client, "send">; readonly bucket: string; readonly concurrency: number };

/** Runs `use` with a client of the bucket. */
export async function withBucket<T>(args: LogArguments, use: (bucket: Bucket) => Promise<T>): Promise<T> {
  const { endpoint, accessKeyId, secretAccessKey, bucket, concurrency } = args;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ endpoint, region: "auto", forcePathStyle: true, maxAttempts: 6, credentials });
  try {
    return await use({ s3, bucket, concurrency });
  } finally {
    s3.destroy();
  }
}

/** Every row of the run's parts, those of `retry` included. An identifier may come more than once. */
export async function* manifestRows(bucket: Bucket, run: string): AsyncGenerator<ManifestRow> {
  for await (const text of objectsBelow(bucket, `catalogue/${run}/parts/`)) {
    // The first line is the part's header.
    for (const line of text.split("\n").slice(1)) if (line !== "") yield readRow(line);
  }
}

/** Everything that is stored of recognition. Throws BadRecord. */
export async function* allLabels(bucket: Bucket): AsyncGenerator<Labels> {
  for await (const text of objectsBelow(bucket, LABELS_PREFIX)) if (text !== "") yield readLabels(text);
}

export async function labelledKeys(bucket: Bucket): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const page of keysBelow(bucket, LABELS_PREFIX)) for (const key of page) keys.add(key);
  return keys;
}

async function* objectsBelow(bucket: Bucket, prefix: string): AsyncGenerator<string> {
  for await (const keys of keysBelow(bucket, prefix)) {
    for (let at = 0; at < keys.length; at += bucket.concurrency) {
      yield* await Promise.all(keys.slice(at, at + bucket.concurrency).map((key) => textOf(bucket, key)));
    }
  }
}

async function* keysBelow({ s3, bucket }: Bucket, prefix: string): AsyncGenerator<readonly string[]> {
  for (let token: string | undefined; ; ) {
    const from = token === undefined ? {} : { ContinuationToken: token };
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...from }));
    yield (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    if (page.IsTruncated !== true) return;
    token = page.NextContinuationToken;
  }
}

/** "" = it was deleted since it was listed. */
async function textOf({ s3, bucket }: Bucket, key: string): Promise<string> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? "";
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return "";
    throw error;
  }
}
