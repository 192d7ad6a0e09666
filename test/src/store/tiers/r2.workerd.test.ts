import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { encodeMeta } from "../../../../src/store/schema/meta.ts";
import { r2Tier } from "../../../../src/store/tiers/r2.ts";
import { tierContract } from "../../../contract/tier.ts";
import { brokenService } from "../../../support/brokenService.ts";
import { metaOf, storedOf } from "../../../support/stored.ts";

/** The usual limit is 16 MiB; what happens at a limit does not depend on it. */
const MAX_BYTES = 100_000;

for (const [name, bucket] of [
  ["region", env.R2_WEUR],
  ["primary", env.R2_PRIMARY],
] as const) {
  tierContract(`R2 as ${name}`, () => ({
    tier: r2Tier(bucket, name, "R2", MAX_BYTES),
    async writeRaw(key, bytes, meta) {
      await bucket.put(key, bytes, meta === null ? {} : { customMetadata: meta });
    },
    broken: r2Tier(brokenService(bucket), name, "R2"),
    maxBytes: MAX_BYTES,
  }));
}

describe("R2 alone", () => {
  test("ifAbsent leaves what is there", async () => {
    const tier = r2Tier(env.R2_WEUR, "region", "R2_WEUR");
    expect(await tier.put("k", storedOf({ sourceHash: "00000001" }), { ifAbsent: true })).toBe("stored");
    expect(await tier.put("k", storedOf({ sourceHash: "00000002" }), { ifAbsent: true })).toBe("present");
    expect((await tier.get("k"))?.meta.sourceHash).toBe("00000001");
  });

  test.each([
    ["overtaken before its answer: the body is cancelled, not read", true],
    ["overtaken by nobody: the body is read", false],
  ])("a read that is %s", async (_, aborted) => {
    const object = {
      size: 9,
      body: { cancel: vi.fn(async () => {}) },
      arrayBuffer: vi.fn(async () => new ArrayBuffer(9)),
    };
    const bucket = { get: async () => object } as unknown as R2Bucket;
    expect(await r2Tier(bucket, "primary", "R2").get("k", { aborted })).toBeNull();
    expect(object.body.cancel).toHaveBeenCalledTimes(aborted ? 1 : 0);
    expect(object.arrayBuffer).toHaveBeenCalledTimes(aborted ? 0 : 1);
  });

  test("a copy is put over what the bucket received before a time, and over nothing newer", async () => {
    const tier = r2Tier(env.R2_WEUR, "region", "R2_WEUR");
    const at = async () => (await tier.getUploaded("over"))?.uploaded.getTime() ?? 0;
    expect(await tier.putOver("over", storedOf({ sourceHash: "00000001" }), new Date(1))).toBe("stored");
    const first = await at();
    expect(await tier.putOver("over", storedOf({ sourceHash: "00000002" }), new Date(first))).toBe("present");
    expect(await tier.putOver("over", storedOf({ sourceHash: "00000003" }), new Date(first + 1))).toBe("stored");
    expect((await tier.get("over"))?.meta.sourceHash).toBe("00000003");
  });

  test("an object over the size limit is a miss, its body not read", async () => {
    await env.R2_WEUR.put("big", storedOf({}, MAX_BYTES + 1).bytes, { customMetadata: encodeMeta(metaOf(), 900) });
    expect(await r2Tier(env.R2_WEUR, "region", "R2_WEUR", MAX_BYTES).get("big")).toBeNull();
    expect(await r2Tier(env.R2_WEUR, "region", "R2_WEUR").get("big")).not.toBeNull();
  });

  test("the metadata is readable by a listing, with the source, its hash and the maker", async () => {
    await r2Tier(env.R2_WEUR, "region", "R2_WEUR").put("2/t/l/1", storedOf());
    const page = await env.R2_WEUR.list({ prefix: "2/t/l/", include: ["customMetadata"] });
    expect(page.objects[0]?.customMetadata).toMatchObject({
      source: "https://example.org/a.jpg",
      hash: "0badcafe",
      maker: "1-libwebp1",
    });
  });
});
