import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { getOriginal, ORIGINAL_MS, putOriginal } from "../../../src/store/original.ts";
import { findParents } from "../../../src/store/parents.ts";
import { renditionKey, sourceKeys } from "../../../src/store/schema/key.ts";
import { encodeProvenance } from "../../../src/store/schema/meta.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import type { Provenance } from "../../../src/store/tiers/tier.ts";
import { brokenService } from "../../support/brokenService.ts";
import { NOW, originalOf, storedOf } from "../../support/stored.ts";

const DAY = 86_400_000;
const original = (over: Partial<Provenance> = {}) =>
  originalOf(new Uint8Array([1, 2, 3]), { source: "https://a.test/1.jpg", freshUntil: NOW + 1_000, ...over });

/** What is stored beside it, as it can be read. */
const RECORD = encodeProvenance(original(), 1_800);

describe("a kept original", () => {
  test("comes back as it was kept", async () => {
    await putOriginal(env.R2_WEUR, "2/o/1", original());
    expect(await getOriginal(env.R2_WEUR, "2/o/1", NOW)).toEqual(original());
  });

  test.each([
    ["until it is stale", { freshUntil: NOW + 1_000 }, NOW + 1_000],
    ["for a day at most", { freshUntil: NOW + 9 * DAY }, NOW + DAY],
  ])("others may use it %s", async (_name, over, until) => {
    expect(await putOriginal(env.R2_WEUR, "2/o/2", original(over))).toBe(until);
    expect(await getOriginal(env.R2_WEUR, "2/o/2", until - 1)).not.toBeNull();
    expect(await getOriginal(env.R2_WEUR, "2/o/2", until)).toBeNull();
  });

  test.each([
    ["at the time of the purge", NOW, true],
    ["before it", NOW + 1, false],
  ])("fetched %s, with the source down or not", async (_, since, used) => {
    await putOriginal(env.R2_WEUR, "2/o/6", original());
    const mayUse = ({ storedAt }: Provenance) => storedAt >= since;
    for (const ifError of [false, true]) {
      expect((await getOriginal(env.R2_WEUR, "2/o/6", NOW, { mayUse, ifError })) !== null).toBe(used);
    }
  });

  test("`mayUse` sees where the bytes came from, and what it throws comes out", async () => {
    const final = { ...original().final, host16: "f".repeat(16), url: "https://b.test/2.jpg" };
    await putOriginal(env.R2_WEUR, "2/o/7", original({ final, variant: "1200px", generation: 7 }));
    const seen: Provenance[] = [];
    await getOriginal(env.R2_WEUR, "2/o/7", NOW, { mayUse: (from) => seen.push(from) > 0 });
    expect(seen).toMatchObject([{ final, variant: "1200px", generation: 7, source: "https://a.test/1.jpg" }]);
    const mayUse = () => {
      throw new Error("taken down");
    };
    await expect(getOriginal(env.R2_WEUR, "2/o/7", NOW, { mayUse })).rejects.toThrow("taken down");
  });

  test("memory is asked for before the bytes are read, and may be refused", async () => {
    await putOriginal(env.R2_WEUR, "2/o/8", original());
    const asked: number[] = [];
    const reserve = async (bytes: number) => void asked.push(bytes);
    expect((await getOriginal(env.R2_WEUR, "2/o/8", NOW, { reserve }))?.bytes.byteLength).toBe(3);
    expect(asked).toEqual([3]);
    const full = () => Promise.reject(new Error("no memory"));
    await expect(getOriginal(env.R2_WEUR, "2/o/8", NOW, { reserve: full })).rejects.toThrow("no memory");
  });

  test.each([
    [ORIGINAL_MS - 1, true],
    [ORIGINAL_MS, false],
  ])("%i ms old and long stale, with the source down: used %s", async (age, used) => {
    await putOriginal(env.R2_WEUR, "2/o/3", original());
    expect((await getOriginal(env.R2_WEUR, "2/o/3", NOW + age, { ifError: true })) !== null).toBe(used);
  });

  test.each([
    ["none", undefined],
    ["no hash", { ...RECORD, hash: "" }],
    ["no final address", { ...RECORD, fhost: "" }],
    ["no times", { ...RECORD, at: "", fresh: "" }],
    ["times that are none", { ...RECORD, at: "x", fresh: "y" }],
    ["of schema 1", { source: "https://a.test/1.jpg", v: "0badcafe", at: String(NOW), fresh: String(NOW + 1_000) }],
  ])("metadata: %s: not used", async (_name, customMetadata) => {
    await env.R2_WEUR.put("2/o/4", "abc", customMetadata === undefined ? {} : { customMetadata });
    expect(await getOriginal(env.R2_WEUR, "2/o/4", NOW)).toBeNull();
  });

  test("metadata that can be read: used", async () => {
    await env.R2_WEUR.put("2/o/9", "abc", { customMetadata: RECORD });
    expect(await getOriginal(env.R2_WEUR, "2/o/9", NOW)).not.toBeNull();
  });

  test("there is none, or the bucket fails", async () => {
    expect(await getOriginal(env.R2_WEUR, "2/o/none", NOW)).toBeNull();
    await expect(getOriginal(brokenService(env.R2_WEUR), "2/o/1", NOW)).rejects.toThrow();
  });

  test("a source of any length", async () => {
    await putOriginal(env.R2_WEUR, "2/o/5", original({ source: `https://a.test/${"x".repeat(9_000)}` }));
    expect((await getOriginal(env.R2_WEUR, "2/o/5", NOW))?.source.startsWith("https://a.test/xxx")).toBe(true);
  });
});

describe("findParents", () => {
  const whole = { quality: 0, sourceWidth: 4000, sourceHeight: 3000 };
  const tier = r2Tier(env.R2_PRIMARY, "primary", "R2_PRIMARY");

  test("finds the source's whole renditions and its master, and no other's", async () => {
    const [keys, other] = await Promise.all([sourceKeys("https://a.test/1.jpg"), sourceKeys("https://a.test/2.jpg")]);
    const [large, cut, foreign] = await Promise.all([
      renditionKey(keys, "large"),
      renditionKey(keys, "cut"),
      renditionKey(other, "large"),
    ]);
    await tier.put(large, storedOf({ width: 1024, whole }));
    await tier.put(cut, storedOf({ width: 999 }));
    await tier.put(foreign, storedOf({ width: 888, whole }));
    await tier.put(keys.master, storedOf({ width: 2048, whole }));
    const parents = await findParents(env.R2_PRIMARY, keys);
    expect(parents.map(({ key, meta }) => [key, meta.width])).toEqual([
      [large, 1024],
      [keys.master, 2048],
    ]);
  });

  test("none stored, or the bucket fails", async () => {
    const keys = await sourceKeys("https://a.test/none.jpg");
    expect(await findParents(env.R2_PRIMARY, keys)).toEqual([]);
    await expect(findParents(brokenService(env.R2_PRIMARY), keys)).rejects.toThrow();
  });
});
