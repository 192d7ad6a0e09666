/** Two schemas beside each other in the real stores. */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { type PurgeTarget, purgeStep } from "../../../../src/store/purge.ts";
import { renditionKey, sourceKeys } from "../../../../src/store/schema/key.ts";
import { allBuckets, purgeStores } from "../../../../src/store/tierTable.ts";
import { everyKey, keysOf, PER_SOURCE, SIZES, storeAll } from "../../../support/sourceInStores.workerd.ts";
import { NOW, storedOf } from "../../../support/stored.ts";

const SOURCE = "https://a.test/photos/1.jpg";
const OTHER = "https://b.test/photos/1.jpg";

/** Schema 1's names of everything of a source. */
async function oldKeys(source: string): Promise<{ r2: string[]; kv: string[] }> {
  const { host16, source32 } = await sourceKeys(source);
  const path = `${host16}/${source32}`;
  const renditions = await Promise.all(SIZES.map((options) => renditionKey({ renditions: `t/${path}/` }, options)));
  return { r2: [...renditions, `o/${path}`, `m/${path}`], kv: [...renditions, `f/${path}`, `n/${path}`] };
}

/** As a Worker of schema 1 stored it. */
async function storeOld(source: string): Promise<number> {
  const { r2, kv } = await oldKeys(source);
  const { bytes } = storedOf();
  const customMetadata = {
    ...{ source, v: "0badcafe", etag: "0123456789abcdef", format: "webp", width: "1", height: "1" },
    ...{ at: String(NOW), fresh: String(NOW) },
  };
  for (const key of r2) await env.R2_APAC.put(key, bytes, { customMetadata });
  for (const key of kv) {
    const isRendition = key.startsWith("t/");
    await env.THUMBS.put(key, bytes as Uint8Array<ArrayBuffer>, isRendition ? { metadata: customMetadata } : {});
  }
  return r2.length + kv.length;
}

beforeEach(() => reset());

test("a Worker of schema 1 finds nothing of what schema 2 has stored", async () => {
  await storeAll(SOURCE);
  expect(await keysOf(SOURCE)).toHaveLength(PER_SOURCE);
  const { r2, kv } = await oldKeys(SOURCE);
  for (const { bucket } of allBuckets(env)) {
    for (const key of r2) expect(await bucket.head(key)).toBeNull();
  }
  for (const key of kv) expect(await env.THUMBS.get(key)).toBeNull();
  expect((await everyKey()).filter((key) => !key.startsWith("2/"))).toEqual([]);
});

test.each([
  ["a source", { kind: "source", source: SOURCE }],
  ["a host", { kind: "host", host: "a.test" }],
  ["a prefix", { kind: "prefix", prefix: "https://a.test/photos/" }],
] as const)("a purge of %s deletes what schema 1 has stored too", async (_name, target: PurgeTarget) => {
  await storeAll(SOURCE);
  const old = await storeOld(SOURCE);
  await storeOld(OTHER);
  const { deleted } = await purgeStep(target, { stores: purgeStores(env), cursor: null });
  expect(deleted).toBe(PER_SOURCE + old);
  expect(await keysOf(SOURCE)).toEqual([]);
  expect(await keysOf(OTHER)).toHaveLength(old);
});

test("a purge of one picture deletes schema 1's copies of that size too", async () => {
  const old = await storeOld(SOURCE);
  const target = { kind: "picture", source: SOURCE, options: SIZES[0] } as const;
  expect((await purgeStep(target, { stores: purgeStores(env), cursor: null })).deleted).toBe(2);
  expect(await keysOf(SOURCE)).toHaveLength(old - 2);
});
