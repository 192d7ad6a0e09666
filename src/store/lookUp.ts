/**
 * The look-up: edge (where glance.ts has not), then KV and the region's bucket at once, then the primary. A tier that fails or is slow counts as
 * a miss; it is waited for no longer than its limit, so no tier can fail or hang a request.
 *
 *   lookUp(key, tiers, options) -> { found: { stored, tier, freshness } | null, asked, stale }
 */

import { TimeoutError, withTimeout } from "../concurrency/timeout.ts";
import { type Freshness, freshnessOf, type KnownVersion, type StaleWindows } from "./freshness.ts";
import type { Stored, Tier, TierName } from "./tiers/tier.ts";

/** The tiers of one request; null = this deployment or place has none. */
export type Tiers = { readonly [Name in TierName]: Tier | null };

export type TierAsked = {
  readonly tier: TierName;
  readonly ms: number;
  readonly outcome: "hit" | "miss" | "error" | "late";
};

export type Found = { readonly stored: Stored; readonly tier: TierName; readonly freshness: Freshness };

export type Lookup = {
  /** Fresh if any tier had a fresh one in time, else the newest stale one; never `expired`. */
  readonly found: Found | null;
  /** In the order of their answers; a tier that was overtaken is not in it. */
  readonly asked: readonly TierAsked[];
  /** Tiers that hold an older copy than `found`: filling them replaces it. */
  readonly stale: readonly TierName[];
};

/** How long each tier is waited for, in milliseconds. `version`: how long a hit waits for the source's facts. */
export const WAITS = { edge: 300, kv: 1_500, region: 1_500, primary: 3_000, version: 50 } as const;

export type LookupOptions = {
  readonly now: () => number;
  readonly windows: StaleWindows;
  readonly waits?: Readonly<Record<TierName | "version", number>>;
  /** Asks for the source's version by its facts, once, beside the first tier past the edge; may reject. */
  readonly version?: () => Promise<KnownVersion | null>;
  /** Called once when the primary is asked: the moment to ask for a flight's lease beside it. */
  readonly beside?: () => void;
};

type Answer = { readonly tier: TierName; readonly stored: Stored | null };

/** Asks the tiers in turn for `key`. Never throws. */
export async function lookUp(key: string, tiers: Tiers, options: LookupOptions): Promise<Lookup> {
  const { now, windows, waits = WAITS } = options;
  let version: Promise<KnownVersion | null> | undefined;
  const asked: TierAsked[] = [];
  const hits: Found[] = [];

  const judge = async ({ tier, stored }: Answer): Promise<boolean> => {
    if (stored === null) return false;
    const known = tier === "edge" || !version ? null : await withTimeout(version, waits.version).catch(() => null);
    const freshness = freshnessOf(stored.meta, now(), windows, known);
    if (freshness !== "expired") hits.push({ stored, tier, freshness });
    return freshness === "fresh";
  };
  const stage = async (names: readonly TierName[]): Promise<boolean> => {
    const present = names.flatMap((name) => tiers[name] ?? []);
    return firstTrue(
      present.map(async (tier) => {
        const stored = await askTier(tier.name, tier.get(key), waits[tier.name], now, asked);
        return judge({ tier: tier.name, stored });
      }),
    );
  };

  const inward = (): Promise<boolean> => {
    version = options.version?.().catch(() => null);
    return stage(["kv", "region"]);
  };

  if (!(await stage(["edge"])) && !(await inward())) {
    if (tiers.primary !== null) options.beside?.();
    await stage(["primary"]);
  }
  const found = best(hits);
  const stale = hits.filter((hit) => found !== null && hit.stored.meta.storedAt < found.stored.meta.storedAt);
  return { found, asked: [...asked], stale: stale.map(({ tier }) => tier) };
}

/** A tier's answer, null when it is a miss, fails or takes longer than `waitMs`; which of them goes to `asked`. */
export async function askTier<T>(
  tier: TierName,
  answer: Promise<T | null>,
  waitMs: number,
  now: () => number,
  asked: TierAsked[],
): Promise<T | null> {
  const started = now();
  const note = (outcome: TierAsked["outcome"]) => asked.push({ tier, ms: now() - started, outcome });
  try {
    const value = await withTimeout(answer, waitMs);
    note(value === null ? "miss" : "hit");
    return value;
  } catch (error) {
    note(error instanceof TimeoutError ? "late" : "error");
    return null;
  }
}

const RANK = { fresh: 3, revalidate: 2, "if-error": 1, expired: 0 } as const satisfies Record<Freshness, number>;

function best(hits: readonly Found[]): Found | null {
  const newer = (a: Found, b: Found) =>
    RANK[b.freshness] - RANK[a.freshness] || b.stored.meta.storedAt - a.stored.meta.storedAt;
  return [...hits].sort(newer)[0] ?? null;
}

/** True as soon as one is, false when all are not. None may reject. */
function firstTrue(answers: readonly Promise<boolean>[]): Promise<boolean> {
  return new Promise((resolve) => {
    for (const answer of answers) void answer.then((yes) => yes && resolve(true));
    void Promise.all(answers).then(() => resolve(false));
  });
}
