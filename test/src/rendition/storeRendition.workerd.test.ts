import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Header } from "../../../src/image/header.ts";
import type { SourceBytes } from "../../../src/rendition/fetchOriginal.ts";
import { storeOriginal, storeRendition, storeSourceMeta } from "../../../src/rendition/storeRendition.ts";
import { sourceKeys } from "../../../src/store/key.ts";
import { readSourceMeta } from "../../../src/store/sourceMeta.ts";
import { brokenService } from "../../support/brokenService.ts";
import { configWith, freshSource, orderOf, scopeOf, wantedOf } from "../../support/scope.workerd.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const HEADER: Header = {
  ...{ format: "jpeg", width: 40, height: 30, orientation: 1, frames: 1 },
  ...{ alpha: false, progressive: false, colour: "ycc" },
};
const sourceOf = (source: string, over: Partial<SourceBytes> = {}): SourceBytes => ({
  ...{ bytes: new Uint8Array(10), source, v: "0badcafe", storedAt: NOW, freshUntil: NOW + 1_000 },
  ...{ truncated: false, validators: { etag: '"1"', lastModified: null } },
  ...over,
});

describe("keepRendition", () => {
  test.each([
    ["nothing fails", {}, null],
    ["KV fails: it is not written now", { THUMBS: brokenService(env.THUMBS) }, null],
    ["the primary fails: the region has it", { R2_PRIMARY: brokenService(env.R2_PRIMARY) }, null],
  ])("%s", async (_, bindings, rejected) => {
    const order = await orderOf(wantedOf(freshSource()), scopeOf(bindings));
    await expect(storeRendition(order, storedOf())).resolves.toBe(rejected ?? undefined);
    expect(await env.R2_WEUR.head(order.shelf.key)).not.toBeNull();
  });
  test("the region fails: those who wait are not told that it is there, though the primary has it", async () => {
    const order = await orderOf(wantedOf(freshSource()), scopeOf({ R2_WEUR: brokenService(env.R2_WEUR) }));
    await expect(storeRendition(order, storedOf())).rejects.toThrow("region has not stored it: error");
    expect(await env.R2_PRIMARY.head(order.shelf.key)).not.toBeNull();
  });
  test("a region without a bucket: the primary counts", async () => {
    const order = await orderOf(
      wantedOf(freshSource()),
      scopeOf({ R2_PRIMARY: brokenService(env.R2_PRIMARY) }, { region: "oc" }),
    );
    await expect(storeRendition(order, storedOf())).rejects.toThrow("primary has not stored it: error");
  });
});

describe("what was taken down or purged meanwhile", () => {
  test.each([
    [
      "blocked",
      (keys: Awaited<ReturnType<typeof sourceKeys>>) => ({
        blocked: { sources: new Set([keys.source32]), hosts: new Set<string>() },
      }),
    ],
    ["purged", (keys: Awaited<ReturnType<typeof sourceKeys>>) => ({ epochs: { [keys.host16]: NOW } })],
  ])("%s: neither rendition, original nor facts are kept", async (_, change) => {
    const source = freshSource();
    const keys = await sourceKeys(source);
    const changed = configWith(change(keys));
    const order = await orderOf(wantedOf(source), scopeOf({}, { refreshedConfig: async () => changed }));
    await expect(storeRendition(order, storedOf())).rejects.toThrow("blocked");
    await expect(storeOriginal(sourceOf(source), order, env.R2_WEUR)).rejects.toThrow("Taken down or purged");
    await storeSourceMeta(order, sourceOf(source), HEADER);
    expect(await env.R2_PRIMARY.head(order.shelf.key)).toBeNull();
    expect(await env.R2_WEUR.head(keys.original)).toBeNull();
    expect(await env.THUMBS.get(keys.facts)).toBeNull();
  });
});

describe("keepFacts", () => {
  test("written once, and again when a validator changes", async () => {
    const source = freshSource();
    const puts: string[] = [];
    const THUMBS = new Proxy(env.THUMBS, {
      get: (kv, name) => {
        if (name === "put") puts.push("put");
        const member: unknown = Reflect.get(kv, name);
        return typeof member === "function" ? member.bind(kv) : member;
      },
    });
    const order = await orderOf(wantedOf(source), scopeOf({ THUMBS }));
    await storeSourceMeta(order, sourceOf(source), HEADER);
    await storeSourceMeta(order, sourceOf(source), HEADER);
    expect(puts).toHaveLength(1);
    await storeSourceMeta(order, sourceOf(source, { validators: { etag: '"2"', lastModified: null } }), HEADER);
    expect(puts).toHaveLength(2);
    expect(await readSourceMeta(env.THUMBS, order.shelf.keys.facts, 0)).toMatchObject({ v: "0badcafe", etag: '"2"' });
  });
  test("bytes from our own store say nothing new", async () => {
    const order = await orderOf(wantedOf(freshSource()), scopeOf());
    await storeSourceMeta(order, sourceOf("x", { validators: null }), HEADER);
    expect(await env.THUMBS.get(order.shelf.keys.facts)).toBeNull();
  });
});

test("half a source is not kept", async () => {
  const order = await orderOf(wantedOf(freshSource()), scopeOf());
  await expect(storeOriginal(sourceOf("x", { truncated: true }), order, env.R2_WEUR)).rejects.toThrow("Half");
  expect(await env.R2_WEUR.head(order.shelf.keys.original)).toBeNull();
});
