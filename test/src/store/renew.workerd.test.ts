import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { renew } from "../../../src/store/renew.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import { brokenService } from "../../support/brokenService.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const HOUR = 3_600_000;
const tier = r2Tier(env.R2_PRIMARY, "primary", "R2_PRIMARY");
const master = storedOf({
  ...{ sourceHash: "0badcafe", storedAt: NOW - HOUR, freshUntil: NOW },
  whole: { quality: 82, sourceWidth: 4000, sourceHeight: 3000 },
});
const confirmed = { sourceHash: "0badcafe", storedAt: NOW, freshUntil: NOW + HOUR };

test("the same bytes and metadata, with the new times", async () => {
  await tier.put("2/m/1", master);
  expect(await renew(env.R2_PRIMARY, "2/m/1", confirmed)).toBe(true);
  expect(await tier.get("2/m/1")).toEqual({ ...master, meta: { ...master.meta, ...confirmed } });
  expect((await env.R2_PRIMARY.head("2/m/1"))?.httpMetadata?.contentType).toBe("image/webp");
});

test.each([
  ["of another version", { sourceHash: "00000001" }],
  ["as fresh already", { freshUntil: NOW }],
])("one %s stays as it is", async (_, over) => {
  await tier.put("2/m/2", master);
  expect(await renew(env.R2_PRIMARY, "2/m/2", { ...confirmed, ...over })).toBe(false);
  expect(await tier.get("2/m/2")).toEqual(master);
});

test("none there, and one that cannot be read", async () => {
  expect(await renew(env.R2_PRIMARY, "2/m/none", confirmed)).toBe(false);
  await env.R2_PRIMARY.put("2/m/3", "abc");
  expect(await renew(env.R2_PRIMARY, "2/m/3", confirmed)).toBe(false);
  await expect(renew(brokenService(env.R2_PRIMARY), "2/m/1", confirmed)).rejects.toThrow();
});

test("another version that was stored meanwhile is not written over", async () => {
  await tier.put("2/m/4", master);
  const newer = storedOf({ sourceHash: "00000002", storedAt: NOW, freshUntil: NOW + 9 * HOUR }, 40);
  const racing = new Proxy(env.R2_PRIMARY, {
    get: (bucket, name) => {
      if (name !== "get") return bucket[name as keyof R2Bucket].bind(bucket);
      return async (key: string) => {
        const object = await bucket.get(key);
        await tier.put(key, newer);
        return object;
      };
    },
  });
  expect(await renew(racing, "2/m/4", confirmed)).toBe(false);
  expect((await env.R2_PRIMARY.head("2/m/4"))?.customMetadata?.hash).toBe("00000002");
});
