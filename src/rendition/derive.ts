/** A rendition made from a larger stored one of the same source version, with no trip to the source. */

import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import { readHeader } from "../image/readHeader.ts";
import { readSourceMeta } from "../store/sourceMeta.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { chooseParent, type Derivation } from "./chooseParent.ts";
import type { MakeOrder } from "./renderMiss.ts";
import { formatFor, inTurn, toStored } from "./renderThumbnail.ts";

/**
 * The rendition, or null when nothing stored has enough to spare. With `ifError` a stale parent does too: the source
 * has just failed. A renewal derives nothing: it is there to ask the source. Throws what the stores and engine throw.
 */
export async function derived(order: MakeOrder, ifError = false): Promise<Stored | null> {
  const { wanted, shelf, scope, held } = order;
  if (held !== null && !ifError) return null;
  const parents = await shelf.parents();
  if (parents.length === 0) return null;
  const facts = readSourceMeta(scope.env.THUMBS, shelf.keys.facts, shelf.epoch);
  const known = await withTimeout(facts, STORE_WAIT_MS).catch(() => null);
  const wish = { transform: wanted.transform, format: formatFor(wanted, { alpha: false }) };
  const derivation = chooseParent(wish, parents, known, scope.now(), scope.config, ifError);
  return derivation && (await renderFrom(derivation, order));
}

async function renderFrom({ parent, transform }: Derivation, order: MakeOrder): Promise<Stored | null> {
  const { wanted, shelf, scope } = order;
  const { region, primary } = shelf.tiers;
  const near = region && (await withTimeout(region.get(parent.key), STORE_WAIT_MS).catch(() => null));
  const stored = near ?? (primary && (await withTimeout(primary.get(parent.key), STORE_WAIT_MS)));
  // Another version may have been stored since the listing.
  if (stored === null || stored.meta.v !== parent.meta.v) return null;
  const source = readHeader(stored.bytes);
  const format = formatFor(wanted, source);
  // Alpha for a browser that takes neither WebP nor AVIF: PNG only from what lost nothing.
  if (format === "png" && source.format !== "png") return null;
  const rendition = await inTurn({ bytes: stored.bytes, source, transform, format }, scope);
  // It was whole when it was stored.
  if (rendition.truncated) return null;
  const { v, freshUntil, storedAt } = parent.meta;
  // No parent itself: one generation is enough.
  return toStored(rendition, { source: wanted.source, v, storedAt, freshUntil });
}
