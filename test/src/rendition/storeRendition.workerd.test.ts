import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Header } from "../../../src/image/header.ts";
import { storeOriginal, storeRendition, storeSourceMeta } from "../../../src/rendition/storeRendition.ts";
import type { FetchedBytes } from "../../../src/rendition/variant/fetchVariant.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import { ORIGINAL, readSourceMeta } from "../../../src/store/sourceMeta.ts";
import { brokenService } from "../../support/brokenService.ts";
import { FINAL, NOW, originalOf, storedOf } from "../../support/stored.ts";
import { pause } from "../../support/uncoordinated.workerd.ts";
import { configWith, freshSource, jpegOf, missOf, requestOf, worldOf } from "../../support/world.workerd.ts";

const HEADER: Header = {
  ...{ format: "jpeg", width: 40, height: 30, orientation: 1, frames: 1 },
  ...{ alpha: false, progressive: false, colour: "ycc" },
};
const fetchedOf = (source: string, over: Partial<FetchedBytes> = {}): FetchedBytes => ({
  kind: "bytes",
  ...originalOf(new Uint8Array(10), { source }),
  ...{ truncated: false, validators: { etag: '"1"', lastModified: null } },
  ...over,
});
const missIn = (world: ReturnType<typeof worldOf>, source = freshSource()) => missOf(requestOf(source), world);

describe("storeRendition", () => {
  test.each([
    ["nothing fails", {}],
    ["KV fails: it is not written now", { THUMBS: brokenService(env.THUMBS) }],
    ["the primary fails: the region has it", { R2_PRIMARY: brokenService(env.R2_PRIMARY) }],
  ])("%s", async (_, bindings) => {
    const world = worldOf({ bindings });
    const { store } = await missIn(world);
    await expect(storeRendition(store, storedOf(), world.app).handover).resolves.toBeUndefined();
    expect(await env.R2_WEUR.head(store.key)).not.toBeNull();
  });
  test("the region fails: those who wait are not told that it is there, though the primary has it", async () => {
    const world = worldOf({ bindings: { R2_WEUR: brokenService(env.R2_WEUR) } });
    const { store } = await missIn(world);
    const { handover, everywhere } = storeRendition(store, storedOf(), world.app);
    await expect(handover).rejects.toThrow("region has not stored it: error");
    await everywhere;
    expect(await env.R2_PRIMARY.head(store.key)).not.toBeNull();
  });
  test.each([
    ["a reader's: the region and the primary at once", false, ["R2_WEUR>", "R2_PRIMARY>", "R2_PRIMARY<", "R2_WEUR<"]],
    ["a push's: the region, then the primary", true, ["R2_WEUR>", "R2_WEUR<", "R2_PRIMARY>", "R2_PRIMARY<"]],
  ] as const)("%s", async (_, regionFirst, expected) => {
    const puts: string[] = [];
    const noted = (name: "R2_WEUR" | "R2_PRIMARY", ms: number) =>
      new Proxy(env[name], {
        get: (bucket, member) => async (key: string, bytes: Uint8Array, options: R2PutOptions) => {
          if (member !== "put") throw new Error(`${String(member)} is not expected`);
          if (!key.startsWith("2/t/")) return null;
          puts.push(`${name}>`);
          await pause(ms);
          const put = await bucket.put(key, bytes, options);
          puts.push(`${name}<`);
          return put;
        },
      });
    const world = worldOf({ bindings: { R2_WEUR: noted("R2_WEUR", 60), R2_PRIMARY: noted("R2_PRIMARY", 5) } });
    const { store } = await missIn(world);
    const { handover, everywhere } = storeRendition(store, storedOf(), world.app, regionFirst);
    await handover;
    expect(puts.includes("R2_PRIMARY<")).toBe(!regionFirst);
    await everywhere;
    expect(puts).toEqual(expected);
  });
  test("it says when the picture leaves for the region, before it is there", async () => {
    const seen: string[] = [];
    const slow = new Proxy(env.R2_WEUR, {
      get: (bucket, member) => async (key: string, bytes: Uint8Array, options: R2PutOptions) => {
        if (member !== "put") throw new Error(`${String(member)} is not expected`);
        seen.push("put");
        await pause(30);
        return bucket.put(key, bytes, options);
      },
    });
    const world = worldOf({ bindings: { R2_WEUR: slow } });
    const { store } = await missIn(world);
    const { handover, everywhere } = storeRendition(store, storedOf(), world.app, true, () => seen.push("leaves"));
    await handover.then(() => seen.push("stored"));
    await everywhere;
    expect(seen).toEqual(["leaves", "put", "stored"]);
  });
  test("a region without a bucket: the primary counts", async () => {
    const world = worldOf({ bindings: { R2_PRIMARY: brokenService(env.R2_PRIMARY) }, caller: { region: "eeur" } });
    const { store } = await missIn(world);
    await expect(storeRendition(store, storedOf(), world.app).handover).rejects.toThrow(
      "primary has not stored it: error",
    );
  });
});

describe("what was taken down or purged meanwhile", () => {
  type Keys = { readonly host16: string; readonly source32: string };
  const CHANGES = [
    ["blocked", ({ source32 }: Keys) => ({ blocked: { sources: new Set([source32]), hosts: new Set<string>() } })],
    ["its host blocked", ({ host16 }: Keys) => ({ blocked: { sources: new Set<string>(), hosts: new Set([host16]) } })],
    ["purged", ({ host16 }: Keys) => ({ epochs: { [host16]: NOW + 1 } })],
  ] as const;

  test.each(CHANGES)("%s: neither rendition, original nor source metadata are stored", async (_, change) => {
    const source = freshSource();
    const keys = await sourceKeys(source);
    const world = worldOf({ latest: configWith(change(keys)) });
    const miss = await missIn(world, source);
    await expect(storeRendition(miss.store, storedOf(), world.app).handover).rejects.toThrow("blocked");
    await storeOriginal(fetchedOf(source), storedOf(), miss, world.app, world.caller);
    await storeSourceMeta(fetchedOf(source), HEADER, miss.store, world.app);
    expect(await env.R2_PRIMARY.head(miss.store.key)).toBeNull();
    expect(await env.R2_WEUR.head(keys.original)).toBeNull();
    expect(await env.THUMBS.get(keys.sourceMeta)).toBeNull();
  });

  test.each(CHANGES)("the target of a redirect is %s: the same", async (_, change) => {
    const source = freshSource();
    const keys = await sourceKeys(source);
    const final = { ...FINAL, url: "https://b.test/1.jpg" };
    const world = worldOf({ latest: configWith(change(final)) });
    const miss = await missIn(world, source);
    await expect(storeRendition(miss.store, storedOf({ final }), world.app).handover).rejects.toThrow("blocked");
    await storeOriginal(fetchedOf(source, { final }), storedOf(), miss, world.app, world.caller);
    await storeSourceMeta(fetchedOf(source, { final }), HEADER, miss.store, world.app);
    expect(await env.R2_PRIMARY.head(miss.store.key)).toBeNull();
    expect(await env.R2_WEUR.head(keys.original)).toBeNull();
    expect(await env.THUMBS.get(keys.sourceMeta)).toBeNull();
  });
});

describe("storeSourceMeta", () => {
  test("writes once, and again when a validator changes", async () => {
    const source = freshSource();
    const puts: string[] = [];
    const THUMBS = new Proxy(env.THUMBS, {
      get: (kv, name) => {
        if (name === "put") puts.push("put");
        const member: unknown = Reflect.get(kv, name);
        return typeof member === "function" ? member.bind(kv) : member;
      },
    });
    const { app, caller, job } = worldOf({ bindings: { THUMBS } });
    const { store } = await missOf(requestOf(source), { app, caller, job, settled: async () => [] });
    await storeSourceMeta(fetchedOf(source), HEADER, store, app);
    await storeSourceMeta(fetchedOf(source), HEADER, store, app);
    expect(puts).toHaveLength(1);
    const validators = { etag: '"2"', lastModified: null };
    await storeSourceMeta(fetchedOf(source, { validators, storedAt: NOW + 9 }), HEADER, store, app);
    expect(puts).toHaveLength(2);
    const known = await readSourceMeta(env.THUMBS, store.keys.sourceMeta, 0);
    // The same bytes keep the time at which they were first seen.
    expect(known).toMatchObject({ generation: 1, at: NOW });
    expect(known?.variants[ORIGINAL]).toMatchObject({ hash: "0badcafe", etag: '"2"', at: NOW });
  });
  const LOOK = { colour: "#123456", thumbhash: "AAAA" };
  const DHASH = "0123456789abcdef";
  test("the look of the first whole rendition is kept with it, and of later ones only where there is none", async () => {
    const { app, ...world } = worldOf();
    const source = freshSource();
    const { store } = await missIn({ app, ...world }, source);
    const read = () => readSourceMeta(env.THUMBS, store.keys.sourceMeta, 0);
    await storeSourceMeta(fetchedOf(source), HEADER, store, app);
    expect(await read()).not.toHaveProperty("thumbhash");
    // Made from the kept original, by another request.
    const { store: later } = await missIn(worldOf(), source);
    await storeSourceMeta(fetchedOf(source, { validators: null }), HEADER, later, app, { ...LOOK, dhash: DHASH });
    expect(await read()).toMatchObject({ generation: 1, ...LOOK });
    await storeSourceMeta(fetchedOf(source, { validators: null }), HEADER, later, app, {
      ...LOOK,
      colour: "#000000",
      dhash: DHASH,
    });
    expect(await read()).toMatchObject(LOOK);
    const other = fetchedOf(source, { sourceHash: "0badbeef", generation: 2, storedAt: NOW + 1 });
    await storeSourceMeta(other, HEADER, store, app);
    expect(await read()).not.toHaveProperty("thumbhash");
  });
  test("what the original's own file says is kept with it, and nothing of a variant's", async () => {
    const world = worldOf();
    const bytes = await jpegOf(80, 60);
    const infoAfter = async (variant: string) => {
      const source = freshSource();
      const { store } = await missIn(world, source);
      await storeSourceMeta(fetchedOf(source, { bytes, variant }), HEADER, store, world.app);
      return (await readSourceMeta(env.THUMBS, store.keys.sourceMeta, 0))?.info;
    };
    expect(await infoAfter(ORIGINAL)).toMatchObject({
      facts: { width: 80, height: 60, bytes: bytes.length },
      storedAt: NOW,
      final: { complete: true },
    });
    expect(await infoAfter("wikimedia:960px")).toBeUndefined();
  });
  test("bytes from our own store teach nothing new", async () => {
    const world = worldOf();
    const { store } = await missIn(world);
    await storeSourceMeta(fetchedOf("x", { validators: null }), HEADER, store, world.app);
    expect(await env.THUMBS.get(store.keys.sourceMeta)).toBeNull();
  });
});

test.each([
  ["half a source", { truncated: true }, {}],
  ["a whole transfer of half a file", {}, { cut: true }],
])("%s is not kept", async (_, over, made) => {
  const world = worldOf();
  const source = freshSource();
  const miss = await missIn(world, source);
  await storeOriginal(fetchedOf(source, over), storedOf(made), miss, world.app, world.caller);
  expect(await env.R2_WEUR.head(miss.store.keys.original)).toBeNull();
  await storeOriginal(fetchedOf(source), storedOf(), miss, world.app, world.caller);
  expect(await env.R2_WEUR.head(miss.store.keys.original)).not.toBeNull();
});
