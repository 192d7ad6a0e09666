/** Adds the hashes that outcomes of the log lack, made from the stored renditions. An object of the log is replaced whole. */
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Outcome } from "../../../catalogue/outcome.ts";
import { logText, readLog } from "../../../catalogue/outcomeLog.ts";
import { STATUSES } from "../../../catalogue/status.ts";
import { Failure } from "../../../errors.ts";
import { decodeMeta } from "../../../store/schema/meta.ts";
import type { HashRendition } from "./hashRendition.ts";

export type Filled = {
  /** Outcomes that have hashes now. */
  made: number;
  /** Renditions that show a part of their source, were cut, or are too small. */
  unfit: number;
  /** Renditions that are gone, or that are no pictures. */
  lost: number;
  /** Objects of the log that somebody else has written meanwhile. The next call takes them up. */
  overtaken: number;
};

export type Store = { readonly s3: Pick<S3Client, "send">; readonly bucket: string };

/** Whether an outcome can have hashes and has none. */
export function lacksHashes({ status, rendition, dhash, pdq }: Outcome): boolean {
  return STATUSES[status].stored && rendition !== null && (dhash === null || pdq === null);
}

/** One object of the log. Throws BadRecord, and what the bucket throws. */
export async function fillLog(store: Store, key: string, hash: HashRendition, filled: Filled): Promise<void> {
  const { s3, bucket } = store;
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const outcomes = readLog((await object.Body?.transformToString()) ?? "");
  if (!outcomes.some(lacksHashes)) return;
  const made: Outcome[] = [];
  let count = 0;
  for (const outcome of outcomes) {
    const hashes = lacksHashes(outcome) ? await hashesOf(store, outcome, hash, filled) : null;
    if (hashes !== null) count++;
    made.push(hashes === null ? outcome : { ...outcome, ...hashes });
  }
  if (count === 0) return;
  try {
    const condition = object.ETag === undefined ? {} : { IfMatch: object.ETag };
    const put = { Bucket: bucket, Key: key, Body: logText(made), ContentType: "application/jsonl", ...condition };
    await s3.send(new PutObjectCommand(put));
    filled.made += count;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "PreconditionFailed") throw error;
    filled.overtaken++;
  }
}

type Hashes = Pick<Outcome, "dhash" | "pdq" | "pdqQuality">;

async function hashesOf(
  { s3, bucket }: Store,
  outcome: Outcome,
  hash: HashRendition,
  filled: Filled,
): Promise<Hashes | null> {
  try {
    const Key = outcome.rendition?.key ?? "";
    const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const meta = decodeMeta(Metadata ?? {});
    const file = (await Body?.transformToByteArray()) ?? new Uint8Array(0);
    const isFit = meta !== null && meta.whole !== undefined && !meta.cut;
    const { dhash, pdq } = isFit ? await hash(file) : {};
    if (dhash !== undefined && pdq !== undefined) return { dhash, pdq: pdq.hash, pdqQuality: pdq.quality };
    filled.unfit++;
  } catch (error) {
    if (!(error instanceof Failure) && !(error instanceof Error && error.name === "NoSuchKey")) throw error;
    filled.lost++;
  }
  return null;
}
