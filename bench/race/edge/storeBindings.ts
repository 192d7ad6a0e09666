/** Buckets and a KV namespace over the Worker that holds the stores: what the deployed Worker calls of R2 and KV. */
import type { MemoryObject, PutAttributes } from "./memoryBucket.ts";

/** The calls of storesWorker.ts. In a test, a MemoryBucket answers them. */
export type StoresPort = {
  get(bucket: string, key: string): Promise<MemoryObject | null>;
  head(bucket: string, key: string): Promise<MemoryObject | null>;
  put(bucket: string, key: string, bytes: Uint8Array, attributes: PutAttributes): Promise<MemoryObject | null>;
  list(bucket: string, prefix: string, limit: number): Promise<readonly (MemoryObject | null)[]>;
  delete(bucket: string, keys: readonly string[]): Promise<void>;
};

type Body = string | ArrayBuffer | ArrayBufferView | ReadableStream;

const LIST_LIMIT = 1_000;

/** A bucket as R2 has it. */
export function bucketOver(port: StoresPort, name: string): object {
  return {
    async get(key: string) {
      const object = await port.get(name, key);
      return object === null ? null : { ...headOf(object), ...bodyOf(object.bytes) };
    },
    async head(key: string) {
      const object = await port.head(name, key);
      return object === null ? null : headOf(object);
    },
    async put(key: string, body: Body, options: PutAttributes = {}) {
      const { customMetadata = {}, httpMetadata = {}, onlyIf } = options;
      const attributes = { customMetadata, httpMetadata, ...(onlyIf === undefined ? {} : { onlyIf }) };
      const object = await port.put(name, key, await bytesOf(body), attributes);
      return object === null ? null : headOf(object);
    },
    async list({ prefix = "", limit = LIST_LIMIT }: { prefix?: string; limit?: number } = {}) {
      const objects = await port.list(name, prefix, limit + 1);
      const heads = objects.flatMap((object) => (object === null ? [] : [headOf(object)]));
      return { objects: heads.slice(0, limit), truncated: heads.length > limit, delimitedPrefixes: [] };
    },
    delete: (keys: string | readonly string[]) => port.delete(name, [keys].flat()),
    createMultipartUpload() {
      throw new Error("no part of the race uploads in pieces");
    },
  };
}

/** A namespace as KV has it. Nothing expires: a run is shorter than any time to live. */
export function namespaceOver(port: StoresPort, name: string): object {
  const read = async (key: string, options: unknown) => {
    const object = await port.get(name, key);
    return object === null ? null : { object, value: contentOf(object.bytes, typeIn(options)) };
  };
  return {
    get: async (key: string, options?: unknown) => (await read(key, options))?.value ?? null,
    async getWithMetadata(key: string, options?: unknown) {
      const found = await read(key, options);
      const metadata = found?.object.httpMetadata ?? null;
      return { value: found?.value ?? null, metadata, cacheStatus: null };
    },
    async put(key: string, body: Body, { metadata = null }: { metadata?: unknown } = {}) {
      await port.put(name, key, await bytesOf(body), { httpMetadata: metadata });
    },
    delete: (key: string) => port.delete(name, [key]),
    async list({ prefix = "", limit = LIST_LIMIT }: { prefix?: string; limit?: number } = {}) {
      const objects = await port.list(name, prefix, limit);
      const keys = objects
        .flatMap((object) => object ?? [])
        .map(({ key, httpMetadata }) => ({ name: key, metadata: httpMetadata }));
      return { keys, list_complete: true, cacheStatus: null };
    },
  };
}

function headOf({ key, etag, size, uploaded, customMetadata, httpMetadata }: MemoryObject) {
  return { key, etag, size, uploaded: new Date(uploaded), customMetadata, httpMetadata };
}

function bodyOf(bytes: Uint8Array) {
  const response = new Response(bytes as Uint8Array<ArrayBuffer>);
  return {
    get body() {
      return response.body;
    },
    get bodyUsed() {
      return response.bodyUsed;
    },
    arrayBuffer: () => response.arrayBuffer(),
    text: () => response.text(),
    json: () => response.json(),
  };
}

async function bytesOf(body: Body): Promise<Uint8Array> {
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  return new Uint8Array(await new Response(body).arrayBuffer());
}

function typeIn(options: unknown): unknown {
  return typeof options === "object" && options !== null ? Reflect.get(options, "type") : options;
}

function contentOf(bytes: Uint8Array, type: unknown): unknown {
  if (type === "arrayBuffer") return bytes.slice().buffer;
  const text = new TextDecoder().decode(bytes);
  return type === "json" ? JSON.parse(text) : text;
}
