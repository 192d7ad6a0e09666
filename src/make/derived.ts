/** A rendition made from a larger stored one of the same source version, with no trip to the source. */
import { chooseParent, type Derivation, wholeOf } from "../cache/derive.ts";
import { readFacts } from "../cache/facts.ts";
import type { Stored } from "../cache/tier.ts";
import { readHeader } from "../image/header.ts";
import { headerOf } from "../image/pipeline.ts";
import type { MakeOrder } from "./make.ts";
import { formatFor, inTurn, toStored } from "./thumbnail.ts";

/**
 * The rendition, or null when nothing stored has enough to spare. With `ifError` a stale parent does too: the source
 * has just failed. A renewal derives nothing: it is there to ask the source. Throws what the stores and engine throw.
 */
export async function derived(order: MakeOrder, ifError = false): Promise<Stored | null> {
  const { wanted, shelf, scope, held } = order;
  if (held !== null && !ifError) return null;
  const parents = await shelf.parents();
  if (parents.length === 0) return null;
  const known = await readFacts(scope.env.THUMBS, shelf.keys.facts, shelf.epoch).catch(() => null);
  const wish = { transform: wanted.transform, format: formatFor(wanted, { alpha: false }) };
  const derivation = chooseParent(wish, parents, known, scope.now(), scope.config, ifError);
  return derivation && (await renderFrom(derivation, order));
}

async function renderFrom({ parent, transform }: Derivation, order: MakeOrder): Promise<Stored | null> {
  const { wanted, shelf, scope } = order;
  const near = await shelf.tiers.region?.get(parent.key).catch(() => null);
  const stored = near ?? (await shelf.tiers.primary?.get(parent.key)) ?? null;
  // Another version may have been stored since the listing.
  if (stored === null || stored.meta.v !== parent.meta.v) return null;
  const header = headerOf(readHeader(stored.bytes));
  const format = formatFor(wanted, header);
  const rendition = await inTurn(stored.bytes, transform, format, scope);
  const { whole, v, freshUntil } = parent.meta;
  const original = { ...header, width: whole.sourceWidth, height: whole.sourceHeight, orientation: 1 } as const;
  const own = wholeOf(wanted.transform, format, original);
  return toStored(rendition, { source: wanted.source, v, freshUntil, ...own }, scope);
}
