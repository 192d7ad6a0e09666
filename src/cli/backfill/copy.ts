/** Copies objects between two buckets of one S3 account, page by page. A finished page is never copied again. */
import type { S3Client } from "@aws-sdk/client-s3";
import { CopyObjectCommand, HeadObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";

export type Progress = {
  /** The last key of the last finished page, in the order of the listing; "" at the beginning. */
  readonly after: string;
  readonly copied: number;
  /** The target had them already. */
  readonly present: number;
  /** The source no longer has them. */
  readonly missing: number;
};

export const NOTHING_YET: Progress = { after: "", copied: 0, present: 0, missing: 0 };

export type CopyOrder = {
  readonly s3: S3Client;
  readonly from: string;
  readonly to: string;
  readonly concurrency: number;
  readonly signal: AbortSignal;
};

type Outcome = "copied" | "present" | "missing";

/**
 * Copies all pages. `start` is the progress so far; `onPage` gets the progress after each page. Throws what the S3 client
 * throws after its retries.
 */
export async function copyPages(
  pages: AsyncIterable<readonly string[]>,
  order: CopyOrder,
  start: Progress,
  onPage: (progress: Progress) => void,
): Promise<Progress> {
  let progress = start;
  for await (const keys of pages) {
    const outcomes = await inParallel(keys, order);
    const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
    progress = {
      after: keys.at(-1) ?? progress.after,
      copied: progress.copied + count("copied"),
      present: progress.present + count("present"),
      missing: progress.missing + count("missing"),
    };
    onPage(progress);
  }
  return progress;
}

/** Keys under a prefix that come after `after`, up to 1000 a page, in the order of the listing (by UTF-8 bytes). */
export async function* listedPages(
  { s3, from, signal }: CopyOrder,
  prefix: string,
  after: string,
): AsyncGenerator<readonly string[]> {
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: from,
        Prefix: prefix,
        ...(token === undefined ? (after === "" ? {} : { StartAfter: after }) : { ContinuationToken: token }),
      }),
      { abortSignal: signal },
    );
    const keys = (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    if (keys.length > 0) yield keys;
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

const KEYS_A_PAGE = 200;

/** Keys of a text, one a line: sorted, each once, those that come after `after`. */
export async function* filedPages(text: string, after: string): AsyncGenerator<readonly string[]> {
  const keys = [...new Set(text.split(/\r?\n/).filter((line) => line !== ""))].sort().filter((key) => key > after);
  for (let at = 0; at < keys.length; at += KEYS_A_PAGE) yield keys.slice(at, at + KEYS_A_PAGE);
}

async function inParallel(keys: readonly string[], order: CopyOrder): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const worker = async () => {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) {
      order.signal.throwIfAborted();
      outcomes.push(await copyOne(key, order));
    }
  };
  await Promise.all(Array.from({ length: Math.min(order.concurrency, keys.length) }, worker));
  return outcomes;
}

/**
 * The store copies bytes and metadata itself. An object that the target has is left as it is, since it may be newer.
 * CopyObject of S3 has no condition on its target, so we ask first. If the Worker stores a rendition between the two calls,
 * the copy replaces it. That does no harm: in the order in which the Worker writes, the primary's is at least as new.
 */
async function copyOne(key: string, { s3, from, to, signal }: CopyOrder): Promise<Outcome> {
  const options = { abortSignal: signal };
  if (await exists(s3, to, key, signal)) return "present";
  const source = `${from}/${key.split("/").map(encodeURIComponent).join("/")}`;
  try {
    await s3.send(new CopyObjectCommand({ Bucket: to, Key: key, CopySource: source }), options);
    return "copied";
  } catch (error) {
    if (isMissing(error)) return "missing";
    throw error;
  }
}

async function exists(s3: S3Client, bucket: string, key: string, abortSignal: AbortSignal): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const name = error instanceof Error ? error.name : "";
  return name === "NoSuchKey" || (status === 404 && name !== "NoSuchBucket");
}
