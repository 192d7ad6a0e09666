/** Stores everything that can be stored of a source, in the real stores of a test in workerd. */
import { env } from "cloudflare:workers";
import { putOriginal } from "../../src/store/original.ts";
import { renditionKey, sourceKeys } from "../../src/store/schema/key.ts";
import { writeSourceMeta } from "../../src/store/sourceMeta.ts";
import { kvTier } from "../../src/store/tiers/kv.ts";
import { r2Tier } from "../../src/store/tiers/r2.ts";
import type { StoredMeta } from "../../src/store/tiers/tier.ts";
import { allBuckets } from "../../src/store/tierTable.ts";
import { NOW, originalOf, storedOf } from "./stored.ts";

/** Canonical options of the two sizes that are stored. */
export const SIZES = ["width:160", "width:320"] as const;

/** 2 + 2 renditions, master, original; one rendition, source metadata and a negative in KV. */
export const PER_SOURCE = 9;
/** Source metadata and negatives, which have no metadata of their own. */
export const WITHOUT_ADDRESS = 2;

/** Two sizes in the primary and a region, one in KV, an original, a master, source metadata and a negative. */
export async function storeAll(source: string, over: Partial<StoredMeta> = {}): Promise<void> {
  const keys = await sourceKeys(source);
  const stored = storedOf({ source, ...over });
  const kv = kvTier(env.THUMBS, { now: () => NOW, since: 0 });
  for (const options of SIZES) {
    const key = await renditionKey(keys, options);
    await r2Tier(env.R2_PRIMARY, "primary", "p").put(key, stored);
    await r2Tier(env.R2_APAC, "region", "r").put(key, stored);
    if (options === SIZES[0]) await kv.put(key, stored);
  }
  await r2Tier(env.R2_PRIMARY, "primary", "p").put(keys.master, stored);
  await putOriginal(env.R2_APAC, keys.original, originalOf(stored.bytes, stored.meta));
  const file = {
    width: 1,
    height: 1,
    orientation: 1,
    format: "jpeg",
    bytes: 1,
    etag: null,
    lastModified: null,
  } as const;
  const variants = { original: { hash: "0badcafe", at: NOW, ...file } };
  await writeSourceMeta(env.THUMBS, keys.sourceMeta, { generation: 1, at: NOW, variants });
  await env.THUMBS.put(keys.negative, "{}");
}

/** Every key in every bucket and in KV. */
export async function everyKey(): Promise<string[]> {
  const lists = await Promise.all(allBuckets(env).map(({ bucket }) => bucket.list()));
  const kv = await env.THUMBS.list();
  return [...lists.flatMap(({ objects }) => objects.map(({ key }) => key)), ...kv.keys.map(({ name }) => name)];
}

export async function keysOf(source: string): Promise<string[]> {
  const { source32 } = await sourceKeys(source);
  return (await everyKey()).filter((key) => key.includes(source32));
}
