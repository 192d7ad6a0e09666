import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { authorize } from "../../../src/rendition/authorize.ts";
import { getRendition } from "../../../src/rendition/getRendition.ts";
import type { RenditionRequest } from "../../../src/request/imageRequest.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import { FINAL, metaOf, NOW } from "../../support/stored.ts";
import { CONFIG, freshSource, jpegOf, requestOf, worldOf } from "../../support/world.workerd.ts";

afterEach(() => vi.restoreAllMocks());

describe("while the source fails, a caller who finds nothing does not speak for one who", () => {
  /** A copy past its stale-while-revalidate in the region weur, from an address that is not listed. */
  async function storeOld(request: RenditionRequest) {
    const world = worldOf();
    const { key } = await authorize(request, world.app, world.caller, world.job);
    const final = { ...FINAL, url: "https://elsewhere.test/1.jpg" };
    const freshUntil = NOW - (CONFIG.staleWhileRevalidateSeconds + 1) * 1000;
    const meta = metaOf({ final, format: "jpeg", width: 40, height: 30, storedAt: freshUntil - 1000, freshUntil });
    await r2Tier(env.R2_WEUR, "region", "r").put(key, { bytes: await jpegOf(40, 30), meta });
  }

  test.each([
    ["is held to no list", { authority: "list", region: "weur" }],
    ["is in another region", { authority: "signature", region: "apac" }],
  ] as const)("%s", async (_, { authority, region }) => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(null, { status: 404 }));
    const world = worldOf();
    const signed: RenditionRequest = { ...requestOf(freshSource()), authority: "signature" };
    await storeOld(signed);
    const ask = async (request: RenditionRequest, caller = world.caller) => {
      const { app, job } = world;
      const got = await getRendition(request, await authorize(request, app, caller, job), app, caller, job);
      await world.settled();
      return got.meta.width;
    };
    for (let times = 0; times < 2; times++) {
      const asked = ask({ ...signed, authority }, { ...world.caller, region });
      await expect(asked).rejects.toMatchObject({ reason: "source_missing" });
    }
    expect(await ask(signed)).toBe(40);
  });
});
