/** The contract of every tier. It runs against each tier in workerd, on the service that miniflare simulates. */
import { describe, expect, test } from "vitest";
import { encodeMeta } from "../../src/store/schema/meta.ts";
import type { Tier } from "../../src/store/tiers/tier.ts";
import { metaOf, NOW, storedOf } from "../support/stored.ts";

export type TierUnderTest = {
  readonly tier: Tier;
  /** Writes directly into the service, not through the tier. */
  writeRaw(key: string, bytes: Uint8Array, meta: Record<string, string> | null): Promise<void>;
  /** The same tier on a service whose every call fails. */
  readonly broken: Tier;
  readonly maxBytes: number;
};

let serial = 0;
const freshKey = () => `2/t/contract/${++serial}`;

export function tierContract(name: string, make: () => TierUnderTest): void {
  describe(`${name} keeps the tier contract`, () => {
    const raw = (over: Record<string, string> = {}) => ({ ...encodeMeta(metaOf(), 900), copied: String(NOW), ...over });

    test("has a name and a label", () => {
      const { tier } = make();
      expect(tier.name).not.toBe("");
      expect(tier.label).not.toBe("");
    });

    test.each(["webp", "jpeg", "png"] as const)("gives back a %s as it was put", async (format) => {
      const { tier } = make();
      const key = freshKey();
      const stored = storedOf({ format, whole: { quality: 0, sourceWidth: 4000, sourceHeight: 3000 } });
      expect(await tier.put(key, stored)).toBe("stored");
      expect(await tier.get(key)).toEqual(stored);
    });

    test("an unknown key is a miss", async () => {
      expect(await make().tier.get(freshKey())).toBeNull();
    });

    test("the last put wins", async () => {
      const { tier } = make();
      const key = freshKey();
      await tier.put(key, storedOf({ sourceHash: "00000001" }));
      await tier.put(key, storedOf({ sourceHash: "00000002" }));
      expect((await tier.get(key))?.meta.sourceHash).toBe("00000002");
    });

    test("two keys have separate entries", async () => {
      const { tier } = make();
      const [a, b] = [freshKey(), freshKey()];
      await tier.put(a, storedOf({ width: 1 }));
      await tier.put(b, storedOf({ width: 2 }));
      expect((await tier.get(a))?.meta.width).toBe(1);
    });

    test("a deleted key is a miss, and deleting twice is no error", async () => {
      const { tier } = make();
      const key = freshKey();
      await tier.put(key, storedOf());
      await tier.delete(key);
      await tier.delete(key);
      expect(await tier.get(key)).toBeNull();
    });

    test("bytes that are not what the metadata says are a miss", async () => {
      const { tier, writeRaw } = make();
      const key = freshKey();
      await writeRaw(key, storedOf({ format: "png" }).bytes, raw({ format: "webp" }));
      expect(await tier.get(key)).toBeNull();
    });

    test("no bytes at all are a miss", async () => {
      const { tier, writeRaw } = make();
      const key = freshKey();
      await writeRaw(key, new Uint8Array(0), raw());
      expect(await tier.get(key)).toBeNull();
    });

    test.each([
      ["no metadata", null],
      ["an unknown format", { format: "gif" }],
      ["no width", { width: "" }],
      ["a width that is no number", { width: "12px" }],
      ["a hash that is not one", { hash: "../x" }],
      ["no generation", { gen: "" }],
      ["no hash of the final host", { fhost: "" }],
      ["no hash of the final address", { fsource: "" }],
      ["no maker", { maker: "" }],
      ["no freshness", { fresh: "" }],
      ["no etag", { etag: "" }],
    ] as const)("%s is a miss", async (_name, over) => {
      const { tier, writeRaw } = make();
      const key = freshKey();
      await writeRaw(key, storedOf().bytes, over === null ? null : raw(over));
      expect(await tier.get(key)).toBeNull();
    });

    test("fields of a newer Worker are ignored", async () => {
      const { tier, writeRaw } = make();
      const key = freshKey();
      await writeRaw(key, storedOf().bytes, raw({ v: "0badcafe", later: "thing" }));
      expect((await tier.get(key))?.meta).toEqual(metaOf());
    });

    test("a source that is too long for the metadata is cut, and the picture is kept", async () => {
      const { tier } = make();
      const key = freshKey();
      const source = `https://example.org/${"x".repeat(20_000)}`;
      expect(await tier.put(key, storedOf({ source }))).toBe("stored");
      const got = await tier.get(key);
      expect(source.startsWith(got?.meta.source ?? "no")).toBe(true);
      expect(got?.meta.source.length).toBeGreaterThan(500);
    });

    test("two addresses that are too long are both cut, and the hashes of the final address stay whole", async () => {
      const { tier } = make();
      const key = freshKey();
      const [source, url] = [`https://a.test/${"x".repeat(20_000)}`, `https://b.test/${"y".repeat(20_000)}`];
      const final = { host16: "a".repeat(16), source32: "b".repeat(32), url, complete: true };
      expect(await tier.put(key, storedOf({ source, final }))).toBe("stored");
      const got = (await tier.get(key))?.meta;
      expect(got?.final).toMatchObject({ host16: final.host16, source32: final.source32, complete: false });
      expect(url.startsWith(got?.final.url ?? "no")).toBe(true);
      expect(Math.min(got?.final.url.length ?? 0, got?.source.length ?? 0)).toBeGreaterThanOrEqual(300);
    });

    test("a query of backslashes, which are longer in JSON, is stored", async () => {
      const { tier } = make();
      const key = freshKey();
      expect(await tier.put(key, storedOf({ source: `https://a.test/?${"\\".repeat(20_000)}` }))).toBe("stored");
      expect(await tier.get(key)).not.toBeNull();
    });

    test("the largest size is stored, one byte more is refused without an error", async () => {
      const { tier, maxBytes } = make();
      const key = freshKey();
      expect(await tier.put(key, storedOf({}, maxBytes))).toBe("stored");
      expect((await tier.get(key))?.bytes.byteLength).toBe(maxBytes);
      const other = freshKey();
      expect(await tier.put(other, storedOf({}, maxBytes + 1))).toBe("refused");
      expect(await tier.get(other)).toBeNull();
    });

    test("each call rejects when the service fails", async () => {
      const { broken } = make();
      await expect(broken.get("k")).rejects.toThrow();
      await expect(broken.put("k", storedOf())).rejects.toThrow();
      await expect(broken.delete("k")).rejects.toThrow();
    });
  });
}
