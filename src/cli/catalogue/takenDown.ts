/** Which pictures were taken down, by the ledger of takedowns in the primary bucket. */
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Outcome } from "../../catalogue/outcome.ts";
import { isObject } from "../../catalogue/record.ts";
import { LEDGER_KEY } from "../../live/takedown.ts";
import { canonicalSource } from "../../request/source/canonicalSource.ts";
import { sourceKeys } from "../../store/schema/key.ts";

type Bucket = { readonly s3: Pick<S3Client, "send">; readonly bucket: string };

/** Hashes of hosts and of sources. */
export type TakenDown = ReadonlySet<string>;

/** Throws what the bucket throws, and SyntaxError when the ledger is no JSON. */
export async function readTakenDown({ s3, bucket }: Bucket): Promise<TakenDown> {
  let text = "{}";
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: LEDGER_KEY }));
    text = (await Body?.transformToString()) ?? "{}";
  } catch (error) {
    if (!(error instanceof Error && error.name === "NoSuchKey")) throw error;
  }
  const ledger: unknown = JSON.parse(text);
  const lists = isObject(ledger) && isObject(ledger.blocked) ? ledger.blocked : {};
  return new Set([lists.sources, lists.hosts].flatMap((list) => (Array.isArray(list) ? list : [])));
}

/** `source`: `<host16>/<source32>`. */
export function isTakenDown(source: string, takenDown: TakenDown): boolean {
  return takenDown.size > 0 && source.split("/").some((hash) => takenDown.has(hash));
}

/** The same for an address. One that cannot be read was never stored. */
export async function isAddressTakenDown(url: string, takenDown: TakenDown): Promise<boolean> {
  if (takenDown.size === 0) return false;
  try {
    const { host16, source32 } = await sourceKeys(canonicalSource(url));
    return isTakenDown(`${host16}/${source32}`, takenDown);
  } catch {
    return false;
  }
}

/** The log does not know what was taken down after the picture was made. */
export function withTakenDown(outcomes: readonly Outcome[], takenDown: TakenDown): readonly Outcome[] {
  return outcomes.map((one) => (isTakenDown(one.source, takenDown) ? { ...one, status: "blocked" } : one));
}
