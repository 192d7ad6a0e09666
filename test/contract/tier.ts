/** What every tier must do, run against each in workerd on the real service simulated by miniflare. */
import { describe, expect, test } from "vitest";
import { encodeMeta } from "../../src/store/schema/meta.ts";
import type { Tier } from "../../src/store/tiers/tier.ts";
import { metaOf, NOW, storedOf } from "../support/stored.ts";

export type TierUnderTest = {
  readonly tier: Tier;
  /** Writes past the tier, straight into the service. */
  writeRaw(key: string, bytes: Uint8Array, meta: Record<string, string> | null): Promise<void>;
  /** The same tier over a service whose every call fails. */
  readonly broken: Tier;
  readonly maxBytes: number;
};

let serial = 0;
const freshKey = () => `t/contract/${++serial}`;

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

    test("two keys do not meet", async () => {
      const { tier } = make();
      const [a, b] = [freshKey(), freshKey()];
      await tier.put(a, storedOf({ width: 1 }));
      await tier.put(b, storedOf({ width: 2 }));
      expect((await tier.get(a))?.meta.width).toBe(1);
    });

    test("what was deleted is a miss, and deleting twice is no error", async () => {
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
      ["a version that is no version", { v: "../x" }],
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
      await writeRaw(key, storedOf().bytes, raw({ schema: "2", later: "thing" }));
      expect((await tier.get(key))?.meta).toEqual(metaOf());
    });

    test("a source too long for the metadata is cut, the picture kept", async () => {
      const { tier } = make();
      const key = freshKey();
      const source = `https://example.org/${"x".repeat(20_000)}`;
      expect(await tier.put(key, storedOf({ source }))).toBe("stored");
      const got = await tier.get(key);
      expect(source.startsWith(got?.meta.source ?? "no")).toBe(true);
      expect(got?.meta.source.length).toBeGreaterThan(500);
    });

    test("the largest size is taken, one byte more is refused without an error", async () => {
      const { tier, maxBytes } = make();
      const key = freshKey();
      expect(await tier.put(key, storedOf({}, maxBytes))).toBe("stored");
      expect((await tier.get(key))?.bytes.byteLength).toBe(maxBytes);
      const other = freshKey();
      expect(await tier.put(other, storedOf({}, maxBytes + 1))).toBe("refused");
      expect(await tier.get(other)).toBeNull();
    });

    test("a failing service surfaces as a throw from each call", async () => {
      const { broken } = make();
      await expect(broken.get("k")).rejects.toThrow();
      await expect(broken.put("k", storedOf())).rejects.toThrow();
      await expect(broken.delete("k")).rejects.toThrow();
    });
  });
}
