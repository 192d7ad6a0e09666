/** A rendition made from a larger stored one of the same source version, with no trip to the source. */
import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { readHeader } from "../image/readHeader.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { refusalOf } from "./authorize.ts";
import { chooseParent, type Derivation, withOriginalSize } from "./chooseParent.ts";
import type { Miss } from "./miss.ts";
import { formatFor, renderInSlot, toStored } from "./renderThumbnail.ts";

/**
 * The rendition, or null when nothing stored has enough to spare. With `ifError` a stale parent serves too: the source
 * has just failed. Throws Failure `blocked` when all that is stored came from an address that was taken down, and what
 * the stores and the engine throw.
 */
export async function derive(
  { request, store }: Miss,
  app: App,
  caller: Caller,
  job: Job,
  ifError = false,
): Promise<Stored | null> {
  const parents = await store.parents();
  if (parents.length === 0) return null;
  const allowed = parents.filter(({ meta }) => store.access(meta) === "allowed");
  if (allowed.length === 0 && parents.some(({ meta }) => store.access(meta) === "blocked")) throw refusalOf("blocked");
  const known = await store.sourceMeta();
  const wish = { transform: request.transform, format: formatFor(request, { alpha: false }) };
  const sized = withOriginalSize(allowed, known);
  const derivation = chooseParent(wish, sized, known, app.now(), store.windows, ifError);
  return derivation && (await renderFrom(derivation, { request, store }, app, caller, job));
}

async function renderFrom(
  { parent, transform }: Derivation,
  { request, store }: Pick<Miss, "request" | "store">,
  app: App,
  caller: Caller,
  job: Job,
): Promise<Stored | null> {
  const stored = await readParent(parent.key, store);
  // Another version may have been stored since the listing.
  if (stored === null || stored.meta.sourceHash !== parent.meta.sourceHash) return null;
  const source = readHeader(stored.bytes);
  const format = formatFor(request, source);
  // Alpha for a browser that takes neither WebP nor AVIF: PNG only from what lost nothing.
  if (format === "png" && source.format !== "png") return null;
  const rendition = await renderInSlot({ bytes: stored.bytes, source, transform, format }, app, caller, job);
  // It was whole when it was stored.
  if (rendition.truncated) return null;
  const moves = (request.transform.maxFrames ?? 1) > 1;
  if (moves && rendition.frames < source.frames) return null;
  // One generation of derivation is enough: the result is no parent.
  const { whole: _, sourceFrames, frames, ...from } = parent.meta;
  if (!moves) return toStored(rendition, { ...from, cut: false });
  // Frames that look the same are one in the parent, so its own count is that of the source's frames.
  const shortened = sourceFrames === undefined ? {} : { sourceFrames };
  return toStored({ ...rendition, frames }, { ...from, cut: false, ...shortened });
}

/** From the nearest consistent tier that has it. Rejects when the last of them fails. */
async function readParent(key: string, { readTiers }: RenditionStore): Promise<Stored | null> {
  const consistent = readTiers.filter(({ row }) => row.consistent);
  for (const { tier } of consistent.slice(0, -1)) {
    const near = await withTimeout(tier.get(key), STORE_WAIT_MS).catch(() => null);
    if (near !== null) return near;
  }
  const last = consistent.at(-1);
  return last === undefined ? null : withTimeout(last.tier.get(key), STORE_WAIT_MS);
}
