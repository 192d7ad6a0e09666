/** Reads the outcome log of a run from its bucket, page by page in the order of keys, from a cursor. */
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { type Outcome, readOutcome } from "../../../catalogue/outcome.ts";
import { isNews, type LogCursor, logPrefix } from "../../../catalogue/outcomeLog.ts";
import { BadRecord } from "../../../catalogue/record.ts";

export type LogSource = {
  readonly s3: S3Client;
  readonly bucket: string;
  /** Objects that are read at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
};

export type LogPage = {
  readonly outcomes: readonly Outcome[];
  /** The last key of the page: where a later reading goes on. */
  readonly after: string;
  readonly objects: number;
  /** Lines that are no outcomes, with the key and the reason. */
  readonly bad: readonly string[];
};

type Listed = { readonly key: string; readonly uploaded: number };

/** Objects a page: about 20 000 outcomes. */
const PAGE = 200;

/** The pages after the cursor. The next page is fetched while the caller works on one. Throws what the S3 client throws. */
export async function* readLogPages(source: LogSource, cursor: LogCursor): AsyncGenerator<LogPage> {
  let ahead: Promise<LogPage> | null = null;
  for await (const keys of keyPages(source, cursor)) {
    const next = readPage(source, keys);
    // The page is awaited one round later. Until then its failure is not unhandled.
    next.catch(() => undefined);
    if (ahead !== null) yield await ahead;
    ahead = next;
  }
  if (ahead !== null) yield await ahead;
}

async function* keyPages(source: LogSource, cursor: LogCursor): AsyncGenerator<readonly string[]> {
  let pending: string[] = [];
  for await (const listed of listPages(source, cursor)) {
    pending.push(...listed.filter(({ uploaded }) => isNews(cursor, uploaded)).map(({ key }) => key));
    while (pending.length >= PAGE) {
      yield pending.slice(0, PAGE);
      pending = pending.slice(PAGE);
    }
  }
  if (pending.length > 0) yield pending;
}

async function* listPages(
  { s3, bucket, signal }: LogSource,
  { run, after }: LogCursor,
): AsyncGenerator<readonly Listed[]> {
  let token: string | undefined;
  do {
    const from = token === undefined ? (after === "" ? {} : { StartAfter: after }) : { ContinuationToken: token };
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: logPrefix(run), ...from }), {
      abortSignal: signal,
    });
    yield (page.Contents ?? []).flatMap(({ Key, LastModified }) =>
      Key === undefined ? [] : [{ key: Key, uploaded: LastModified?.getTime() ?? Number.MAX_SAFE_INTEGER }],
    );
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

async function readPage(source: LogSource, keys: readonly string[]): Promise<LogPage> {
  const texts: string[] = Array.from(keys, () => "");
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < keys.length; at = next++) texts[at] = await readText(source, keys[at] ?? "");
  };
  await Promise.all(Array.from({ length: Math.min(source.concurrency, keys.length) }, worker));
  const outcomes: Outcome[] = [];
  const bad: string[] = [];
  for (const [i, text] of texts.entries()) {
    for (const [line, json] of text.split("\n").entries()) {
      if (json === "") continue;
      try {
        outcomes.push(readOutcome(json));
      } catch (error) {
        if (!(error instanceof BadRecord)) throw error;
        bad.push(`${keys[i]}, line ${line + 1}: ${error.message}`);
      }
    }
  }
  return { outcomes, after: keys.at(-1) ?? "", objects: keys.length, bad };
}

/** An object that was deleted since it was listed has nothing to read. */
async function readText({ s3, bucket, signal }: LogSource, key: string): Promise<string> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
    return (await Body?.transformToString()) ?? "";
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return "";
    throw error;
  }
}
