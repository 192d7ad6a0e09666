import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { KV_MAX_BYTES, kvTier } from "../../../../src/store/tiers/kv.ts";
import { tierContract } from "../../../contract/tier.ts";
import { brokenService } from "../../../support/brokenService.ts";
import { NOW, storedOf } from "../../../support/stored.ts";

const options = { now: () => NOW, since: 0 };

tierContract("KV", () => ({
  tier: kvTier(env.THUMBS, options),
  async writeRaw(key, bytes, meta) {
    await env.THUMBS.put(key, bytes, meta === null ? {} : { metadata: meta });
  },
  broken: kvTier(brokenService(env.THUMBS), options),
  maxBytes: KV_MAX_BYTES,
}));

describe("KV alone", () => {
  test.each([
    ["a copy as old as the purge epoch is served", NOW, true],
    ["a copy older than the purge epoch is a miss", NOW + 1, false],
  ])("%s", async (_name, since, served) => {
    await kvTier(env.THUMBS, options).put("epoch", storedOf());
    const got = await kvTier(env.THUMBS, { now: () => NOW, since }).get("epoch");
    expect(got !== null).toBe(served);
  });

  test("a copy without its time is a miss once there was a purge", async () => {
    await env.THUMBS.put("x", storedOf().bytes, { metadata: { copied: "soon" } });
    expect(await kvTier(env.THUMBS, options).get("x")).toBeNull();
  });

  test.each([
    ["a fresh hour is kept a day longer", NOW + 3_600_000, 90_000],
    ["long stale is kept the least KV takes", NOW - 10 * 86_400_000, 60],
    ["a fresh year is kept 30 days", NOW + 365 * 86_400_000, 30 * 86_400],
  ])("%s", async (name, freshUntil, seconds) => {
    // Expiry counts from the service's clock, so the tier is given the real one here.
    const real = Date.now();
    const shifted = storedOf({ freshUntil: freshUntil - NOW + real });
    await kvTier(env.THUMBS, { now: () => real, since: 0 }).put(name, shifted);
    const page = await env.THUMBS.list({ prefix: name });
    const left = (page.keys[0]?.expiration ?? 0) - real / 1000;
    expect(left).toBeGreaterThan(seconds - 5);
    expect(left).toBeLessThan(seconds + 5);
  });
});
