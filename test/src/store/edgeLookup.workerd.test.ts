import { describe, expect, test } from "vitest";
import { type EdgeLookupOptions, lookUpEdge } from "../../../src/store/edgeLookup.ts";
import { type EdgeHit, type EdgeTier, edgeTier } from "../../../src/store/tiers/edge.ts";
import { brokenService } from "../../support/brokenService.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };
const options = { origin: "https://look.test", epoch: 0, now: () => NOW };
const edge = edgeTier(caches.default, options);

async function look(tier: EdgeTier | null, key: string, more: Partial<EdgeLookupOptions> = {}) {
  const asked: EdgeLookupOptions["asked"] = [];
  const seen = await lookUpEdge(tier, key, { now: () => NOW, windows, asked, ...more });
  return { ...seen, outcomes: asked.map(({ tier, outcome }) => `${tier}:${outcome}`) };
}
const bytesOf = async ({ body }: EdgeHit) => new Uint8Array(await new Response(body as BodyInit).arrayBuffer());

describe("the edge look-up", () => {
  test("fresh: opened, read the first time in this isolate and passed through from then on", async () => {
    const stored = storedOf({ source: "https://example.org/fresh.jpg" });
    await edge.put("fresh", stored);
    for (const passed of [false, true, true]) {
      const { hit, outcomes } = await look(edge, "fresh");
      if (hit === null) throw new Error("a miss");
      expect(outcomes).toEqual(["edge:hit"]);
      expect(hit).toMatchObject({ meta: stored.meta, byteLength: stored.bytes.byteLength });
      expect(hit.body instanceof ReadableStream).toBe(passed);
      expect(await bytesOf(hit)).toEqual(stored.bytes);
    }
  });

  test("nothing there", async () => {
    expect(await look(edge, "none")).toEqual({ hit: null, outdated: false, refused: null, outcomes: ["edge:miss"] });
  });

  test("no edge here: not asked", async () => {
    expect(await look(null, "none")).toEqual({ hit: null, outdated: false, refused: null, outcomes: [] });
  });

  test.each([
    ["the last fresh millisecond", 0, false],
    ["stale by one", 1, true],
  ])("%s, by our clock", async (_, late, outdated) => {
    const stored = storedOf();
    await edge.put("stale", stored);
    // The second time it is a stream that is called off.
    for (let i = 0; i < 2; i++) {
      const { hit, ...seen } = await look(edge, "stale", { now: () => stored.meta.freshUntil + late });
      expect([hit === null, seen.outdated]).toEqual([outdated, outdated]);
      if (hit !== null) await bytesOf(hit);
    }
  });

  test.each([
    ["allowed", true, null],
    ["absent", false, null],
    ["blocked", false, "blocked"],
    ["unlisted", false, "unlisted"],
  ] as const)("a fresh copy that is %s for this caller", async (decision, given, refused) => {
    await edge.put("access", storedOf());
    const { hit, ...seen } = await look(edge, "access", { access: () => decision });
    expect(hit !== null).toBe(given);
    expect(seen).toEqual({ outdated: false, refused, outcomes: ["edge:hit"] });
    if (hit !== null) await bytesOf(hit);
  });

  test("a stale copy that is refused is not looked up again", async () => {
    const stored = storedOf();
    await edge.put("both", stored);
    const now = () => stored.meta.freshUntil + 1;
    expect(await look(edge, "both", { now, access: () => "blocked" })).toMatchObject({
      ...{ hit: null, outdated: false, refused: "blocked" },
    });
  });

  test("an edge that fails", async () => {
    const broken = edgeTier(brokenService(caches.default), options);
    expect(await look(broken, "fresh")).toEqual({
      hit: null,
      outdated: false,
      refused: null,
      outcomes: ["edge:error"],
    });
  });

  test("an edge that hangs is left", async () => {
    const hanging = { ...edge, open: () => new Promise<never>(() => {}) };
    expect((await look(hanging, "fresh", { waitMs: 10 })).outcomes).toEqual(["edge:late"]);
  });
});
