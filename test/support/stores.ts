/** Reads and empties the stores of a running edge, tier by tier. */

import type { Edge } from "../../src/cli/edge/start.ts";
import { edgeUrl } from "../../src/store/schema/key.ts";

/** Waits until the bucket has `count` renditions, because storing goes on after the answer. Gives their keys. */
export async function storedKeys(edge: Edge, binding: string, count = 1): Promise<string[]> {
  const bucket = await edge.miniflare.getR2Bucket(binding);
  for (let tries = 0; tries < 100; tries++) {
    const { objects } = await bucket.list({ prefix: "2/t/" });
    if (objects.length >= count) return objects.map(({ key }) => key);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${binding} does not have ${count} renditions after 5 s`);
}

/** Waits until KV has a copy of `key`. */
export async function inKv(edge: Edge, key: string): Promise<void> {
  const kv = await edge.miniflare.getKVNamespace("THUMBS");
  for (let tries = 0; tries < 100; tries++) {
    if ((await kv.get(key)) !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`KV does not have ${key} after 5 s`);
}

/** Deletes the copy of a key from the edge cache of a place. Requests without `X-Firstlight-Colo` come from Dallas. */
export async function dropEdge(edge: Edge, key: string, colo = "DFW"): Promise<void> {
  const caches = await edge.miniflare.getCaches();
  await caches.default.delete(edgeUrl(`${edge.url}/.at/${colo}`, 0, key));
}

export async function dropKv(edge: Edge): Promise<void> {
  const kv = await edge.miniflare.getKVNamespace("THUMBS");
  for (const { name } of (await kv.list()).keys) await kv.delete(name);
}

export async function dropBucket(edge: Edge, binding: string): Promise<void> {
  const bucket = await edge.miniflare.getR2Bucket(binding);
  const { objects } = await bucket.list();
  await Promise.all(objects.map(({ key }) => bucket.delete(key)));
}

/** Waits until the bucket has `count` keys with the prefix, because storing goes on after the answer. Gives the keys. */
export async function keysIn(edge: Edge, binding: string, prefix: string, count: number): Promise<string[]> {
  const bucket = await edge.miniflare.getR2Bucket(binding);
  for (let tries = 0; tries < 400; tries++) {
    const { objects } = await bucket.list({ prefix });
    if (objects.length >= count) return objects.map(({ key }) => key);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${binding} does not have ${count} keys under ${prefix} after 20 s`);
}
