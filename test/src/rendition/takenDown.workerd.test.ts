import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Config } from "../../../src/config/config.ts";
import { Lease } from "../../../src/coordinate/lease.ts";
import { Failure } from "../../../src/errors.ts";
import { renderMiss } from "../../../src/rendition/renderMiss.ts";
import { putNegative } from "../../../src/store/negative.ts";
import { putOriginal } from "../../../src/store/original.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import type { Provenance } from "../../../src/store/tiers/tier.ts";
import { FINAL, metaOf, originalOf } from "../../support/stored.ts";
import { configWith, freshSource, jpegOf, missOf, requestOf, worldOf } from "../../support/world.workerd.ts";

/** Stands for all sources: answers as told, and counts. */
function sourceIs(answer: () => Response | Promise<Response>) {
  return vi.spyOn(globalThis, "fetch").mockImplementation(async () => answer());
}
afterEach(() => vi.restoreAllMocks());

/** A size of 200 x 150 in the primary, from which one of 40 can be made. */
async function storeLarge(source: string, over: Partial<Provenance> = {}): Promise<void> {
  const { store } = await missOf(requestOf(source, { width: 200, height: 200 }), worldOf());
  const whole = { quality: 0, sourceWidth: 400, sourceHeight: 300 };
  const meta = metaOf({ source, format: "jpeg", width: 200, height: 150, whole, ...over });
  await r2Tier(env.R2_PRIMARY, "primary", "p").put(store.key, { bytes: await jpegOf(200, 150), meta });
}

describe("what came from an address that was taken down", () => {
  const FROM = { ...FINAL, source32: "b".repeat(32), host16: "b".repeat(16), url: "https://b.test/1.jpg" };
  const LISTED = { ...configWith({}), allowedSources: ["pictures.test", "b.test"] };
  const BLOCKED = { ...LISTED, blocked: { sources: new Set([FROM.source32]), hosts: new Set<string>() } };
  const nothing = () => new Response(null, { status: 404 });

  /** What is stored of a source that another address of it gave. */
  const WAYS = [
    ["a larger size", (source: string) => storeLarge(source, { final: FROM })],
    [
      "a master",
      async (source: string) => {
        const whole = { quality: 82, sourceWidth: 400, sourceHeight: 300 };
        const meta = metaOf({ source, final: FROM, format: "jpeg", width: 200, height: 150, whole });
        const { master } = await sourceKeys(source);
        await r2Tier(env.R2_PRIMARY, "primary", "p").put(master, { bytes: await jpegOf(200, 150), meta });
      },
    ],
    [
      "the original",
      async (source: string) => {
        const original = originalOf(await jpegOf(80, 60), { source, final: FROM });
        await putOriginal(env.R2_WEUR, (await sourceKeys(source)).original, original);
      },
    ],
  ] as const;
  const render = async (config: Config, source: string) => {
    const world = worldOf({ config });
    const lease = new Lease({ ask: async () => ({ do: "render" }), report: async () => {} }, "t", "k");
    return renderMiss(await missOf(requestOf(source), world, { lease }), world.app, world.caller, world.job);
  };

  test.each(WAYS)(
    "%s: a new size is 451, the source is not asked, and nothing is made while it fails",
    async (_, store) => {
      const asked = sourceIs(nothing);
      const source = freshSource();
      await store(source);
      await expect(render(BLOCKED, source)).rejects.toMatchObject({ reason: "blocked" });
      expect(asked).not.toHaveBeenCalled();
      expect((await render(LISTED, source)).stored.meta.width).toBe(40);
    },
  );

  test.each(WAYS)("%s: 451 too while a failure of the source is remembered", async (_, store) => {
    const source = freshSource();
    await store(source);
    const { store: places } = await missOf(requestOf(source), worldOf());
    const failure = new Failure("source_failed", { value: 500 });
    await putNegative(places.keys.negative, failure, places.negatives, () => true);
    await expect(render(BLOCKED, source)).rejects.toMatchObject({ reason: "blocked" });
  });

  test.each(WAYS)(
    "%s: who is held to a list does not get what a signed request brought from elsewhere",
    async (_, store) => {
      const asked = sourceIs(nothing);
      const source = freshSource();
      await store(source);
      await expect(render(configWith({}), source)).rejects.toMatchObject({ reason: "source_missing" });
      expect(asked).toHaveBeenCalledTimes(1);
    },
  );
});
