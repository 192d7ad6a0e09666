import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { RecentKeys } from "../../../src/concurrency/recentKeys.ts";
import { fill } from "../../../src/store/fill.ts";
import { lookUp } from "../../../src/store/lookUp.ts";
import { purgeStep } from "../../../src/store/purge.ts";
import { renditionKey, sourceKeys } from "../../../src/store/schema/key.ts";
import type { PurgeStore } from "../../../src/store/tiers/tier.ts";
import {
  allBuckets,
  openTiers,
  type Place,
  purgeStores,
  regionBucket,
  TIERS,
  type TierRow,
} from "../../../src/store/tierTable.ts";
import { memoryTier } from "../../support/memoryTier.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const SOURCE = "https://a.test/1.jpg";
const HOST = { kind: "host", host: "a.test" } as const;

const place = (over: Partial<Place> = {}): Place => ({
  bindings: env,
  region: "weur",
  origin: "https://img.test",
  cache: caches.default,
  epoch: 0,
  now: () => NOW,
  ...over,
});
const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };
const tierOf = (name: string, at: Place = place()) => openTiers(at).find(({ tier }) => tier.name === name)?.tier;

beforeEach(() => reset());

describe("the table of tiers", () => {
  test.each([
    ["edge", NOW + 1],
    ["kv", 0],
    ["region", 0],
    ["primary", 0],
  ] as const)("%s has its row: it opens, and a purge of the host empties it", async (name, epoch) => {
    const tier = tierOf(name);
    if (tier === undefined) throw new Error("not in the table");
    const key = await renditionKey(await sourceKeys(SOURCE), "width:160");
    await tier.put(key, storedOf({ source: SOURCE }));
    expect(await tier.get(key)).not.toBeNull();
    await purgeStep(HOST, { stores: purgeStores(env), cursor: null });
    // The edge forgets by the host's epoch, which is part of its key.
    expect(await tierOf(name, place({ epoch }))?.get(key)).toBeNull();
  });

  test("what a purge empties: far stores first, every region's bucket", () => {
    expect(purgeStores(env).map(({ label }) => label)).toEqual([
      ...["R2_PRIMARY", "R2_APAC", "R2_ENAM", "R2_OC", "R2_WEUR", "THUMBS", "R2_PRIMARY/r"],
    ]);
  });

  test("no request waits for stores longer than 5 s in all", () => {
    const longest = new Map<number, number>();
    for (const { stage, waitMs } of Object.values(TIERS)) {
      longest.set(stage, Math.max(waitMs, longest.get(stage) ?? 0));
    }
    expect([...longest.values()].reduce((sum, ms) => sum + ms, 0)).toBeLessThan(5_000);
  });

  test("all that is asked past the edge is asked at once, in this order", () => {
    const pastEdge = Object.entries(TIERS).filter(([name]) => name !== "edge");
    expect(pastEdge.map(([name]) => name)).toEqual(["kv", "region", "beside", "primary"]);
    expect(new Set(pastEdge.map(([, { stage }]) => stage)).size).toBe(1);
  });

  test("a second region is opened where the place names one that has a bucket; a purge empties it once", async () => {
    const names = (beside: string | null) =>
      openTiers(place({ beside })).map(({ tier }) => `${tier.name}:${tier.label}`);
    expect(names("enam").slice(2)).toEqual(["region:R2_WEUR", "beside:R2_ENAM", "primary:R2_PRIMARY"]);
    expect(names("eeur").slice(2)).toEqual(["region:R2_WEUR", "primary:R2_PRIMARY"]);
    expect(names(null).slice(2)).toEqual(["region:R2_WEUR", "primary:R2_PRIMARY"]);
    expect(openTiers(place({ beside: "enam" }), true).map(({ tier }) => tier.name)).toContain("beside");
  });

  test("a warm push sees the tiers whose rows say so", () => {
    expect(openTiers(place(), true).map(({ tier }) => tier.name)).toEqual(["region", "primary"]);
    const isRead = openTiers(place(), true).filter(({ row }) => row.readByWarm);
    expect(isRead.map(({ tier }) => tier.name)).toEqual(["primary"]);
    expect(openTiers(place(), false).map(({ tier }) => tier.name)).toEqual(["edge", "kv", "region", "primary"]);
  });
});

describe("a tier that only this test adds", () => {
  const held = new Map<string, string>();
  const store: PurgeStore = {
    label: "FAKE",
    kinds: ["t", "m"],
    async purgePage({ prefix, matches }) {
      const keys = [...held].filter(
        ([key, maker]) => key.startsWith(prefix) && (matches === null || matches({ source: SOURCE, maker })),
      );
      for (const [key] of keys) held.delete(key);
      return { deleted: keys.length, operations: 1, cursor: null };
    },
  };
  const fake: TierRow = {
    ...{ stage: 3, waitMs: 100, filledFrom: ["made"], writeWindowMs: 0 },
    ...{ usdPerMillionReads: 0, readByWarm: false },
    ...{ seenByWarm: false, sharedBy: "world", consistent: false },
    open: () => memoryTier("fake"),
    purge: () => [store],
  };
  const rows = { ...TIERS, fake };
  const purge = (target: Parameters<typeof purgeStep>[0]) =>
    purgeStep(target, { stores: purgeStores(env, rows), cursor: null });

  beforeEach(async () => {
    held.clear();
    for (const [source, maker] of [
      [SOURCE, "1-libwebp1"],
      ["https://b.test/1.jpg", "1-bad2"],
    ] as const) {
      const { renditions, master } = await sourceKeys(source);
      for (const key of [`${renditions}1`, `${renditions}2`, master]) held.set(key, maker);
    }
  });

  test("is emptied by a purge of a host", async () => {
    expect(await purge(HOST)).toEqual({ deleted: 3, cursor: null, done: true });
    const { source32 } = await sourceKeys(SOURCE);
    expect([...held.keys()].filter((key) => key.includes(source32))).toEqual([]);
    expect(held.size).toBe(3);
  });

  test("is emptied by a purge of a maker", async () => {
    expect((await purge({ kind: "maker", maker: "1-bad2" })).deleted).toBe(3);
    expect([...new Set(held.values())]).toEqual(["1-libwebp1"]);
  });

  test("is asked by a reader's request, and by a warm push only if its row says so", () => {
    const names = (warm: boolean, seenByWarm: boolean) =>
      openTiers(place(), warm, { ...TIERS, fake: { ...fake, seenByWarm } }).map(({ tier }) => tier.name);
    expect(names(false, false)).toContain("fake");
    expect(names(true, false)).not.toContain("fake");
    expect(names(true, true)).toContain("fake");
  });
});

describe("bindings", () => {
  test.each([
    ["weur", "R2_WEUR"],
    ["apac", "R2_APAC"],
    ["oc", "R2_OC"],
    ["eeur", undefined],
    ["no-such", undefined],
  ])("region %s is bucket %s", (region, label) => expect(regionBucket(env, region)?.label).toBe(label));

  test("a variable with a bucket's name is no bucket", () => {
    expect(regionBucket({ R2_OC: "text" }, "oc")).toBeNull();
  });

  test("all buckets, by name", () => {
    expect(allBuckets(env).map(({ label }) => label)).toEqual(["R2_APAC", "R2_ENAM", "R2_OC", "R2_PRIMARY", "R2_WEUR"]);
  });

  test("no edge tier on workers.dev, no region tier without a bucket", () => {
    const tiers = openTiers(place({ origin: "https://a.b.workers.dev", region: "eeur" }));
    expect(tiers.map(({ tier }) => tier.name)).toEqual(["kv", "primary"]);
  });
});

describe("one picture through all real tiers", () => {
  const key = "2/t/h/s/one";
  const seen = async (from: Partial<Place> = {}) =>
    (await lookUp(key, openTiers(place(from)), { now: () => NOW, windows })).found?.tier;

  test("is answered from each in turn as the nearer ones lose it", async () => {
    const tiers = openTiers(place());
    const order = {
      key,
      stored: storedOf(),
      stale: [],
      writes: new RecentKeys(1, 9),
      now: () => NOW,
      mayStore: () => true,
    };
    await fill({ ...order, from: "made", tiers });
    await fill({ ...order, from: "region", tiers });
    expect(await seen()).toBe("edge");
    await tierOf("edge")?.delete(key);
    expect(["kv", "region"]).toContain(await seen());
    await tierOf("region")?.delete(key);
    expect(await seen()).toBe("kv");
    await tierOf("kv")?.delete(key);
    expect(await seen()).toBe("primary");
    await tierOf("primary")?.delete(key);
    expect(await seen()).toBeUndefined();
  });

  test("made in one region it is found from another by the primary, which fills that region", async () => {
    const order = {
      key,
      stored: storedOf(),
      stale: [],
      writes: new RecentKeys(1, 9),
      now: () => NOW,
      mayStore: () => true,
    };
    await fill({ ...order, from: "made", tiers: openTiers(place()) });
    // Another data centre: its own edge cache, which the simulator shows as another epoch.
    const apac = { region: "apac", epoch: 1, origin: "https://img.test" };
    expect(await seen(apac)).toBe("primary");
    await fill({ ...order, from: "primary", tiers: openTiers(place(apac)).filter(({ row }) => row === TIERS.region) });
    expect(await seen(apac)).toBe("region");
  });
});
