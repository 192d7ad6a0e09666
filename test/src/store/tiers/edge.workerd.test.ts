import { describe, expect, test } from "vitest";
import { edgeUrl } from "../../../../src/store/schema/key.ts";
import { edgeTier, edgeWorks } from "../../../../src/store/tiers/edge.ts";
import { tierContract } from "../../../contract/tier.ts";
import { brokenService } from "../../../support/brokenService.ts";
import { NOW, storedOf } from "../../../support/stored.ts";

/** The usual limit is 16 MiB; what happens at a limit does not depend on it. */
const MAX_BYTES = 100_000;
const options = { origin: "https://img.test", epoch: 0, now: () => NOW };

tierContract("the edge cache", () => ({
  tier: edgeTier(caches.default, { ...options, maxBytes: MAX_BYTES }),
  async writeRaw(key, bytes, meta) {
    const headers = new Headers({ "cache-control": "max-age=60" });
    if (meta !== null) headers.set("x-firstlight-meta", JSON.stringify(meta));
    await caches.default.put(edgeUrl("https://img.test", 0, key), new Response(bytes, { headers }));
  },
  broken: edgeTier(brokenService(caches.default), options),
  maxBytes: MAX_BYTES,
}));

describe("the edge cache alone", () => {
  test("another purge epoch is a miss", async () => {
    await edgeTier(caches.default, options).put("k", storedOf());
    expect(await edgeTier(caches.default, { ...options, epoch: 1 }).get("k")).toBeNull();
    expect(await edgeTier(caches.default, options).get("k")).not.toBeNull();
  });

  test("metadata that is no JSON is a miss", async () => {
    const headers = { "cache-control": "max-age=60", "x-firstlight-meta": "{" };
    await caches.default.put(edgeUrl("https://img.test", 0, "j"), new Response(storedOf().bytes, { headers }));
    expect(await edgeTier(caches.default, options).get("j")).toBeNull();
  });

  test("a stale picture is not kept, one with a second left is", async () => {
    const tier = edgeTier(caches.default, options);
    expect(await tier.put("s", storedOf({ freshUntil: NOW + 999 }))).toBe("refused");
    expect(await tier.put("s", storedOf({ freshUntil: NOW + 1000 }))).toBe("stored");
  });

  test.each([
    ["img.example.org", true],
    ["127.0.0.1", true],
    ["firstlight.me.workers.dev", false],
    ["workers.dev", false],
    ["notworkers.dev", true],
  ])("edgeWorks(%s) is %s", (host, works) => expect(edgeWorks(host)).toBe(works));
});
