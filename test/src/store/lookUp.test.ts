import { describe, expect, test } from "vitest";
import { RecentKeys } from "../../../src/concurrency/recentKeys.ts";
import { fill } from "../../../src/store/fill.ts";
import type { KnownVersion } from "../../../src/store/freshness.ts";
import { type LookupOptions, lookUp } from "../../../src/store/lookUp.ts";
import { StoreCalls } from "../../../src/store/storeCalls.ts";
import type { TIER_POLICIES } from "../../../src/store/tierPolicies.ts";
import { type Behaviour, type MemoryTier, memoryTier, openOf } from "../../support/memoryTier.ts";
import { knownOf, NOW, storedOf } from "../../support/stored.ts";

type Name = Exclude<keyof typeof TIER_POLICIES, "beside">;
type Four = Record<Name, MemoryTier>;

function four(behaviours: Partial<Record<Name, Behaviour>> = {}): Four {
  const make = (name: Name) => memoryTier(name, behaviours[name]);
  return { edge: make("edge"), kv: make("kv"), region: make("region"), primary: make("primary") };
}
const WAITS = { edge: 30, kv: 30, region: 30, primary: 500 };
const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };
const find = (tiers: Parameters<typeof openOf>[0], more: Partial<LookupOptions> = {}) =>
  lookUp("k", openOf(tiers, WAITS), { now: () => NOW, windows, ...more });
const stale = (seconds: number, storedAt = NOW - 1000) => storedOf({ freshUntil: NOW - seconds * 1000, storedAt });
const outcomes = (asked: readonly { tier: string; outcome: string }[]) => asked.map((a) => `${a.tier}:${a.outcome}`);

describe("the look-up asks the edge, then all others at once", () => {
  test.each([
    ["edge", { kv: 0, region: 0, primary: 0 }],
    ["kv", { kv: 1, region: 1, primary: 1 }],
    ["region", { kv: 1, region: 1, primary: 1 }],
    ["primary", { kv: 1, region: 1, primary: 1 }],
  ] as const)("a picture only in %s is found there", async (name, gets) => {
    const tiers = four();
    tiers[name].held.set("k", storedOf());
    const { found, asked } = await find(tiers);
    expect(found).toMatchObject({ tier: name, freshness: "fresh" });
    expect(asked.filter(({ outcome }) => outcome === "hit").map(({ tier }) => tier)).toEqual([name]);
    for (const other of ["kv", "region", "primary"] as const) expect(tiers[other].gets).toBe(gets[other]);
  });

  test("nowhere is a miss of all four", async () => {
    const { found, asked } = await find(four());
    expect(found).toBeNull();
    expect(outcomes(asked)).toEqual(["edge:miss", "kv:miss", "region:miss", "primary:miss"]);
  });

  test("no tiers at all is a miss", async () => {
    expect(await find({})).toMatchObject({ found: null, asked: [], stale: [], refused: null });
  });

  test("the first good answer is taken", async () => {
    const tiers = four({ kv: { getMs: 20 } });
    tiers.kv.held.set("k", storedOf());
    tiers.region.held.set("k", storedOf());
    const { found, asked } = await find(tiers);
    expect(found?.tier).toBe("region");
    expect(outcomes(asked)).toEqual(["edge:miss", "region:hit"]);
    expect(tiers.kv.gets).toBe(1);
  });

  test("what a miss needs is asked for beside the primary, once", async () => {
    const seen: number[] = [];
    const tiers = four();
    await find(tiers, { onAsked: () => void seen.push(tiers.primary.gets) });
    expect(seen).toEqual([1]);
    tiers.edge.held.set("k", storedOf());
    await find(tiers, { onAsked: () => void seen.push(tiers.primary.gets) });
    expect(seen).toEqual([1]);
  });

  test.each([
    ["has nothing", {}, null, 1],
    ["fails", { fail: true }, null, 1],
    ["is late", { hang: true }, null, 1],
    ["has a stale copy", {}, () => stale(5), 1],
    ["has a fresh copy", {}, () => storedOf(), 0],
  ] as const)("the region %s: what only a miss needs is asked for %s times", async (_, behaviour, held, times) => {
    const tiers = four({ region: behaviour, primary: { getMs: 60 } });
    if (held !== null) tiers.region.held.set("k", held());
    let asked = 0;
    await find(tiers, { onNearMiss: () => void asked++ });
    expect(asked).toBe(times);
  });

  test("without a region's bucket it is asked for at once", async () => {
    const primary = memoryTier("primary", { getMs: 20 });
    primary.held.set("k", storedOf());
    let before = -1;
    const looking = find({ primary }, { onNearMiss: () => void (before = primary.gets) });
    expect(before).toBe(1);
    expect((await looking).found?.tier).toBe("primary");
  });

  test("what is overtaken is told so, and `rest` waits for its end", async () => {
    const tiers = four({ primary: { getMs: 20 } });
    tiers.region.held.set("k", storedOf());
    const { rest } = await find(tiers);
    expect(tiers.primary.overtaken).toEqual([]);
    await rest;
    expect(tiers.primary.overtaken).toEqual([true]);
    expect(tiers.region.overtaken).toEqual([false]);
  });

  test("at most six calls are open at once; what waits for its turn and is overtaken is not asked", async () => {
    const calls = new StoreCalls();
    const { promise: others, resolve } = Promise.withResolvers<void>();
    const busy = Promise.all([1, 2, 3, 4, 5].map(() => calls.run("tier", () => others)));
    const tiers = four({ region: { getMs: 20 } });
    tiers.kv.held.set("k", storedOf());
    const { found, rest } = await find({ ...tiers, edge: null }, { calls });
    expect(found?.tier).toBe("kv");
    expect(calls.open).toBeLessThanOrEqual(6);
    resolve();
    await Promise.all([busy, rest]);
    expect(tiers.primary.gets).toBe(0);
    expect(calls.open).toBe(0);
  });
});

describe("a tier in trouble", () => {
  test("what it answers after its time is not read", async () => {
    const tiers = four({ region: { getMs: 60 } });
    const { rest, asked } = await find(tiers);
    expect(outcomes(asked)).toContain("region:late");
    await rest;
    expect(tiers.region.overtaken).toEqual([true]);
  });

  const troubles: readonly [string, Behaviour, string][] = [
    ["fails", { fail: true }, "error"],
    ["hangs", { hang: true }, "late"],
    ["is slower than its limit", { getMs: 2_000 }, "late"],
  ];
  for (const [trouble, behaviour, outcome] of troubles) {
    test.each(["edge", "kv", "region"] as const)(`%s ${trouble}: the primary answers`, async (name) => {
      const tiers = four({ [name]: behaviour, primary: { getMs: 60 } });
      tiers.primary.held.set("k", storedOf());
      const { found, asked } = await find(tiers);
      expect(found?.tier).toBe("primary");
      expect(outcomes(asked)).toContain(`${name}:${outcome}`);
    });
  }

  test("all of them fail: a miss, no error", async () => {
    const fail = { fail: true };
    const { found, asked } = await find(four({ edge: fail, kv: fail, region: fail, primary: fail }));
    expect(found).toBeNull();
    expect(asked.every((a) => a.outcome === "error")).toBe(true);
  });
});

describe("stale copies", () => {
  test("a fresh copy further away beats a stale one near", async () => {
    const tiers = four();
    tiers.kv.held.set("k", stale(5));
    tiers.primary.held.set("k", storedOf());
    const result = await find(tiers);
    expect(result.found).toMatchObject({ tier: "primary", freshness: "fresh" });
    expect(result.stale).toEqual(["kv"]);
  });

  test("an expired one is replaced by what is found further away", async () => {
    const tiers = four();
    tiers.region.held.set("k", stale(101));
    tiers.primary.held.set("k", storedOf());
    const result = await find(tiers);
    expect(result.found).toMatchObject({ tier: "primary", freshness: "fresh" });
    expect(result.stale).toEqual(["region"]);
  });

  test("only stale ones: the newest, with its freshness", async () => {
    const tiers = four();
    tiers.kv.held.set("k", stale(5, NOW - 9000));
    tiers.region.held.set("k", stale(5, NOW - 8000));
    const result = await find(tiers);
    expect(result.found).toMatchObject({ tier: "region", freshness: "revalidate" });
    expect(result.stale).toEqual(["kv"]);
  });

  test.each([
    [100, "if-error"],
    [101, undefined],
  ])("%i s stale with a window of 100 s is %s", async (seconds, freshness) => {
    const tiers = four();
    tiers.primary.held.set("k", stale(seconds));
    expect((await find(tiers)).found?.freshness).toBe(freshness);
  });
});

describe("the source's metadata", () => {
  const tiers = () => {
    const all = four();
    all.region.held.set("k", storedOf());
    return all;
  };
  const freshness = async (known: KnownVersion | null) =>
    (await find(tiers(), { known: () => known })).found?.freshness;

  test("a picture of an older version is only for errors", async () => {
    expect(await freshness(knownOf("ffffffff", NOW + 1))).toBe("if-error");
  });
  test("what is not known yet changes nothing, and nobody waits for it", async () => {
    expect(await freshness(null)).toBe("fresh");
  });
  test("what became known before the answer counts", async () => {
    const all = four({ primary: { getMs: 20 } });
    all.primary.held.set("k", storedOf());
    let known: KnownVersion | null = null;
    const looking = find(all, { known: () => known });
    known = knownOf("ffffffff", NOW + 1);
    expect((await looking).found?.freshness).toBe("if-error");
  });
});

describe("a copy that this caller must not get", () => {
  const NEAR = "00000001";
  const FAR = "00000002";
  /** A copy in KV that `access` decides on, and another one further away that is allowed. */
  const tiers = (far: boolean) => {
    const all = four();
    all.kv.held.set("k", storedOf({ sourceHash: NEAR }));
    if (far) all.primary.held.set("k", storedOf({ sourceHash: FAR }));
    return all;
  };

  test.each([
    ["blocked", "blocked"],
    ["unlisted", "unlisted"],
    ["absent", null],
  ] as const)("%s: no copy; the refusal is %s", async (decision, refused) => {
    const looked = await find(tiers(false), { access: () => decision });
    expect(looked).toMatchObject({ found: null, stale: [], refused });
    expect(outcomes(looked.asked)).toContain("primary:miss");
  });

  test.each([
    ["blocked", []],
    ["unlisted", []],
    ["absent", ["kv"]],
  ] as const)("%s near by: the allowed one wins, and replaces %j", async (decision, replaced) => {
    const access: LookupOptions["access"] = ({ sourceHash }) => (sourceHash === NEAR ? decision : "allowed");
    const looked = await find(tiers(true), { access });
    expect(looked.found?.stored.meta.sourceHash).toBe(FAR);
    expect(looked.stale).toEqual(replaced);
  });

  test("is no answer when it is stale either", async () => {
    const all = four();
    all.primary.held.set("k", stale(50));
    expect(await find(all, { access: () => "blocked" })).toMatchObject({ found: null, refused: "blocked" });
  });

  test.each([
    [5, "unlisted"],
    [50, null],
  ])(
    "an unlisted one that is stale for %i s refuses: %s. The source may redirect to elsewhere by now",
    async (s, refused) => {
      const all = four();
      all.primary.held.set("k", stale(s));
      expect(await find(all, { access: () => "unlisted" })).toMatchObject({ found: null, refused });
    },
  );
});

describe("how long the buckets took", () => {
  const told = async (tiers: Parameters<typeof openOf>[0], start = 0) => {
    const seen: unknown[] = [];
    const onRead = (tier: string, ms: number, hit: boolean) =>
      void seen.push([tier, ms >= start ? "slow" : "fast", hit]);
    const { rest, found } = await find(tiers, { onRead, now: () => Math.round(performance.now()) });
    await rest;
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { seen, found: found?.tier };
  };
  test("is told of each bucket, those too that were overtaken, with their whole time", async () => {
    const tiers = four({ primary: { getMs: 40 } });
    tiers.region.held.set("k", storedOf({ freshUntil: Number.MAX_SAFE_INTEGER }));
    tiers.primary.held.set("k", storedOf({ freshUntil: Number.MAX_SAFE_INTEGER }));
    expect(await told(tiers, 35)).toEqual({
      seen: [
        ["region", "fast", true],
        ["primary", "slow", true],
      ],
      found: "region",
    });
  });
});

describe("while a data centre changes its region", () => {
  test("the region of before is asked beside, and its copy goes where the readers read", async () => {
    const beside = memoryTier("beside");
    beside.held.set("k", storedOf());
    const tiers = { ...four(), beside };
    const { found, asked } = await find(tiers);
    expect(found?.tier).toBe("beside");
    expect(outcomes(asked)).toContain("region:miss");
    const order = { key: "k", stored: storedOf(), from: "beside", stale: [], now: () => NOW, mayStore: () => true };
    await fill({ ...order, tiers: openOf({ ...tiers, edge: null }), writes: new RecentKeys(1, 10) });
    expect([tiers.region.held.size, tiers.kv.held.size, tiers.primary.held.size]).toEqual([1, 1, 0]);
  });
  test("no more than six connections are open: the list waits for the first answer", async () => {
    const calls = new StoreCalls();
    let most = 0;
    let listed = false;
    const watched = (name: Name | "beside") => {
      const tier = memoryTier(name, { getMs: name === "kv" ? 10 : 30 });
      const { get } = tier;
      tier.get = (...args) => {
        most = Math.max(most, calls.open);
        return get.apply(tier, args);
      };
      return tier;
    };
    const tiers = {
      kv: watched("kv"),
      region: watched("region"),
      beside: watched("beside"),
      primary: watched("primary"),
    };
    const onAsked = () => {
      void calls.run("negative", async () => undefined);
      void calls.run("list", async () => void (listed = calls.open <= 6));
    };
    await (await find(tiers, { calls, onAsked })).rest;
    expect([most <= 6, listed, calls.open]).toEqual([true, true, 0]);
  });

  test("what only a miss needs is asked for when the new region has nothing, as ever", async () => {
    const beside = memoryTier("beside", { getMs: 20 });
    beside.held.set("k", storedOf());
    let asked = 0;
    await find({ ...four(), beside }, { onNearMiss: () => void asked++ });
    expect(asked).toBe(1);
  });
});
