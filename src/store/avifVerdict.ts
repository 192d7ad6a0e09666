/**
 * Whether a rendition has an AVIF: a small object in the primary, `2/a/<host16>/<source32>/<options32>`, which a purge
 * deletes like the rendition. It is written under conditions, so that of all isolates one orders the AVIF of a source
 * version.
 */
import { jsonOf, recordOf } from "./storedJson.ts";

const STATES = ["asked", "stored", "not-smaller"] as const;
/** `asked`: a job was ordered. `stored`: the AVIF lies in the primary. `not-smaller`: it is not worth storing. */
export type AvifState = (typeof STATES)[number];

export type AvifVerdict = {
  readonly state: AvifState;
  /** The source hash of the rendition that it is about. */
  readonly hash: string;
  /** When it was written, unix ms. */
  readonly at: number;
};

/** With the object's ETag, which differs for each content. */
export type StoredVerdict = AvifVerdict & { readonly etag: string };

/** A queue can lose a message. An order that is older is given again. */
const ORDER_MS = 86_400_000;
/** A purge by prefix or by maker compares these. */
export type VerdictMarks = { readonly source: string; readonly maker: string };
const MAX_SOURCE_CHARACTERS = 1_000;

/** Null when there is none, or one that cannot be read. Rejects when the bucket fails. */
export async function readVerdict(bucket: R2Bucket, key: string): Promise<StoredVerdict | null> {
  const object = await bucket.get(key);
  return object === null ? null : parseVerdict(await object.text(), object.etag);
}

function parseVerdict(text: string, etag: string): StoredVerdict | null {
  const { state, hash, at } = recordOf(jsonOf(text)) ?? {};
  const known = STATES.find((one) => one === state);
  if (known === undefined || typeof hash !== "string" || typeof at !== "number") return null;
  return { state: known, hash, at, etag };
}

/**
 * Takes the order for a source version, unless somebody has it or it is done. `mine`: the caller must send the message.
 * Else `verdict` is what others have written. Rejects when the bucket fails.
 */
export async function claimAvif(
  bucket: R2Bucket,
  key: string,
  hash: string,
  marks: VerdictMarks,
  now: number,
): Promise<{ readonly mine: true } | { readonly mine: false; readonly verdict: AvifVerdict | null }> {
  const object = await bucket.get(key);
  const verdict = object === null ? null : parseVerdict(await object.text(), object.etag);
  const isOfThese = verdict?.hash === hash;
  if (verdict !== null && isOfThese && (verdict.state !== "asked" || now - verdict.at < ORDER_MS)) {
    return { mine: false, verdict };
  }
  const onlyIf = object === null ? { etagDoesNotMatch: "*" } : { etagMatches: object.etag };
  const written = await putVerdict(bucket, key, { state: "asked", hash, at: now }, marks, onlyIf);
  return written ? { mine: true } : { mine: false, verdict: null };
}

/** Writes the outcome of an order, unless a purge or another order has replaced it meanwhile. Gives whether it was written. */
export function settleAvif(
  bucket: R2Bucket,
  key: string,
  order: StoredVerdict,
  outcome: Pick<AvifVerdict, "state" | "at">,
  marks: VerdictMarks,
): Promise<boolean> {
  return putVerdict(bucket, key, { ...outcome, hash: order.hash }, marks, { etagMatches: order.etag });
}

async function putVerdict(
  bucket: R2Bucket,
  key: string,
  { state, hash, at }: AvifVerdict,
  { source, maker }: VerdictMarks,
  onlyIf: R2Conditional,
): Promise<boolean> {
  const customMetadata = { source: source.slice(0, MAX_SOURCE_CHARACTERS), maker };
  const written = await bucket.put(key, JSON.stringify({ state, hash, at }), { onlyIf, customMetadata });
  return written !== null;
}
