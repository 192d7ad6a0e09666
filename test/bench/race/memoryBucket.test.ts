/** The race's stores beside those of the runtime: the same calls must have the same answers. */
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, describe, expect, test } from "vitest";
import { script } from "../../../bench/race/edge/bundle.ts";
import { MemoryBucket } from "../../../bench/race/edge/memoryBucket.ts";
import { remoteStores } from "../../../bench/race/edge/remote.ts";
import { bucketOver, namespaceOver, type StoresPort } from "../../../bench/race/edge/storeBindings.ts";

const runtime = new Miniflare(
  convertV4MiniflareOptions({
    ...{ modules: true, script: "export default { fetch() { return new Response() } }", cf: false },
    ...{ r2Buckets: ["BUCKET"], kvNamespaces: ["NAMESPACE"], compatibilityDate: "2026-11-09" },
  }),
);
afterAll(() => runtime.dispose());

/** The Worker that holds the stores, as the push edge calls it from another process. */
const holder = new Miniflare(
  convertV4MiniflareOptions({
    ...{ modules: true, script: await script("storesWorker.ts"), cf: false, compatibilityDate: "2026-11-09" },
  }),
);
afterAll(() => holder.dispose());

/** A port on buckets in this process, as storesWorker.ts has it. */
function portOf(): StoresPort {
  const buckets = new Map<string, MemoryBucket>();
  const bucketOf = (name: string) => {
    const bucket = buckets.get(name) ?? new MemoryBucket();
    buckets.set(name, bucket);
    return bucket;
  };
  return {
    get: async (name, key) => bucketOf(name).get(key),
    head: async (name, key) => bucketOf(name).get(key),
    put: async (name, key, bytes, attributes) => bucketOf(name).put(key, bytes, attributes, Date.now()),
    list: async (name, prefix, limit) => bucketOf(name).list(prefix, limit),
    delete: async (name, keys) => {
      for (const key of keys) bucketOf(name).delete(key);
    },
  };
}

type Bucket = Awaited<ReturnType<Miniflare["getR2Bucket"]>>;
type Namespace = Awaited<ReturnType<Miniflare["getKVNamespace"]>>;

/** Plays the same steps on the runtime's bucket, on ours in this process, and on ours in another one. */
async function all<T>(name: string, steps: (bucket: Bucket) => Promise<T>): Promise<[runtime: T, near: T, far: T]> {
  const far = remoteStores((await holder.ready).origin, fetch, NEAR);
  return [
    await steps(await runtime.getR2Bucket("BUCKET")),
    await steps(bucketOver(portOf(), name) as Bucket),
    await steps(bucketOver(far, name) as Bucket),
  ];
}

/** The other process is as near as this one. */
const NEAR = { trips: () => ({ region: 0, primary: 0, kv: 0, coordinator: 0 }), note: () => undefined };
const MINUTE_MS = 60_000;
const text = (value: string) => new TextEncoder().encode(value);

describe("a bucket", () => {
  const rows: readonly (readonly [string, (bucket: Bucket) => Promise<unknown>])[] = [
    ["has nothing at first", async (b) => [await b.get("a/none"), await b.head("a/none")]],
    [
      "gives back what it took",
      async (b) => {
        await b.put("a/1", text("one"), { customMetadata: { at: "5" }, httpMetadata: { contentType: "image/webp" } });
        const object = await b.get("a/1");
        const head = await b.head("a/1");
        return [
          await object?.text(),
          object?.customMetadata,
          object?.httpMetadata,
          object?.size,
          head?.size,
          head?.key,
        ];
      },
    ],
    [
      "takes text and buffers, and replaces",
      async (b) => {
        await b.put("a/2", "first");
        await b.put("a/2", text("second").buffer as ArrayBuffer);
        return [...new Uint8Array((await (await b.get("a/2"))?.arrayBuffer()) ?? new ArrayBuffer())];
      },
    ],
    [
      "puts only where nothing is",
      async (b) => {
        const onlyIf = { etagDoesNotMatch: "*" };
        const [first, second] = [await b.put("a/3", "x", { onlyIf }), await b.put("a/3", "y", { onlyIf })];
        return [first?.key, second, await (await b.get("a/3"))?.text()];
      },
    ],
    [
      "puts over what it received earlier, where nothing is, and never over what is newer",
      async (b) => {
        const put = (value: string, ms: number) =>
          b.put("a/4", value, { onlyIf: { uploadedBefore: new Date(Date.now() + ms) } });
        const outcomes = [
          await put("absent", -MINUTE_MS),
          await put("older", MINUTE_MS),
          await put("newer", -MINUTE_MS),
        ];
        return [outcomes.map((object) => object?.key ?? null), await (await b.get("a/4"))?.text()];
      },
    ],
    [
      "puts over a known etag only",
      async (b) => {
        const etag = (await b.put("a/5", "x"))?.etag ?? "";
        const second = await b.put("a/5", "y", { onlyIf: { etagMatches: etag } });
        const third = await b.put("a/5", "z", { onlyIf: { etagMatches: etag } });
        const absent = await b.put("a/6", "z", { onlyIf: { etagMatches: etag } });
        return [second?.key, third, absent];
      },
    ],
    [
      "lists a folder in order, with metadata, up to a limit",
      async (b) => {
        for (const key of ["l/f/b", "l/f/a", "l/g/c", "l/fa"]) await b.put(key, "x", { customMetadata: { key } });
        const folder = await b.list({ prefix: "l/f/", include: ["customMetadata"] });
        const some = await b.list({ prefix: "l/", limit: 3 });
        return [
          folder.objects.map(({ key, customMetadata }) => [key, customMetadata]),
          some.objects.map(({ key }) => key),
          [folder.truncated, some.truncated],
        ];
      },
    ],
    [
      "deletes one and several",
      async (b) => {
        for (const key of ["d/1", "d/2", "d/3"]) await b.put(key, "x");
        await b.delete("d/1");
        await b.delete(["d/2", "d/none"]);
        return (await b.list({ prefix: "d/" })).objects.map(({ key }) => key);
      },
    ],
    [
      "gives a body that can be cancelled",
      async (b) => {
        await b.put("c/1", "x");
        const object = await b.get("c/1");
        const before = object?.bodyUsed;
        await object?.body.cancel();
        return before;
      },
    ],
  ];
  for (const [name, steps] of rows) {
    test(name, async () => {
      const [real, near, far] = await all(name, steps);
      expect(near).toEqual(real);
      expect(far).toEqual(real);
    });
  }
});

test("clearing keeps what is named, and the rest can come back", async () => {
  const bucket = new MemoryBucket();
  for (const key of ["t/a/1", "t/a/2", "t/b/1"]) bucket.put(key, text("x"), {}, 0);
  bucket.keepOnly(new Set(["t/a/2", "t/none"]));
  expect(bucket.list("t/", 10).map(({ key }) => key)).toEqual(["t/a/2"]);
  bucket.put("t/b/1", text("y"), {}, 0);
  expect(bucket.list("t/", 10).map(({ key }) => key)).toEqual(["t/a/2", "t/b/1"]);
});

describe("a namespace", () => {
  test("answers as the runtime's does", async () => {
    const steps = async (kv: Namespace) => {
      await kv.put("k", '{"a":1}', { metadata: { copied: "5" } });
      const binary = await kv.getWithMetadata("k", { type: "arrayBuffer" });
      const none = await kv.getWithMetadata("none");
      const values = [
        await kv.get("k"),
        await kv.get("k", "text"),
        await kv.get("k", { type: "json" }),
        await kv.get("none"),
      ];
      await kv.delete("k");
      const bytes = [...new Uint8Array(binary.value ?? new ArrayBuffer())];
      return [values, bytes, binary.metadata, none.value, none.metadata, await kv.get("k")];
    };
    const real = await steps(await runtime.getKVNamespace("NAMESPACE"));
    const far = remoteStores((await holder.ready).origin, fetch, NEAR);
    for (const port of [portOf(), far])
      expect(await steps(namespaceOver(port, "NAMESPACE") as Namespace)).toEqual(real);
  });
});

test("a call of another process takes its trip there, and tells when it was done", async () => {
  const events: (readonly [what: string, at: number])[] = [];
  const note = (what: string, key: string, phase: string, at = 0) => events.push([`${what} ${key} ${phase}`, at]);
  const far = remoteStores((await holder.ready).origin, fetch, {
    trips: () => ({ ...NEAR.trips(), region: 120 }),
    note,
  });
  const started = Date.now();
  await far.put("R2_WEUR", "far", text("x"), {});
  expect(Date.now() - started).toBeGreaterThanOrEqual(119);
  expect(events.map(([what]) => what)).toEqual(["region.put far done"]);
  const at = events[0]?.[1] ?? 0;
  expect(at - started).toBeGreaterThanOrEqual(59);
  expect(Date.now() - at).toBeGreaterThanOrEqual(59);
});
