/** Which store a request asks, in what order and at what price: docs/inside/storage.md prints it. Pure. */
import { STORE_CALLS } from "../../src/store/storeCalls.ts";
import { TIER_POLICIES } from "../../src/store/tierPolicies.ts";

/** https://developers.cloudflare.com/durable-objects/platform/pricing/ */
const USD_PER_MILLION_OBJECT_CALLS = 0.15;

const WHEN = ["first, alone", "at once with the others"] as const;

/** A tier that is there in some look-ups only. */
const ONLY: Readonly<Record<string, string>> = { beside: "while the data centre changes its region" };

/** What is asked once the region has answered. */
const LATER = "when the region has answered, in its place";

/** Header and rows of the table. */
export function lookUpRows(): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const { negative, list, sourceMeta } = STORE_CALLS;
  const tiers = Object.entries(TIER_POLICIES).map(([name, { stage, waitMs, usdPerMillionReads }]) => [
    `${name}: ${STORE_CALLS.tier.doc}`,
    ONLY[name] ?? WHEN[stage] ?? "",
    `${waitMs} ms`,
    usd(usdPerMillionReads),
  ]);
  const beside = [negative, list].map(({ doc, usdPerMillion }) => [
    doc,
    "beside the primary",
    "by a miss only",
    usd(usdPerMillion),
  ]);
  return {
    head: ["", "asked", "when", "waited for", "USD per million"],
    rows: [
      ...tiers,
      ...beside,
      [sourceMeta.doc, LATER, "by nobody; before edge or KV get a copy", usd(sourceMeta.usdPerMillion)],
      [
        "the grant of the coordinator",
        "when the region has no fresh copy",
        "by a miss only",
        usd(USD_PER_MILLION_OBJECT_CALLS),
      ],
    ].map((row, i) => [String(i + 1), ...row]),
  };
}

/** What a million hits in a region cost in reads, and what they cost if the primary and what is beside it came later. */
export function regionHitUsd(): { readonly now: number; readonly inTurn: number } {
  const { kv, region, primary } = TIER_POLICIES;
  const { negative, list, sourceMeta } = STORE_CALLS;
  const inTurn = kv.usdPerMillionReads + region.usdPerMillionReads + sourceMeta.usdPerMillion;
  return { inTurn, now: inTurn + primary.usdPerMillionReads + negative.usdPerMillion + list.usdPerMillion };
}

function usd(price: number): string {
  return price.toFixed(2);
}
