/**
 * The look-up: asks the tiers stage by stage, near ones first. A tier that fails or is slow counts as a miss. The look-up
 * waits for none longer than its row says, so that no tier can fail or hang a request.
 */
import { TimeoutError, withTimeout } from "../concurrency/timeout.ts";
import { type Freshness, freshnessOf, type KnownVersion, type StaleWindows } from "./freshness.ts";
import type { OpenTier, Stored, StoredMeta } from "./tiers/tier.ts";

export type TierAsked = {
  readonly tier: string;
  readonly ms: number;
  readonly outcome: "hit" | "miss" | "error" | "late";
};

export type Found = { readonly stored: Stored; readonly tier: string; readonly freshness: Freshness };

/** Why a copy is no answer for this caller. */
export type Refused = "blocked" | "unlisted";

export type Lookup = {
  /** Fresh if any tier had a fresh one in time, else the newest stale one; never `expired`. */
  readonly found: Found | null;
  /** In the order of their answers; a tier that was overtaken is not in it. */
  readonly asked: readonly TierAsked[];
  /** Tiers that hold an older copy than `found`, or one that is of no use: filling them replaces it. */
  readonly stale: readonly string[];
  /** Set when a tier had a copy that this caller must not get. */
  readonly refused: Refused | null;
};

export type LookupOptions = {
  readonly now: () => number;
  readonly windows: StaleWindows;
  /** May this caller have a copy with this metadata? */
  readonly access?: (meta: StoredMeta) => "allowed" | "absent" | Refused;
  /** What is known of the source's newest bytes; may reject. A hit waits for it for a moment. */
  readonly known?: Promise<KnownVersion | null>;
  /** Called before the last stage is asked: the moment to ask for what a miss needs beside it. */
  readonly onLastStage?: () => void;
};

/** How long a hit waits for the source's metadata, in milliseconds. */
export const KNOWN_WAIT_MS = 50;

/** Asks the tiers for `key`. Never throws. */
export async function lookUp(key: string, tiers: readonly OpenTier[], options: LookupOptions): Promise<Lookup> {
  const { now, windows, access = () => "allowed", onLastStage } = options;
  const known = options.known?.catch(() => null);
  const asked: TierAsked[] = [];
  const hits: Found[] = [];
  const useless: string[] = [];
  let refused: Refused | null = null;

  const ask = async ({ row, tier }: OpenTier): Promise<boolean> => {
    const stored = await askTier(tier.name, tier.get(key), row.waitMs, now, asked);
    const allowed = stored === null ? "absent" : access(stored.meta);
    if (allowed === "blocked") refused = allowed;
    if (stored !== null && allowed === "absent") useless.push(tier.name);
    if (stored === null || allowed === "absent" || allowed === "blocked") return false;
    const version = known === undefined ? null : await withTimeout(known, KNOWN_WAIT_MS).catch(() => null);
    const freshness = freshnessOf(stored.meta, now(), windows, version);
    if (allowed === "unlisted") {
      // From an older one we do not know where the source redirects to by now.
      if (freshness === "fresh" || freshness === "revalidate") refused ??= allowed;
      return false;
    }
    if (freshness === "expired") useless.push(tier.name);
    else hits.push({ stored, tier: tier.name, freshness });
    return freshness === "fresh";
  };

  const stages = [...new Set(tiers.map(({ row }) => row.stage))].sort((a, b) => a - b);
  for (const stage of stages) {
    if (stage === stages.at(-1)) onLastStage?.();
    if (await firstTrue(tiers.filter(({ row }) => row.stage === stage).map(ask))) break;
  }
  const found = best(hits);
  if (found === null) return { found, asked: [...asked], stale: [], refused };
  const older = hits.filter(({ stored }) => stored.meta.storedAt < found.stored.meta.storedAt);
  return { found, asked: [...asked], stale: [...useless, ...older.map(({ tier }) => tier)], refused };
}

/** A tier's answer, null when it is a miss, fails or takes longer than `waitMs`. Notes in `asked` which it was. */
export async function askTier<T>(
  tier: string,
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
