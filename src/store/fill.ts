/**
 * Which tiers get a copy after which answer. For `waitUntil` only: filling never throws and is never waited for by an
 * answer.
 *
 *   fill({ key, stored, from, tiers, ... }) -> [{ tier, outcome }]
 */

import type { RecentKeys } from "../concurrency/recentKeys.ts";
import type { Tiers } from "./lookUp.ts";
import type { PutOutcome, Stored, TierName } from "./tiers/tier.ts";

/** Where the bytes came from: a tier that had them, or made just now (from the source, a parent, or renewed by 304). */
export type Origin = TierName | "made";

/** KV comes after R2 hits only: by then a picture was asked for at least twice. */
const FILLS = {
  edge: [],
  kv: ["edge"],
  region: ["edge", "kv"],
  primary: ["edge", "region", "kv"],
  made: ["region", "primary", "edge"],
} as const satisfies Record<Origin, readonly TierName[]>;

/** KV takes one write a second for a key, and a copy seen by others only after a minute. */
export const KV_WRITE_WINDOW_MS = 600_000;
export const KV_WRITE_MEMORY = 10_000;

export type FillOrder = {
  readonly key: string;
  readonly stored: Stored;
  readonly from: Origin;
  readonly tiers: Tiers;
  /** Tiers known to hold an older copy (`Lookup.stale`): theirs is replaced; others only get what is absent. */
  readonly stale: readonly TierName[];
  /** KV writes of this isolate: `new Recent(KV_WRITE_WINDOW_MS, KV_WRITE_MEMORY)`, kept for the isolate's life. */
  readonly kvWrites: RecentKeys;
  readonly now: () => number;
  /** Asked right before each write: false once the picture was taken down. */
  readonly mayStore: () => boolean | Promise<boolean>;
};

export type Filled = { readonly tier: TierName; readonly outcome: PutOutcome | "error" | "skipped" | "blocked" };

/** Writes to every tier that the table names, at once. Never throws; what failed is in the answer. */
export function fill(order: FillOrder): Promise<Filled[]> {
  return Promise.all(FILLS[order.from].map(async (tier) => ({ tier, outcome: await fillOne(order, tier) })));
}

async function fillOne(order: FillOrder, name: TierName): Promise<Filled["outcome"]> {
  const { key, stored, from, tiers, stale, kvWrites, now, mayStore } = order;
  const tier = tiers[name];
  if (tier === null) return "skipped";
  if (name === "kv" && !kvWrites.first(key, now())) return "skipped";
  try {
    if (!(await mayStore())) return "blocked";
    return await tier.put(key, stored, { ifAbsent: from !== "made" && !stale.includes(name) });
  } catch {
    return "error";
  }
}
