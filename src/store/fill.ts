/**
 * Copies an answer to the tiers whose rows ask for it. For `waitUntil` only: filling never throws, and no answer waits
 * for it.
 */
import type { RecentKeys } from "../concurrency/recentKeys.ts";
import type { OpenTier, PutOutcome, Stored } from "./tiers/tier.ts";

/** The bytes were made just now: from the source, from a parent, or renewed by a 304. */
export const MADE = "made";

export type FillOrder = {
  readonly key: string;
  readonly stored: Stored;
  /** The tier that had the bytes, or `made`. */
  readonly from: string;
  readonly tiers: readonly OpenTier[];
  /** Tiers that hold an older copy (`Lookup.stale`): theirs is replaced. The others only get what is absent. */
  readonly stale: readonly string[];
  /** Keys that this isolate wrote lately to tiers with a write window. */
  readonly writes: RecentKeys;
  readonly now: () => number;
  /** Asked right before each write: false once the picture was taken down. */
  readonly mayStore: () => boolean | Promise<boolean>;
  /** Called when a write leaves. */
  readonly onLeaving?: () => void;
};

export type Filled = { readonly tier: string; readonly outcome: PutOutcome | "error" | "skipped" | "blocked" };

/** Writes to every tier whose row names `from`, all at once. Never throws; the answer says what failed. */
export function fill(order: FillOrder): Promise<Filled[]> {
  const wanted = order.tiers.filter(({ row }) => row.filledFrom.includes(order.from));
  return Promise.all(wanted.map(async (open) => ({ tier: open.tier.name, outcome: await fillOne(order, open) })));
}

async function fillOne(order: FillOrder, { row, tier }: OpenTier): Promise<Filled["outcome"]> {
  const { key, stored, from, stale, writes, now, mayStore } = order;
  if (row.writeWindowMs > 0 && !writes.first(`${tier.name}/${key}`, now(), row.writeWindowMs)) return "skipped";
  try {
    if (!(await mayStore())) return "blocked";
    order.onLeaving?.();
    return await tier.put(key, stored, { ifAbsent: from !== MADE && !stale.includes(tier.name) });
  } catch {
    return "error";
  }
}
