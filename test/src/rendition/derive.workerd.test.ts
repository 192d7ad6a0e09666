import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { derived } from "../../../src/rendition/derive.ts";
import { writeSourceMeta } from "../../../src/store/sourceMeta.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import type { Stored } from "../../../src/store/tiers/tier.ts";
import { brokenService, slowService } from "../../support/brokenService.ts";
import { freshSource, jpegOf, orderOf, scopeOf, wantedOf } from "../../support/scope.workerd.ts";
import { metaOf, NOW } from "../../support/stored.ts";

const WHOLE = { quality: 0, sourceWidth: 400, sourceHeight: 300 };

/** A size of 200 x 150 in the primary and the region, from which one of 40 can be made. */
async function storeParent(source: string, over: Partial<Stored["meta"]> = {}): Promise<void> {
  const { shelf } = await orderOf(wantedOf(source, { width: 200, height: 200 }), scopeOf());
  const meta = metaOf({ ...{ source, format: "jpeg", width: 200, height: 150, whole: WHOLE }, ...over });
  const stored = { bytes: await jpegOf(200, 150), meta };
  await r2Tier(env.R2_PRIMARY, "primary", "p").put(shelf.key, stored);
  await r2Tier(env.R2_WEUR, "region", "r").put(shelf.key, stored);
}

async function derive(source: string, bindings: Partial<Env>, ifError = false): Promise<Stored | null> {
  return derived(await orderOf(wantedOf(source), scopeOf(bindings)), ifError);
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
    const stored = await derive(source, bindings);
    expect(stored?.meta).toMatchObject({
      source,
      width: 40,
      height: 30,
      sourceHash: "0badcafe",
      freshUntil: NOW + 3_600_000,
    });
    expect(stored?.meta.whole).toBeUndefined();
  });
  test("the primary fails: there is no list of what could be a parent", async () => {
    const source = freshSource();
    await storeParent(source);
    expect(await derive(source, { R2_PRIMARY: brokenService(env.R2_PRIMARY) })).toBeNull();
  });
});

describe("no parent", () => {
  test("nothing stored", async () => {
    expect(await derive(freshSource(), {})).toBeNull();
  });
  test("a stale one, unless its source has failed", async () => {
    const source = freshSource();
    await storeParent(source, { freshUntil: NOW - 1 });
    expect(await derive(source, {})).toBeNull();
    expect((await derive(source, {}, true))?.meta.freshUntil).toBe(NOW - 1);
  });
  test("one of another version than the source has now", async () => {
    const source = freshSource();
    await storeParent(source);
    const { shelf } = await orderOf(wantedOf(source), scopeOf());
    await writeSourceMeta(env.THUMBS, shelf.keys.sourceMeta, {
      ...{ sourceHash: "00000002", at: NOW + 1, width: 400, height: 300, orientation: 1, format: "jpeg", bytes: 1 },
      ...{ etag: null, lastModified: null },
    });
    expect(await derive(source, {})).toBeNull();
  });
  test("one that was replaced after it was listed", async () => {
    const source = freshSource();
    await storeParent(source);
    const order = await orderOf(wantedOf(source), scopeOf());
    await order.shelf.parents();
    await storeParent(source, { sourceHash: "00000002" });
    expect(await derived(order)).toBeNull();
  });
  test("for a renewal: it is there to ask the source", async () => {
    const source = freshSource();
    await storeParent(source);
    const held = { bytes: new Uint8Array(1), meta: metaOf() };
    expect(await derived(await orderOf(wantedOf(source), scopeOf(), held))).toBeNull();
  });
});

test.each([
  ["cut short", async () => (await jpegOf(200, 150)).subarray(0, 400)],
  ["nothing but its first bytes", async () => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0)],
])("a parent that is %s gives no picture", async (_, make) => {
  const source = freshSource();
  const { shelf } = await orderOf(wantedOf(source, { width: 200, height: 200 }), scopeOf());
  const meta = metaOf({ source, format: "jpeg", width: 200, height: 150, whole: WHOLE });
  await r2Tier(env.R2_PRIMARY, "primary", "p").put(shelf.key, { bytes: await make(), meta });
  // What is thrown its caller takes for none (region/makeOnce.ts).
  expect(await derive(source, {}).catch(() => null)).toBeNull();
});
