import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Rendered } from "../../../src/context/isolateState.ts";
import { authorize } from "../../../src/rendition/authorize.ts";
import { flightName } from "../../../src/rendition/getRendition.ts";
import { copyToRegion, renderForRegion } from "../../../src/rendition/warmRegion.ts";
import type { RenditionStore } from "../../../src/store/renditionStore.ts";
import type { FinalAddress } from "../../../src/store/schema/finalAddress.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import type { StoredMeta } from "../../../src/store/tiers/tier.ts";
import { brokenService } from "../../support/brokenService.ts";
import { FINAL, NOW, storedOf } from "../../support/stored.ts";
import { pause } from "../../support/uncoordinated.workerd.ts";
import { configWith, freshSource, requestOf, type WorldOptions, worldOf } from "../../support/world.workerd.ts";

afterEach(() => vi.restoreAllMocks());

const region = r2Tier(env.R2_WEUR, "region", "R2_WEUR");
const primary = r2Tier(env.R2_PRIMARY, "primary", "R2_PRIMARY");
const ELSEWHERE = "https://elsewhere.test/1.jpg";

/** A push for weur of a picture whose copy in the primary has this metadata; none with null. */
async function push(over: Partial<StoredMeta> | null, options: WorldOptions = {}) {
  const source = freshSource();
  const world = worldOf({ ...options, caller: { audience: "warm", isRateLimited: false, ...options.caller } });
  const store = await authorize(requestOf(source), world.app, world.caller, world.job);
  const final = { ...FINAL, ...store.keys, url: source };
  if (over !== null) await primary.put(store.key, storedOf({ source, final, ...over }));
  return { store, copy: () => copyToRegion(store, world.app, world.job), trace: world.job.trace };
}
const inRegion = async ({ key }: RenditionStore) => (await region.get(key))?.meta.sourceHash ?? null;
const days = (n: number) => n * 86_400_000;

describe("a push of what the primary has", () => {
  test("is copied to the region as it is", async () => {
    const { store, copy, trace } = await push({ sourceHash: "00000001" });
    expect(await copy()).toEqual({ outcome: "made" });
    expect((await region.get(store.key))?.meta).toEqual((await primary.get(store.key))?.meta);
    expect([trace.hit, trace.asked.map(({ tier, outcome }) => [tier, outcome])]).toEqual([
      "primary",
      [["primary", "hit"]],
    ]);
  });

  test.each([
    ["older than the primary's is replaced", -1, "made", "00000001"],
    ["newer than the primary's stays", 1, "present", "00000002"],
  ] as const)("a copy in the region %s", async (_, order, outcome, hash) => {
    const { store, copy } = await push(null);
    const final = { ...FINAL, ...store.keys };
    const puts: (() => Promise<unknown>)[] = [
      () => primary.put(store.key, storedOf({ final: { ...final, url: "" }, sourceHash: "00000001" })),
      // A plain "if absent" would let a stale copy block every later push.
      () => region.put(store.key, storedOf({ sourceHash: "00000002", freshUntil: NOW - 1 })),
    ];
    for (const put of order === 1 ? puts : puts.reverse()) {
      await put();
      await pause(5);
    }
    expect(await copy()).toEqual({ outcome });
    expect(await inRegion(store)).toBe(hash);
  });

  test.each([
    ["is copied to both", {}, "made", "00000001"],
    ["goes nowhere else without one", { beside: null }, "made", null],
    ["goes nowhere else where the second has no bucket", { beside: "eeur" }, "made", null],
  ] as const)("beside a second region it %s", async (_, caller, outcome, second) => {
    const { store, copy } = await push({ sourceHash: "00000001" }, { caller: { beside: "enam", ...caller } });
    const enam = r2Tier(env.R2_ENAM, "region", "R2_ENAM");
    expect(await copy()).toEqual({ outcome });
    expect(await inRegion(store)).toBe("00000001");
    expect((await enam.get(store.key))?.meta.sourceHash ?? null).toBe(second);
  });

  test("what the region has and the second one gets now is made", async () => {
    const { store, copy } = await push({ sourceHash: "00000001" }, { caller: { beside: "enam" } });
    await pause(5);
    await region.put(store.key, storedOf({ sourceHash: "00000002" }));
    expect(await copy()).toEqual({ outcome: "made" });
    expect(await inRegion(store)).toBe("00000002");
    await pause(5);
    await r2Tier(env.R2_ENAM, "region", "R2_ENAM").put(store.key, storedOf({ sourceHash: "00000003" }));
    expect(await copy()).toEqual({ outcome: "present" });
  });

  test("a region without a bucket is served by the primary", async () => {
    const { copy } = await push({}, { caller: { region: "eeur" } });
    expect(await copy()).toEqual({ outcome: "present" });
  });

  test("a region that hangs holds up nobody; what arrives late and was purged is deleted", async () => {
    const { store } = await push({});
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const R2_WEUR = new Proxy(env.R2_WEUR, {
      get: (bucket, name) => {
        const member = Reflect.get(bucket, name) as (...args: unknown[]) => unknown;
        if (name !== "put") return member.bind(bucket);
        return async (...args: unknown[]) => {
          await opened;
          return member.apply(bucket, args);
        };
      },
    });
    let latest = configWith({});
    const world = worldOf({ bindings: { R2_WEUR }, caller: { audience: "warm" } });
    const app = { ...world.app, latestConfig: async () => latest };
    const again = await authorize(
      requestOf((await primary.get(store.key))?.meta.source ?? ""),
      app,
      world.caller,
      world.job,
    );
    expect(await copyToRegion(again, app, world.job)).toEqual({ outcome: "failed" });
    latest = configWith({ epochs: { [store.keys.host16]: NOW + 1 } });
    open();
    expect(await world.settled()).toEqual([]);
    expect(await inRegion(store)).toBeNull();
  });

  test("a region that fails has not got it", async () => {
    const { copy } = await push({}, { bindings: { R2_WEUR: brokenService(env.R2_WEUR) } });
    expect(await copy()).toEqual({ outcome: "failed" });
  });
});

describe("no copy in the primary", () => {
  test("who joins a reader of this isolate claims nothing", async () => {
    const asked: string[] = [];
    const stub = { ask: async (holder: string) => asked.push(holder), report: async () => undefined };
    const COORDINATOR = { idFromName: () => "id", get: () => stub } as never;
    const world = worldOf({ bindings: { COORDINATOR }, caller: { audience: "warm" } });
    const request = requestOf(freshSource());
    const store = await authorize(request, world.app, world.caller, world.job);
    const { promise: made, resolve: finish } = Promise.withResolvers<Rendered>();
    const reader = world.app.state.flights.run(flightName(store, world.caller), world.app.now, () => made);
    const joined = renderForRegion(request, store, null, world.app, world.caller, world.job);
    await pause(10);
    finish({
      stored: storedOf({ source: request.source, final: { ...FINAL, ...store.keys, url: request.source } }),
      hit: null,
    });
    await Promise.all([reader, joined]);
    expect(asked).toEqual([]);
  });

  test.each([
    ["none", null, false],
    ["a stale one, which the source may confirm", { freshUntil: NOW - 1_000 }, true],
    ["one that has expired", { freshUntil: NOW - days(400) }, false],
    ["one of a retired maker", { maker: "1-bad" }, false],
  ] as const)("%s: the work goes on as for a picture stored nowhere", async (_, over, isInHand) => {
    const { store, copy } = await push(over, { config: configWith({ retiredMakers: new Set(["1-bad"]) }) });
    expect(await copy()).toMatchObject({ outcome: "nowhere", stale: isInHand ? expect.anything() : null });
    expect(await inRegion(store)).toBeNull();
  });

  test("a primary that fails", async () => {
    const { copy } = await push({}, { bindings: { R2_PRIMARY: brokenService(env.R2_PRIMARY) } });
    expect(await copy()).toEqual({ outcome: "nowhere", stale: null });
  });
});

describe("what was taken down, purged or is not listed", () => {
  const blockedAt = ({ source32 }: { readonly source32: string }) =>
    configWith({ blocked: { sources: new Set([source32]), hosts: new Set() } });
  const elsewhere = async (): Promise<FinalAddress> => {
    const { host16, source32 } = await sourceKeys(ELSEWHERE);
    return { host16, source32, url: ELSEWHERE, complete: true };
  };

  test.each([
    ["blocked", true, "blocked"],
    ["not listed", false, "source_redirect_refused"],
  ] as const)("the final address is %s: refused, and nothing is written", async (_, isBlocked, reason) => {
    const final = await elsewhere();
    const { store, copy } = await push({ final }, isBlocked ? { config: blockedAt(final) } : {});
    await expect(copy()).rejects.toMatchObject({ reason });
    expect(await inRegion(store)).toBeNull();
  });

  test("its final host was purged since: it counts as absent", async () => {
    const final = await elsewhere();
    const { host16 } = final;
    const { copy } = await push({ final, storedAt: NOW - 1 }, { config: configWith({ epochs: { [host16]: NOW } }) });
    expect(await copy()).toMatchObject({ outcome: "nowhere", stale: null });
  });

  test.each([
    ["blocked", (keys: { source32: string }) => blockedAt(keys)],
    ["purged", ({ host16 }: { host16: string }) => configWith({ epochs: { [host16]: NOW + 1 } })],
  ] as const)("%s between the read and the write: nothing is written", async (_, change) => {
    const { store, trace } = await push({});
    const world = worldOf({ latest: change(store.keys), caller: { audience: "warm" } });
    expect(await copyToRegion(store, world.app, { ...world.job, trace })).toEqual({ outcome: "failed" });
    expect(await inRegion(store)).toBeNull();
  });

  test("purged while the copy was on its way: what has arrived is deleted", async () => {
    const { store } = await push({});
    const after = configWith({ epochs: { [store.keys.host16]: NOW + 1 } });
    const answers = [configWith({}), after];
    const world = worldOf({ caller: { audience: "warm" } });
    const app = { ...world.app, latestConfig: async () => answers.shift() ?? after };
    expect(await copyToRegion(store, app, world.job)).toEqual({ outcome: "failed" });
    expect(await inRegion(store)).toBeNull();
  });
});
