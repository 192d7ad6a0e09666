import { describe, expect, test } from "vitest";
import { lookUp, type Tiers, WAITS } from "../../../src/store/lookUp.ts";
import type { TierName } from "../../../src/store/tiers/tier.ts";
import { type Behaviour, type MemoryTier, memoryTier } from "../../support/memoryTier.ts";
import { NOW, storedOf } from "../../support/stored.ts";

type Row = Record<TierName, MemoryTier>;

function row(behaviours: Partial<Record<TierName, Behaviour>> = {}): Row {
  const make = (name: TierName) => memoryTier(name, behaviours[name]);
  return { edge: make("edge"), kv: make("kv"), region: make("region"), primary: make("primary") };
}
const waits = { edge: 30, kv: 30, region: 30, primary: 30, version: 10 };
const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };
const find = (tiers: Tiers, more: Partial<Parameters<typeof lookUp>[2]> = {}) =>
  lookUp("k", tiers, { now: () => NOW, windows, waits, ...more });
const stale = (seconds: number, storedAt = NOW - 1000) => storedOf({ freshUntil: NOW - seconds * 1000, storedAt });
const outcomes = (asked: readonly { tier: string; outcome: string }[]) => asked.map((a) => `${a.tier}:${a.outcome}`);

describe("lookup goes from near to far", () => {
  test.each([
    ["edge", { kv: 0, region: 0, primary: 0 }],
    ["kv", { kv: 1, region: 1, primary: 0 }],
    ["region", { kv: 1, region: 1, primary: 0 }],
    ["primary", { kv: 1, region: 1, primary: 1 }],
  ] as const)("a picture only in %s is found there, and further away nobody is asked", async (name, gets) => {
    const tiers = row();
    tiers[name].held.set("k", storedOf());
    const { found, asked } = await find(tiers);
    expect(found).toMatchObject({ tier: name, freshness: "fresh" });
    expect(asked.filter(({ outcome }) => outcome === "hit").map(({ tier }) => tier)).toEqual([name]);
    for (const other of ["kv", "region", "primary"] as const) expect(tiers[other].gets).toBe(gets[other]);
  });

  test("nowhere is a miss of all four", async () => {
    const { found, asked } = await find(row());
    expect(found).toBeNull();
    expect(outcomes(asked)).toEqual(["edge:miss", "kv:miss", "region:miss", "primary:miss"]);
  });

  test("no tiers at all is a miss", async () => {
    expect(await find({ edge: null, kv: null, region: null, primary: null })).toEqual({
      found: null,
      asked: [],
      stale: [],
    });
  });

  test("KV and region are asked at once; the first good answer is taken", async () => {
    const tiers = row({ kv: { getMs: 20 } });
    tiers.kv.held.set("k", storedOf());
    tiers.region.held.set("k", storedOf());
    const { found, asked } = await find(tiers);
    expect(found?.tier).toBe("region");
    expect(outcomes(asked)).toEqual(["edge:miss", "region:hit"]);
    expect(tiers.kv.gets).toBe(1);
  });

  test("the lease is asked for beside the primary, once, and only then", async () => {
    let beside = 0;
    const tiers = row();
    await find(tiers, { beside: () => beside++ });
    expect(beside).toBe(1);
    tiers.region.held.set("k", storedOf());
    await find(tiers, { beside: () => beside++ });
    expect(beside).toBe(1);
  });
});

describe("a tier in trouble", () => {
  const troubles: readonly [string, Behaviour, string][] = [
    ["fails", { fail: true }, "error"],
    ["hangs", { hang: true }, "late"],
    ["is slower than its limit", { getMs: 2_000 }, "late"],
  ];
  for (const [trouble, behaviour, outcome] of troubles) {
    test.each(["edge", "kv", "region"] as const)(`%s ${trouble}: the primary answers`, async (name) => {
      const tiers = row({ [name]: behaviour });
      tiers.primary.held.set("k", storedOf());
      const { found, asked } = await find(tiers);
      expect(found?.tier).toBe("primary");
      expect(outcomes(asked)).toContain(`${name}:${outcome}`);
    });
  }

  test("all of them fail: a miss, no error", async () => {
    const fail = { fail: true };
    const { found, asked } = await find(row({ edge: fail, kv: fail, region: fail, primary: fail }));
    expect(found).toBeNull();
    expect(asked.every((a) => a.outcome === "error")).toBe(true);
  });

  test("the usual limits let no request wait for stores longer than 5 s in all", () => {
    expect(WAITS.edge + Math.max(WAITS.kv, WAITS.region) + WAITS.primary + WAITS.version).toBeLessThan(5000);
  });
});

describe("stale copies", () => {
  test("a fresh copy further away beats a stale one near", async () => {
    const tiers = row();
    tiers.kv.held.set("k", stale(5));
    tiers.primary.held.set("k", storedOf());
    const result = await find(tiers);
    expect(result.found).toMatchObject({ tier: "primary", freshness: "fresh" });
    expect(result.stale).toEqual(["kv"]);
  });

  test("only stale ones: the newest, with its freshness", async () => {
    const tiers = row();
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
    const tiers = row();
    tiers.primary.held.set("k", stale(seconds));
    expect((await find(tiers)).found?.freshness).toBe(freshness);
  });
});

describe("the source's version", () => {
  const tiers = () => {
    const all = row();
    all.region.held.set("k", storedOf());
    return all;
  };
  const version = () => Promise.resolve({ sourceHash: "ffffffff", at: NOW + 1 });
  test("a picture of an older version is only for errors", async () => {
    expect((await find(tiers(), { version })).found?.freshness).toBe("if-error");
  });
  test("facts that fail change nothing", async () => {
    expect((await find(tiers(), { version: () => Promise.reject(new Error("KV")) })).found?.freshness).toBe("fresh");
  });
  test("facts that are late change nothing", async () => {
    expect((await find(tiers(), { version: () => new Promise(() => {}) })).found?.freshness).toBe("fresh");
  });
  test("the edge is not held up by facts", async () => {
    const all = tiers();
    all.edge.held.set("k", storedOf());
    expect((await find(all, { version })).found).toMatchObject({ tier: "edge", freshness: "fresh" });
  });
});
