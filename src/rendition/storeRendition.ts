/** What is kept of a picture just made. For after the answer: none of it delays or fails one. */

import type { Header } from "../image/header.ts";
import { fill } from "../store/fill.ts";
import { putOriginal } from "../store/original.ts";
import { mayStore } from "../store/renditionStore.ts";
import { readSourceMeta, type SourceMeta, writeSourceMeta } from "../store/sourceMeta.ts";
import type { Stored } from "../store/tiers/tier.ts";
import type { SourceBytes } from "./fetchOriginal.ts";
import type { MakeOrder } from "./renderMiss.ts";

/** The rendition, into every tier that holds new ones. Rejects when the store that others read it from has not got it. */
export async function storeRendition({ shelf, scope }: MakeOrder, stored: Stored): Promise<void> {
  const { isolate, now } = scope;
  const { key, tiers } = shelf;
  const order = { key, stored, from: "made", tiers, stale: [], kvWrites: isolate.kvWrites, now } as const;
  const filled = await fill({ ...order, mayStore: mayStore(shelf, scope) });
  const shared = tiers.region === null ? "primary" : "region";
  const outcome = filled.find(({ tier }) => tier === shared)?.outcome;
  if (outcome !== "stored" && outcome !== "present") throw new Error(`${shared} has not stored it: ${outcome}`);
}

/** The source's bytes, for the other sizes of a page. Gives until when (unix ms); rejects when they cannot be kept. */
export async function storeOriginal(
  source: SourceBytes,
  { shelf, scope }: MakeOrder,
  bucket: R2Bucket,
): Promise<number> {
  if (source.truncated) throw new Error("Half a picture is not kept");
  if (!(await mayStore(shelf, scope)())) throw new Error("Taken down or purged");
  return putOriginal(bucket, shelf.keys.original, source);
}

/** The source's facts, when they are new: KV takes one write a second for a key. */
export async function storeSourceMeta({ shelf, scope }: MakeOrder, source: SourceBytes, header: Header): Promise<void> {
  if (source.validators === null) return;
  const { THUMBS } = scope.env;
  const { v, bytes, storedAt, validators } = source;
  const { width, height, orientation, format } = header;
  const facts: SourceMeta = { v, at: storedAt, width, height, orientation, format, bytes: bytes.length, ...validators };
  const known = await readSourceMeta(THUMBS, shelf.keys.facts, shelf.epoch).catch(() => null);
  if (known?.v === v && known.etag === facts.etag && known.lastModified === facts.lastModified) return;
  if (!(await mayStore(shelf, scope)())) return;
  await writeSourceMeta(THUMBS, shelf.keys.facts, facts);
}
