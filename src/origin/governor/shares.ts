/**
 * Shares of a rule, for hosts with at least as many slots as there are regions. The main object lends; the object of a
 * region holds. A share ends by time. The lender counts it as held until nothing that was done under it can matter any
 * more, so all shares together never exceed the rule, whatever is lost on the way. Pure; times are milliseconds.
 */
import type { Politeness } from "../../config/politeness.ts";
import { allotted } from "./allotment.ts";
import { BYTE_WINDOW } from "./bucketWindow.ts";
import { paceWindow } from "./startLog.ts";

export const SHARES = {
  /** How long a share is held without a renewal, and its age at which the region renews it while it has demand. */
  ms: 10_000,
  renewMs: 5_000,
  /** A region that did not ask for so long has no demand. */
  activeMs: 15_000,
  /** A region takes so much of the daily budget at a time, and uses it within so long. */
  dayPart: 0.02,
  dayMs: 3_600_000,
} as const;

/** The limits that are divided by demand. The daily budget is handed out in portions. */
export type ShareLimits = Omit<Politeness, "perDay">;
export type Demand = { readonly [limit in keyof ShareLimits]: number };

/** A share, as the region holds it. */
export type ShareRecord = {
  readonly limits: ShareLimits;
  readonly until: number;
  /** Portions of the daily budget, oldest first; null = there is no daily budget. */
  readonly day: readonly DayPortion[] | null;
};
export type DayPortion = { readonly left: number; readonly until: number };

export type ShareCall = {
  readonly region: string;
  /** How many regions are deployed. */
  readonly regions: number;
  readonly rule: Politeness;
  readonly demand: Demand;
  /** Starts left of the region's daily portions. */
  readonly dayLeft: number;
  /** The host has told the region to wait so long (Retry-After). */
  readonly closedMs: number;
};

/** Times count from the moment at which the region sent its call. */
export type ShareAnswer = {
  readonly limits: ShareLimits;
  readonly expiresInMs: number;
  /** More of the daily budget, to be used within SHARES.dayMs; null = there is no daily budget. */
  readonly day: number | null;
  /** Nobody starts for so long: the host has said Retry-After to somebody. */
  readonly closedMs: number;
};

type Lent = ShareLimits & { readonly until: number };
/** By region. JSON. */
export type LentShares = Readonly<
  Record<string, { readonly lent: readonly Lent[]; readonly demand: Demand; readonly askedAt: number }>
>;

const LIMITS = ["concurrency", "perSecond", "bytesPerSecond"] as const satisfies (keyof ShareLimits)[];

/**
 * Whether a host with this rule has an object per region: every limit must be large enough to be divided. One unit of each
 * stays free for a region that wakes up, so a small limit would lose too much of itself.
 */
export function isShared({ concurrency, perSecond, perDay }: Politeness, regions: number): boolean {
  const reaches = (limit: number | null, least: number) => limit === null || limit >= least;
  const isCounted = concurrency !== null || perSecond !== null;
  if (regions < 2 || !isCounted) return false;
  return reaches(concurrency, regions) && reaches(perSecond, 4 * regions) && reaches(perDay, 100 * regions);
}

/** What of `limit` is lent at `now`, and may still have effects. `except`: without that region. */
export function lentOf(shares: LentShares, limit: keyof ShareLimits, now: number, except?: string): number {
  const regions = Object.entries(shares).filter(([region]) => region !== except);
  return regions.reduce((sum, [, { lent }]) => {
    const held = lent.filter((one) => now < one.until + tailMs(limit, one)).map((one) => one[limit] ?? 0);
    return sum + Math.max(0, ...held);
  }, 0);
}

/**
 * Lends to a region. `used`: what the lender itself has given out lately, without shares. Gives the limits that the region
 * may use until `now + SHARES.ms`, and the shares after that.
 */
export function lend(
  shares: LentShares,
  { region, regions, rule, demand }: ShareCall,
  used: Demand,
  now: number,
): readonly [ShareLimits, LentShares] {
  const active = Object.entries(shares).filter(([name, one]) => name !== region && now - one.askedAt < SHARES.activeMs);
  // One unit stays free for a region that wakes up: else it would wait until a share of the others ends.
  const mayWake = active.length + 1 < regions;
  const wakes = !(shares[region]?.lent ?? []).some(({ until }) => now < until);
  const limits = Object.fromEntries(
    LIMITS.map((limit) => {
      const whole = rule[limit];
      if (whole === null) return [limit, null];
      const unit = limit === "bytesPerSecond" ? whole / 20 : 1;
      const demands = [demand, ...active.map(([, one]) => one.demand)].map((one) => one[limit]);
      const [wished = 0] = allotted(whole - (mayWake ? unit : 0), demands, limit !== "bytesPerSecond");
      const kept = mayWake && !wakes ? unit : 0;
      const free = whole - kept - lentOf(shares, limit, now, region) - used[limit];
      return [limit, Math.max(0, Math.min(wished, limit === "bytesPerSecond" ? free : Math.floor(free)))];
    }),
  ) as Record<keyof ShareLimits, number | null>;
  const kept = (shares[region]?.lent ?? []).filter((one) =>
    LIMITS.some((limit) => now < one.until + tailMs(limit, one)),
  );
  const after = { lent: [...kept, { ...limits, until: now + SHARES.ms }], demand, askedAt: now };
  return [limits, { ...withoutEnded(shares, now), [region]: after }];
}

/** Starts left of portions that have not ended. */
export function dayLeft(day: readonly DayPortion[], now: number): number {
  return day.reduce((sum, { left, until }) => sum + (until > now ? left : 0), 0);
}

/** The portions without one start, which is taken from the oldest. */
export function withoutOne(day: readonly DayPortion[], now: number): readonly DayPortion[] {
  const live = day.filter(({ left, until }) => until > now && left > 0);
  return live.map((portion, i) => (i === 0 ? { ...portion, left: portion.left - 1 } : portion));
}

/** How long after its end a share still matters: what started or came under it is in a window until then. */
function tailMs(limit: keyof ShareLimits, { perSecond }: ShareLimits): number {
  if (limit === "concurrency") return 0;
  if (limit === "perSecond") return paceWindow(perSecond ?? 1).windowMs;
  return BYTE_WINDOW.windowMs + 2 * BYTE_WINDOW.bucketMs;
}

function withoutEnded(shares: LentShares, now: number): LentShares {
  const live = Object.entries(shares).filter(([, { askedAt }]) => now - askedAt < 2 * SHARES.ms + SHARES.activeMs);
  return Object.fromEntries(live);
}
