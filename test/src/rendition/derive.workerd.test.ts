import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { blocksOf } from "../../../src/image/formats/codecs.ts";
import { jpegWithXmp } from "../../../src/image/formats/jpeg/xmp.ts";
import { type Rights, rightsOf } from "../../../src/image/metadata/rights.ts";
import { rightsXmp } from "../../../src/image/metadata/rightsXmp.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import { derive } from "../../../src/rendition/derive.ts";
import { ORIGINAL, type VariantMeta, writeSourceMeta } from "../../../src/store/sourceMeta.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import type { Stored } from "../../../src/store/tiers/tier.ts";
import { brokenService, slowService } from "../../support/brokenService.ts";
import { metaOf, NOW } from "../../support/stored.ts";
import {
  configWith,
  freshSource,
  jpegOf,
  missOf,
  requestOf,
  type WorldOptions,
  worldOf,
} from "../../support/world.workerd.ts";

const WHOLE = { quality: 0, sourceWidth: 400, sourceHeight: 300 };

const keyOfLarge = async (source: string) =>
  (await missOf(requestOf(source, { width: 200, height: 200 }), worldOf())).store.key;

/** A size of 200 x 150 in the primary and the region, from which one of 40 can be made. */
async function storeParent(source: string, over: Partial<Stored["meta"]> = {}): Promise<void> {
  const key = await keyOfLarge(source);
  const meta = metaOf({ ...{ source, format: "jpeg", width: 200, height: 150, whole: WHOLE }, ...over });
  const stored = { bytes: await jpegOf(200, 150), meta };
  await r2Tier(env.R2_PRIMARY, "primary", "p").put(key, stored);
  await r2Tier(env.R2_WEUR, "region", "r").put(key, stored);
}

async function derived(source: string, options: WorldOptions = {}, ifError = false): Promise<Stored | null> {
  const world = worldOf(options);
  return derive(await missOf(requestOf(source), world), world.app, world.caller, world.job, ifError);
}

describe("with stores that fail", () => {
  test.each([
    ["nothing fails", {}],
    ["KV fails: the newest parent's version counts", { THUMBS: brokenService(env.THUMBS) }],
    ["the region fails: the primary has it too", { R2_WEUR: brokenService(env.R2_WEUR) }],
    ["the region hangs", { R2_WEUR: slowService(env.R2_WEUR, 6_000) }],
  ])("%s: derived", { timeout: 15_000 }, async (_, bindings) => {
    const source = freshSource();
    await storeParent(source);
    const stored = await derived(source, { bindings });
    const expected = { source, width: 40, height: 30, sourceHash: "0badcafe", freshUntil: NOW + 3_600_000, cut: false };
    expect(stored?.meta).toMatchObject(expected);
    expect(stored?.meta.whole).toBeUndefined();
  });
  test("the primary fails: there is no list of what could be a parent", async () => {
    const source = freshSource();
    await storeParent(source);
    expect(await derived(source, { bindings: { R2_PRIMARY: brokenService(env.R2_PRIMARY) } })).toBeNull();
  });
});

describe("no parent", () => {
  test("nothing stored", async () => {
    expect(await derived(freshSource())).toBeNull();
  });
  test("a stale one, unless its source has failed", async () => {
    const source = freshSource();
    await storeParent(source, { freshUntil: NOW - 1 });
    expect(await derived(source)).toBeNull();
    expect((await derived(source, {}, true))?.meta.freshUntil).toBe(NOW - 1);
  });
  test.each([
    ["other bytes of the same variant", ORIGINAL, "00000002", 1],
    ["a later generation", "provider-640", "00000002", 2],
  ])("one that the source has replaced: %s", async (_name, variant, hash, generation) => {
    const source = freshSource();
    await storeParent(source);
    const { store } = await missOf(requestOf(source), worldOf());
    const fetched: VariantMeta = {
      ...{ hash, at: NOW + 1, width: 400, height: 300, orientation: 1, format: "jpeg", bytes: 1 },
      ...{ etag: null, lastModified: null },
    };
    const known = { generation, at: NOW + 1, variants: { [variant]: fetched } };
    await writeSourceMeta(env.THUMBS, store.keys.sourceMeta, known);
    expect(await derived(source)).toBeNull();
  });
  test("one that was replaced after it was listed", async () => {
    const source = freshSource();
    await storeParent(source);
    const world = worldOf();
    const miss = await missOf(requestOf(source), world);
    await miss.store.parents();
    await storeParent(source, { sourceHash: "00000002" });
    expect(await derive(miss, world.app, world.caller, world.job)).toBeNull();
  });
  test("one whose bytes came, through a redirect, from what was taken down since", async () => {
    const source = freshSource();
    const final = { host16: "b".repeat(16), source32: "b".repeat(32), url: "https://b.test/1.jpg", complete: true };
    await storeParent(source, { final });
    const listed = { ...worldOf().app.config, allowedSources: ["pictures.test", "b.test"] };
    expect(await derived(source, { config: listed })).not.toBeNull();
    const blocked = { sources: new Set([final.source32]), hosts: new Set<string>() };
    await expect(derived(source, { config: { ...listed, blocked } })).rejects.toMatchObject({ reason: "blocked" });
    expect(await derived(source, { config: { ...listed, epochs: { [final.host16]: NOW + 1 } } })).toBeNull();
    expect(await derived(source, { config: configWith({}) })).toBeNull();
  });
});

test.each([
  ["cut short", async () => (await jpegOf(200, 150)).subarray(0, 400)],
  ["nothing but its first bytes", async () => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0)],
])("a parent that is %s gives no picture", async (_, make) => {
  const source = freshSource();
  const meta = metaOf({ source, format: "jpeg", width: 200, height: 150, whole: WHOLE });
  await r2Tier(env.R2_PRIMARY, "primary", "p").put(await keyOfLarge(source), { bytes: await make(), meta });
  // The caller takes what is thrown for none (renderMiss.ts).
  expect(await derived(source).catch(() => null)).toBeNull();
});

test("a derived size has the rights that a direct one has", async () => {
  const rights: Rights = {
    ...{ license: "https://creativecommons.org/licenses/by/4.0/", statement: null, creator: "Jane & Co" },
    ...{ copyright: `© ${"a long notice ".repeat(200)}`.trim(), terms: "Ask", credit: null },
  };
  const source = freshSource();
  const original = jpegWithXmp(await jpegOf(1600, 1200), rightsXmp(rights, 8_000) ?? new Uint8Array());
  const world = worldOf();
  const wishOf = (side: number) => requestOf(source, { width: side, height: side, keepCopyright: "fetched" });
  const direct = async (side: number) => {
    const { transform } = wishOf(side);
    return renderImage({ bytes: original, transform, format: "webp", limits: world.app.config });
  };
  const large = await direct(800);
  const whole = { quality: 0, sourceWidth: 1600, sourceHeight: 1200, rights: true } as const;
  const meta = metaOf({ source, format: "webp", width: 800, height: 600, whole });
  const { store } = await missOf(wishOf(800), world);
  await r2Tier(env.R2_PRIMARY, "primary", "p").put(store.key, { bytes: large.bytes, meta });
  const stored = await derive(await missOf(wishOf(40), world), world.app, world.caller, world.job);
  const small = (await direct(40)).bytes;
  expect(rightsOf(await blocksOf("webp", stored?.bytes ?? new Uint8Array()))).toEqual(
    rightsOf(await blocksOf("webp", small)),
  );
  expect(rightsOf(await blocksOf("webp", small))).toMatchObject({ license: rights.license, creator: "Jane & Co" });
});
