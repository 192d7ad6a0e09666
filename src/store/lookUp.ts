/**
 * The look-up past the edge: KV, the region and the primary are asked at once, and the first fresh copy that the caller
 * may have is the answer. A tier that fails or is slow counts as a miss. The look-up waits for none longer than its row
 * says, so that no tier can fail or hang a request.
 */
import { TimeoutError, withTimeout } from "../concurrency/timeout.ts";
import { type Freshness, freshnessOf, type KnownVersion, type StaleWindows } from "./freshness.ts";
import { type OnRead, timed } from "./readTime.ts";
import { StoreCalls } from "./storeCalls.ts";
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
  /** The first fresh copy. Without one the newest stale copy of all tiers; never `expired`. */
  readonly found: Found | null;
  /** In the order of their answers; a tier that was overtaken is not in it. */
  readonly asked: readonly TierAsked[];
  /** Tiers that hold an older copy than `found`, or one that is of no use: filling them replaces it. */
  readonly stale: readonly string[];
  /** Set when a tier had a copy that this caller must not get. */
  readonly refused: Refused | null;
  /** The tiers that had a copy, of whatever use, those that were overtaken too. Settles with `rest`. Never rejects. */
  readonly holders: Promise<readonly string[]>;
  /** Settles when the overtaken reads have ended, and their bodies are cancelled. Never rejects. */
  readonly rest: Promise<unknown>;
};

export type LookupOptions = {
  readonly now: () => number;
  readonly windows: StaleWindows;
  /** May this caller have a copy with this metadata? */
  readonly access?: (meta: StoredMeta) => "allowed" | "absent" | Refused;
  /** What is known so far of the source's newest bytes. No copy waits for it. */
  readonly known?: () => KnownVersion | null;
  /** The store calls of this invocation. */
  readonly calls?: StoreCalls;
  /** Called when the tiers of the last stage were asked: the moment to ask for what a miss needs beside them. */
  readonly onAsked?: () => void;
  /**
   * Called when the nearest of the consistent tiers has answered and has no fresh copy; at once where the primary is the
   * nearest. The moment to ask for what only a miss needs.
   */
  readonly onNearMiss?: () => void;
  /** Told how long each bucket took, those too that were overtaken. */
  readonly onRead?: OnRead | undefined;
};

/** Asks the tiers for `key`, all tiers of a stage at once. Never throws. */
export async function lookUp(key: string, tiers: readonly OpenTier[], options: LookupOptions): Promise<Lookup> {
  const { now, onAsked, onNearMiss, onRead, calls = new StoreCalls() } = options;
  const asked: TierAsked[] = [];
  const verdicts: Verdict[] = [];
  /** Set by the first fresh answer, and at the end. What comes after it is not noted. */
  const overtaken = { aborted: false };
  const reads: Promise<unknown>[] = [];
  const holding: string[] = [];
  const consistent = tiers.filter(({ row }) => row.consistent);
  const near = consistent.length > 1 ? consistent[0] : undefined;

  const ask = async (open: OpenTier): Promise<boolean> => {
    const { row, tier } = open;
    const read = calls.run("tier", async () => {
      if (overtaken.aborted) return null;
      if (onRead === undefined) return tier.get(key, overtaken);
      return timed(tier.name, (state) => tier.get(key, state), overtaken, now, onRead);
    });
    const noteHeld = (stored: Stored | null) => stored !== null && holding.push(tier.name);
    reads.push(read.then(noteHeld, () => undefined));
    const own: TierAsked[] = [];
    const stored = await askTier(tier.name, read, row.waitMs, now, own);
    if (overtaken.aborted) return false;
    asked.push(...own);
    const verdict = stored === null ? null : judge(stored, tier.name, options);
    if (verdict !== null) verdicts.push(verdict);
    const isFresh = verdict?.use === "answer" && verdict.found.freshness === "fresh";
    overtaken.aborted = isFresh;
    if (open === near && !isFresh) onNearMiss?.();
    return isFresh;
  };

  const stages = [...new Set(tiers.map(({ row }) => row.stage))].sort((a, b) => a - b);
  for (const stage of stages) {
    const isLast = stage === stages.at(-1);
    const answers = tiers.filter(({ row }) => row.stage === stage).map(ask);
    if (isLast) onAsked?.();
    if (isLast && near === undefined) onNearMiss?.();
    if (await firstTrue(answers)) break;
  }
  // What a tier answers after its time is not read.
  overtaken.aborted = true;
  const rest = Promise.all(reads);
  return { ...summary(verdicts), asked, rest, holders: rest.then(() => holding) };
}

/** What one tier's copy is good for. */
export type Verdict =
  | { readonly use: "answer"; readonly found: Found }
  /** It is of no use to anybody: filling the tier replaces it. */
  | { readonly use: "none"; readonly tier: string }
  | { readonly use: "refused"; readonly why: Refused };

/** Null: it is no answer, and of use to others. */
export function judge(
  stored: Stored,
  tier: string,
  options: Pick<LookupOptions, "now" | "windows" | "access" | "known">,
): Verdict | null {
  const { now, windows, access = () => "allowed", known = () => null } = options;
  const allowed = access(stored.meta);
  if (allowed === "absent") return { use: "none", tier };
  if (allowed === "blocked") return { use: "refused", why: allowed };
  const freshness = freshnessOf(stored.meta, now(), windows, known());
  if (allowed === "unlisted") {
    // From an older one we do not know where the source redirects to by now.
    return freshness === "fresh" || freshness === "revalidate" ? { use: "refused", why: allowed } : null;
  }
  return freshness === "expired" ? { use: "none", tier } : { use: "answer", found: { stored, tier, freshness } };
}

/** In the order of the answers. */
function summary(verdicts: readonly Verdict[]): Pick<Lookup, "found" | "stale" | "refused"> {
  const answers = verdicts.flatMap((one) => (one.use === "answer" ? [one.found] : []));
  const useless = verdicts.flatMap((one) => (one.use === "none" ? [one.tier] : []));
  const refusals = verdicts.flatMap((one) => (one.use === "refused" ? [one.why] : []));
  // A takedown is the stronger word.
  const refused = refusals.find((why) => why === "blocked") ?? refusals[0] ?? null;
  const found = best(answers);
  if (found === null) return { found, stale: [], refused };
  const older = answers.filter(({ stored }) => stored.meta.storedAt < found.stored.meta.storedAt);
  return { found, stale: [...useless, ...older.map(({ tier }) => tier)], refused };
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
