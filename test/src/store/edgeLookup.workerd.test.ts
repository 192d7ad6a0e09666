import { describe, expect, test } from "vitest";
import { type EdgeLookupOptions, lookUpEdge } from "../../../src/store/edgeLookup.ts";
import { type EdgeHit, type EdgeTier, edgeTier } from "../../../src/store/tiers/edge.ts";
import { brokenService } from "../../support/brokenService.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };
const options = { origin: "https://glance.test", epoch: 0, now: () => NOW };
const edge = edgeTier(caches.default, options);

async function look(tier: EdgeTier | null, key: string, more: Partial<EdgeLookupOptions> = {}) {
  const asked: EdgeLookupOptions["asked"] = [];
  const seen = await lookUpEdge(tier, key, { now: () => NOW, windows, asked, ...more });
  return { ...seen, outcomes: asked.map(({ tier, outcome }) => `${tier}:${outcome}`) };
}
const bytesOf = async ({ body }: EdgeHit) => new Uint8Array(await new Response(body as BodyInit).arrayBuffer());

describe("a glance at the edge", () => {
  test("fresh: opened, read the first time in this isolate and passed through from then on", async () => {
    const stored = storedOf({ source: "https://example.org/fresh.jpg" });
    await edge.put("fresh", stored);
    for (const passed of [false, true, true]) {
      const { opened, outcomes } = await look(edge, "fresh");
      if (opened === null) throw new Error("a miss");
      expect(outcomes).toEqual(["edge:hit"]);
      expect(opened).toMatchObject({ meta: stored.meta, byteLength: stored.bytes.byteLength });
      expect(opened.body instanceof ReadableStream).toBe(passed);
      expect(await bytesOf(opened)).toEqual(stored.bytes);
    }
  });

  test("nothing there", async () => {
    expect(await look(edge, "none")).toEqual({ opened: null, outdated: false, outcomes: ["edge:miss"] });
  });

  test("no edge here: not asked", async () => {
    expect(await look(null, "none")).toEqual({ opened: null, outdated: false, outcomes: [] });
  });

  test.each([
    ["the last fresh millisecond", 0, false],
    ["stale by one", 1, true],
  ])("%s, by our clock", async (_, late, outdated) => {
    const stored = storedOf();
    await edge.put("stale", stored);
    // The second time it is a stream that is called off.
    for (let i = 0; i < 2; i++) {
      const { opened, ...seen } = await look(edge, "stale", { now: () => stored.meta.freshUntil + late });
      expect([opened === null, seen.outdated]).toEqual([outdated, outdated]);
      if (opened !== null) await bytesOf(opened);
    }
  });

  test("an edge that fails", async () => {
    const broken = edgeTier(brokenService(caches.default), options);
    expect(await look(broken, "fresh")).toEqual({ opened: null, outdated: false, outcomes: ["edge:error"] });
  });

  test("an edge that hangs is left", async () => {
    const hanging = { ...edge, open: () => new Promise<never>(() => {}) };
    expect((await look(hanging, "fresh", { waitMs: 10 })).outcomes).toEqual(["edge:late"]);
  });
});
