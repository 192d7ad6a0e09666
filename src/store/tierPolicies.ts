/** What the look-up, filling and pushes know of each tier, as data. tierTable.ts adds how each is opened and purged. */
import type { TierPolicy } from "./tiers/tier.ts";

/** KV takes one write a second for a key, and others see a copy only after a minute. */
const KV_WRITE_WINDOW_MS = 600_000;

/**
 * In the order in which they are asked. Prices: https://developers.cloudflare.com/kv/platform/pricing/ (reads) and
 * https://developers.cloudflare.com/r2/pricing/ (class B).
 */
export const TIER_POLICIES = {
  edge: {
    stage: 0,
    usdPerMillionReads: 0,
    waitMs: 300,
    filledFrom: ["kv", "region", "beside", "primary", "made"],
    writeWindowMs: 0,
    seenByWarm: false,
    readByWarm: false,
    sharedBy: "data centre",
    consistent: false,
  },
  kv: {
    stage: 1,
    usdPerMillionReads: 0.5,
    waitMs: 1_500,
    // By an R2 hit a picture was asked for at least twice.
    filledFrom: ["region", "beside", "primary"],
    writeWindowMs: KV_WRITE_WINDOW_MS,
    seenByWarm: false,
    readByWarm: false,
    sharedBy: "world",
    consistent: false,
  },
  region: {
    stage: 1,
    usdPerMillionReads: 0.36,
    waitMs: 1_500,
    filledFrom: ["beside", "primary", "made"],
    writeWindowMs: 0,
    seenByWarm: true,
    readByWarm: false,
    sharedBy: "region",
    consistent: true,
  },
  /**
   * A second region: of a data centre that changes its region, the one of before; of a push, the one that moved data
   * centres read. What was made goes to both, so that a change can be undone.
   */
  beside: {
    stage: 1,
    usdPerMillionReads: 0.36,
    waitMs: 1_500,
    filledFrom: ["made"],
    writeWindowMs: 0,
    seenByWarm: true,
    readByWarm: false,
    sharedBy: "region",
    // It is, but nobody waits for a picture in it: the coordinators are those of `region`.
    consistent: false,
  },
  primary: {
    stage: 1,
    usdPerMillionReads: 0.36,
    waitMs: 3_000,
    filledFrom: ["made"],
    writeWindowMs: 0,
    seenByWarm: true,
    readByWarm: true,
    sharedBy: "world",
    consistent: true,
  },
} as const satisfies Readonly<Record<string, TierPolicy>>;
