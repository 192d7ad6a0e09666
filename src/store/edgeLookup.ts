/**
 * The look-up's first part, which is the last for nearly every request: a fresh picture at the edge is opened, not read.
 * The rest (lookUp.ts) begins where this found nothing, and need not ask the edge again.
 */
import { freshnessOf, type StaleWindows } from "./freshness.ts";
import { askTier, type LookupOptions, type Refused, type TierAsked } from "./lookUp.ts";
import type { EdgeHit, EdgeTier } from "./tiers/edge.ts";
import { TIERS } from "./tierTable.ts";

export type EdgeLookup = {
  /** Fresh and allowed, else null. */
  readonly hit: EdgeHit | null;
  /** The edge's copy is not fresh (our clock and the cache's disagree): the look-up may still need it. */
  readonly outdated: boolean;
  /** The edge has a copy that this caller must not get. */
  readonly refused: Refused | null;
};

export type EdgeLookupOptions = {
  readonly now: () => number;
  readonly windows: StaleWindows;
  readonly access?: LookupOptions["access"];
  readonly waitMs?: number;
  /** Notes how the edge answered. */
  readonly asked: TierAsked[];
};

const NOTHING: EdgeLookup = { hit: null, outdated: false, refused: null };

/** Asks the edge, no longer than its limit. Never throws. */
export async function lookUpEdge(edge: EdgeTier | null, key: string, options: EdgeLookupOptions): Promise<EdgeLookup> {
  if (edge === null) return NOTHING;
  const { now, windows, access = () => "allowed", waitMs = TIERS.edge.waitMs, asked } = options;
  const hit = await askTier(edge.name, edge.open(key), waitMs, now, asked);
  if (hit === null) return NOTHING;
  const allowed = access(hit.meta);
  if (allowed === "allowed" && freshnessOf(hit.meta, now(), windows) === "fresh") return { ...NOTHING, hit };
  if (hit.body instanceof ReadableStream) hit.body.cancel().catch(() => undefined);
  if (allowed === "allowed") return { ...NOTHING, outdated: true };
  return allowed === "absent" ? NOTHING : { ...NOTHING, refused: allowed };
}
