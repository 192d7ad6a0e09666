/**
 * The look-up's first part, which is the last for nearly every request: a fresh picture at the edge is opened, not
 * read. The rest (lookup.ts) begins where this found nothing, and need not ask the edge again.
 */

import { freshnessOf, type StaleWindows } from "./freshness.ts";
import { askTier, type TierAsked, WAITS } from "./lookUp.ts";
import type { EdgeHit, EdgeTier } from "./tiers/edge.ts";

export type EdgeLookup = {
  /** Fresh, else null. */
  readonly opened: EdgeHit | null;
  /** What the edge has is not fresh (our clock and the cache's disagree): the look-up may still need it. */
  readonly outdated: boolean;
};

export type EdgeLookupOptions = {
  readonly now: () => number;
  readonly windows: StaleWindows;
  readonly waitMs?: number;
  /** Notes how the edge answered. */
  readonly asked: TierAsked[];
};

const NOTHING: EdgeLookup = { opened: null, outdated: false };

/** Looks at the edge, no longer than its limit. Never throws. */
export async function lookUpEdge(edge: EdgeTier | null, key: string, options: EdgeLookupOptions): Promise<EdgeLookup> {
  if (edge === null) return NOTHING;
  const { now, windows, waitMs = WAITS.edge, asked } = options;
  const opened = await askTier(edge.name, edge.open(key), waitMs, now, asked);
  if (opened === null) return NOTHING;
  if (freshnessOf(opened.meta, now(), windows) === "fresh") return { opened, outdated: false };
  if (opened.body instanceof ReadableStream) opened.body.cancel().catch(() => undefined);
  return { opened: null, outdated: true };
}
