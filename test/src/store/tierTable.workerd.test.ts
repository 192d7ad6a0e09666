import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { RecentKeys } from "../../../src/concurrency/recentKeys.ts";
import { fill } from "../../../src/store/fill.ts";
import { lookUp } from "../../../src/store/lookUp.ts";
import { allBuckets, openTiers, type Place, regionBucket } from "../../../src/store/tierTable.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const place = (over: Partial<Place> = {}): Place => ({
  env,
  region: "weur",
  origin: "https://img.test",
  cache: caches.default,
  epoch: 0,
  now: () => NOW,
  ...over,
});
const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };

describe("bindings", () => {
  test.each([
    ["weur", "R2_WEUR"],
    ["apac", "R2_APAC"],
    ["oc", undefined],
    ["no-such", undefined],
  ])("region %s is bucket %s", (region, label) => expect(regionBucket(env, region)?.label).toBe(label));

  test("a variable with a bucket's name is no bucket", () => {
    expect(regionBucket({ R2_OC: "text" }, "oc")).toBeNull();
  });

  test("all buckets, the primary first", () => {
    expect(allBuckets(env).map(({ label }) => label)).toEqual(["R2_PRIMARY", "R2_APAC", "R2_ENAM", "R2_WEUR"]);
  });

  test("no edge tier on workers.dev, no region tier without a bucket", () => {
    const tiers = openTiers(place({ origin: "https://a.b.workers.dev", region: "oc" }));
    expect(tiers.edge).toBeNull();
    expect(tiers.region).toBeNull();
  });
});

describe("one picture through all real tiers", () => {
  const key = "t/h/s/one";
  const seen = async (from: Partial<Place> = {}) =>
    (await lookUp(key, openTiers(place(from)), { now: () => NOW, windows })).found?.tier;

  test("is answered from each in turn as the nearer ones lose it", async () => {
    const tiers = openTiers(place());
    const order = {
      key,
      stored: storedOf(),
      stale: [],
      kvWrites: new RecentKeys(1, 9),
      now: () => NOW,
      mayStore: () => true,
    };
    await fill({ ...order, from: "made", tiers });
    await fill({ ...order, from: "region", tiers });
    expect(await seen()).toBe("edge");
    await tiers.edge?.delete(key);
    expect(["kv", "region"]).toContain(await seen());
    await tiers.region?.delete(key);
    expect(await seen()).toBe("kv");
    await tiers.kv?.delete(key);
    expect(await seen()).toBe("primary");
    await tiers.primary?.delete(key);
    expect(await seen()).toBeUndefined();
  });

  test("made in one region it is found from another by the primary, which fills that region", async () => {
    const order = {
      key,
      stored: storedOf(),
      stale: [],
      kvWrites: new RecentKeys(1, 9),
      now: () => NOW,
      mayStore: () => true,
    };
    await fill({ ...order, from: "made", tiers: openTiers(place()) });
    // Another data centre: its own edge cache, which the simulator shows as another epoch.
    const apac = { region: "apac", epoch: 1, origin: "https://img.test" };
    expect(await seen(apac)).toBe("primary");
    await fill({ ...order, from: "primary", tiers: { ...openTiers(place(apac)), edge: null, kv: null } });
    expect(await seen(apac)).toBe("region");
  });
});
