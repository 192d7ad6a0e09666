/** The Worker that holds the stores of the race. Both isolates call it, and the bench fills it. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { SETTINGS_KEY } from "../../../src/live/settingsCache.ts";
import { MemoryBucket, type MemoryObject, type PutAttributes } from "./memoryBucket.ts";
import { ARGUMENTS_HEADER, atDistance, fromHeader, OBJECT_HEADER, revived, toHeader } from "./remote.ts";
import type { StoresOrder } from "./stores.ts";

/** By binding; the KV namespace is one of them. */
const BUCKETS = new Map<string, MemoryBucket>();

function bucketOf(name: string): MemoryBucket {
  let bucket = BUCKETS.get(name);
  if (bucket === undefined) {
    bucket = new MemoryBucket();
    BUCKETS.set(name, bucket);
  }
  return bucket;
}

export default class Stores extends WorkerEntrypoint {
  get(bucket: string, key: string): MemoryObject | null {
    return bucketOf(bucket).get(key);
  }

  /** Without the bytes. */
  head(bucket: string, key: string): MemoryObject | null {
    return withoutBytes(bucketOf(bucket).get(key));
  }

  /** The new object without its bytes; null when the condition does not hold. */
  put(bucket: string, key: string, bytes: Uint8Array, attributes: PutAttributes): MemoryObject | null {
    return withoutBytes(bucketOf(bucket).put(key, bytes, attributes, Date.now()));
  }

  list(bucket: string, prefix: string, limit: number): readonly (MemoryObject | null)[] {
    return bucketOf(bucket).list(prefix, limit).map(withoutBytes);
  }

  delete(bucket: string, keys: readonly string[]): void {
    for (const key of keys) bucketOf(bucket).delete(key);
  }

  override async fetch(request: Request): Promise<Response> {
    const args = request.headers.get(ARGUMENTS_HEADER);
    if (args !== null) {
      const body = new Uint8Array(await request.arrayBuffer());
      const method = new URL(request.url).pathname.slice(1);
      return atDistance(request, async () => this.#remote(method, fromHeader(args), body));
    }
    const order = (await request.json()) as StoresOrder;
    if (order.what === "head") return Response.json(this.head(order.bucket, order.key));
    if (order.what === "settings") {
      bucketOf("THUMBS").put(SETTINGS_KEY, new TextEncoder().encode(order.text), { httpMetadata: null }, Date.now());
      return Response.json(null);
    }
    if (order.what === "clear") {
      const kept = new Set(order.except);
      for (const bucket of BUCKETS.values()) bucket.keepOnly(kept);
      return Response.json(kept.size);
    }
    for (const { bucket, from, to, customMetadata } of order.copies) {
      const object = bucketOf(bucket).get(from);
      if (object === null) return new Response(`${bucket} has no ${from}`, { status: 404 });
      const { bytes, httpMetadata } = object;
      const attributes = { httpMetadata, customMetadata: customMetadata ?? object.customMetadata };
      bucketOf(bucket).put(to, bytes, attributes, Date.now());
    }
    return Response.json(order.copies.length);
  }

  /** A call of the other process (remote.ts). */
  #remote(method: string, args: unknown, body: Uint8Array): Response {
    const [bucket, key, third] = args as [string, string, unknown];
    if (method === "list") return Response.json(this.list(bucket, key, third as number));
    if (method === "delete") return Response.json(this.delete(bucket, [key].flat()) ?? null);
    if (method === "get") return objectAnswer(this.get(bucket, key));
    if (method === "head") return objectAnswer(this.head(bucket, key));
    return objectAnswer(this.put(bucket, key, body, revived(third as PutAttributes)));
  }
}

function objectAnswer(object: MemoryObject | null): Response {
  if (object === null) return new Response(null);
  const { bytes, ...head } = object;
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { [OBJECT_HEADER]: toHeader(head) } });
}

function withoutBytes(object: MemoryObject | null): MemoryObject | null {
  return object === null ? null : { ...object, bytes: new Uint8Array() };
}
