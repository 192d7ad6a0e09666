import { describe, expect, test } from "vitest";
import { RecentKeys } from "../../../src/concurrency/recentKeys.ts";
import { type FillOrder, fill } from "../../../src/store/fill.ts";
import { TIER_POLICIES } from "../../../src/store/tierPolicies.ts";
import { memoryTier, openOf } from "../../support/memoryTier.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const four = () => ({
  edge: memoryTier("edge"),
  kv: memoryTier("kv"),
  region: memoryTier("region"),
  primary: memoryTier("primary"),
});
type Order = Omit<FillOrder, "tiers"> & { readonly tiers: Parameters<typeof openOf>[0] };
const WINDOW_MS = TIER_POLICIES.kv.writeWindowMs;

function order({ tiers = four(), ...over }: Partial<Order> = {}): FillOrder {
  return {
    key: "k",
    stored: storedOf(),
    from: "made",
    tiers: openOf(tiers),
    stale: [],
    writes: new RecentKeys(WINDOW_MS, 100),
    now: () => NOW,
    mayStore: () => true,
    ...over,
  };
}

describe("fill", () => {
  test.each([
    ["edge", []],
    ["kv", ["edge"]],
    ["region", ["edge", "kv"]],
    ["beside", ["edge", "kv", "region"]],
    ["primary", ["edge", "kv", "region"]],
    ["made", ["beside", "edge", "primary", "region"]],
  ] as const)("after %s these tiers get a copy: %s", async (from, expected) => {
    const tiers = { ...four(), beside: memoryTier("beside") };
    const filled = await fill(order({ from, tiers }));
    const written = Object.entries(tiers).filter(([, tier]) => tier.held.has("k"));
    expect(written.map(([name]) => name).sort()).toEqual(expected);
    expect(filled.every(({ outcome }) => outcome === "stored")).toBe(true);
  });

  test("KV is written once per key in ten minutes", async () => {
    const writes = new RecentKeys(1, 100);
    const at = (ms: number) => fill(order({ from: "region", writes, now: () => NOW + ms }));
    const kv = (filled: Awaited<ReturnType<typeof fill>>) => filled.find(({ tier }) => tier === "kv")?.outcome;
    expect(kv(await at(0))).toBe("stored");
    expect(kv(await at(599_999))).toBe("skipped");
    expect(kv(await at(600_000))).toBe("stored");
  });

  test("a tier without a write window is written each time, and the windows of two keys are their own", async () => {
    const writes = new RecentKeys(1, 100);
    const outcome = async (key: string, name: string) => {
      const filled = await fill(order({ key, from: "primary", writes }));
      return filled.find(({ tier }) => tier === name)?.outcome;
    };
    expect([await outcome("a", "region"), await outcome("a", "region")]).toEqual(["stored", "stored"]);
    expect([await outcome("a", "kv"), await outcome("b", "kv")]).toEqual(["skipped", "stored"]);
  });

  test("a copy does not replace what came meanwhile, unless that is known to be older", async () => {
    const tiers = four();
    tiers.region.held.set("k", storedOf({ sourceHash: "00000002" }));
    await fill(order({ from: "primary", tiers, stored: storedOf({ sourceHash: "00000001" }) }));
    expect(tiers.region.held.get("k")?.meta.sourceHash).toBe("00000002");
    await fill(order({ from: "primary", tiers, stored: storedOf({ sourceHash: "00000003" }), stale: ["region"] }));
    expect(tiers.region.held.get("k")?.meta.sourceHash).toBe("00000003");
  });

  test("what was made replaces what was there", async () => {
    const tiers = four();
    tiers.primary.held.set("k", storedOf({ sourceHash: "00000001" }));
    await fill(order({ tiers, stored: storedOf({ sourceHash: "00000002" }) }));
    expect(tiers.primary.held.get("k")?.meta.sourceHash).toBe("00000002");
  });

  test("a failing tier does not keep the others from theirs", async () => {
    const tiers = { ...four(), region: memoryTier("region", { fail: true }) };
    const filled = await fill(order({ tiers }));
    expect(filled).toContainEqual({ tier: "region", outcome: "error" });
    expect(tiers.primary.held.has("k")).toBe(true);
  });

  test("a tier that does not exist gets no copy", async () => {
    const filled = await fill(order({ tiers: { ...four(), edge: null } }));
    expect(filled.map(({ tier }) => tier)).toEqual(["region", "primary"]);
  });

  test.each([
    ["says no", () => false],
    ["says no later", async () => false],
  ])("nothing is written when the check before each write %s", async (_name, mayStore) => {
    const tiers = four();
    const filled = await fill(order({ tiers, mayStore }));
    expect(filled.map(({ outcome }) => outcome)).toEqual(["blocked", "blocked", "blocked"]);
    expect(Object.values(tiers).some((tier) => tier.held.size > 0)).toBe(false);
  });

  test("a check that throws keeps the picture out and harms nothing", async () => {
    const mayStore = () => {
      throw new Error("settings");
    };
    expect((await fill(order({ mayStore }))).every(({ outcome }) => outcome === "error")).toBe(true);
  });
});
