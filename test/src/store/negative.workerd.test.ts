import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { Failure, type Reason } from "../../../src/errors.ts";
import { getNegative, type NegativeStores, newNegativeMemory, putNegative } from "../../../src/store/negative.ts";
import { brokenService } from "../../support/brokenService.ts";
import { NOW } from "../../support/stored.ts";

const YES = () => true;
let serial = 0;
const freshKey = () => `2/n/test/${++serial}`;
function places(over: Partial<NegativeStores> = {}): NegativeStores {
  return {
    memory: newNegativeMemory(),
    cache: caches.default,
    kv: env.THUMBS,
    origin: "https://img.test",
    epoch: 0,
    now: () => NOW,
    ...over,
  };
}

describe("where a failure is remembered", () => {
  test.each([
    ["source_missing", ["memory", "edge", "kv"]],
    ["not_an_image", ["memory", "edge", "kv"]],
    ["source_too_many_pixels", ["memory", "edge", "kv"]],
    ["source_failed", ["memory", "edge"]],
    ["source_timeout", ["memory", "edge"]],
    ["source_breaker_open", []],
    ["queue_full", []],
    ["blocked", []],
    ["option_invalid", []],
    ["result_too_large", []],
    ["internal", []],
  ] as const satisfies readonly (readonly [Reason, readonly string[]])[])("%s: %s", async (reason, expected) => {
    const key = freshKey();
    expect(await putNegative(key, new Failure(reason, { value: 404 }), places(), YES)).toEqual(expected);
    expect((await getNegative(key, places()))?.reason).toBe(expected.length > 0 ? reason : undefined);
    const kvOnly = await getNegative(key, places({ cache: null }));
    expect(kvOnly?.reason).toBe((expected as readonly string[]).includes("kv") ? reason : undefined);
  });
});

test.each([
  [0, []],
  [999, []],
  [1_000, ["memory", "edge"]],
  [60_000, ["memory", "edge", "kv"]],
])("a failure that nobody may keep for longer than %i ms is in %j", async (ms, expected) => {
  const failure = new Failure("source_missing", { value: 404 }).notPast(NOW + ms);
  expect(await putNegative(freshKey(), failure, places(), YES)).toEqual(expected);
});

describe("getNegative", () => {
  test("gives the public facts and never the detail", async () => {
    const key = freshKey();
    await putNegative(key, new Failure("source_missing", { value: 410 }, "internal detail"), places(), YES);
    const failure = await getNegative(key, places());
    expect(failure?.facts).toEqual({ value: 410 });
    expect(failure?.detail).toBeUndefined();
    expect(await env.THUMBS.get(key)).not.toContain("internal detail");
  });

  test.each([
    [299_999, "source_missing"],
    [300_000, undefined],
  ])("after %i ms of its 300 s: %s", async (ms, reason) => {
    const key = freshKey();
    const kept = places();
    await putNegative(key, new Failure("source_missing"), kept, YES);
    expect((await getNegative(key, { ...kept, now: () => NOW + ms }))?.reason).toBe(reason);
  });

  test("says that it is remembered, and until when", async () => {
    const key = freshKey();
    expect((await putNegative(key, new Failure("source_missing"), places(), YES)).length).toBe(3);
    const later = NOW + 100_000;
    const failure = await getNegative(key, places({ now: () => later }));
    expect(failure?.keeping).toEqual({ remembered: true, until: NOW + 300_000 });
  });

  describe("a source that says when to come again", () => {
    test.each([
      ["sooner than its reason says", 10, 30_000, ["memory", "edge"]],
      ["later", 59, 59_000, ["memory", "edge"]],
      ["late enough for KV", 120, 120_000, ["memory", "edge", "kv"]],
      ["at the cap", 600, 600_000, ["memory", "edge", "kv"]],
      ["tomorrow", 86_400, 600_000, ["memory", "edge", "kv"]],
    ])("%s: Retry-After %i is %i ms", async (_, retryAfter, ms, where) => {
      const key = freshKey();
      const refused = new Failure("source_refused", { value: 429, retryAfter });
      const kept = places();
      expect(await putNegative(key, refused, kept, YES)).toEqual(where);
      expect((await getNegative(key, { ...kept, now: () => NOW + ms - 1 }))?.reason).toBe("source_refused");
      expect(await getNegative(key, { ...kept, now: () => NOW + ms })).toBeNull();
    });

    test("what is left of it is told on", async () => {
      const key = freshKey();
      const kept = places();
      await putNegative(key, new Failure("source_refused", { value: 429, retryAfter: 120 }), kept, YES);
      const at = async (ms: number) => (await getNegative(key, { ...kept, now: () => NOW + ms }))?.facts.retryAfter;
      expect([await at(0), await at(20_500), await at(119_999)]).toEqual([120, 100, 1]);
    });
  });

  test("a picture taken down meanwhile leaves nothing in edge or KV", async () => {
    const key = freshKey();
    expect(await putNegative(key, new Failure("source_missing"), places(), async () => false)).toEqual(["memory"]);
    expect(await getNegative(key, places())).toBeNull();
    const unknown = () => Promise.reject(new Error("settings cannot be read"));
    expect(await putNegative(key, new Failure("source_missing"), places(), unknown)).toEqual(["memory"]);
    expect(await env.THUMBS.get(key)).toBeNull();
  });

  test("a purge forgets", async () => {
    const key = freshKey();
    const kept = places();
    await putNegative(key, new Failure("source_missing"), kept, YES);
    expect(await getNegative(key, { ...kept, epoch: NOW + 1 })).toBeNull();
  });

  test("what KV knew is then in this isolate's memory", async () => {
    const key = freshKey();
    await putNegative(key, new Failure("source_missing"), places(), YES);
    const memory = newNegativeMemory();
    await getNegative(key, places({ memory, cache: null }));
    expect((await getNegative(key, places({ memory, cache: null, kv: brokenService(env.THUMBS) })))?.reason).toBe(
      "source_missing",
    );
  });

  test.each([
    ["no JSON", "{"],
    ["a reason of a newer Worker", JSON.stringify({ reason: "later", until: NOW + 1000, at: NOW })],
    ["a reason that is not the source's", JSON.stringify({ reason: "internal", until: NOW + 1000, at: NOW })],
    ["no end", JSON.stringify({ reason: "source_missing", at: NOW })],
  ])("%s is nothing", async (_name, text) => {
    const key = freshKey();
    await env.THUMBS.put(key, text);
    expect(await getNegative(key, places())).toBeNull();
  });

  test("failing services are as good as empty, and remembering never throws", async () => {
    const broken = places({ kv: brokenService(env.THUMBS), cache: brokenService(caches.default) });
    const key = freshKey();
    expect(await getNegative(key, broken)).toBeNull();
    expect(await putNegative(key, new Failure("source_missing"), broken, YES)).toEqual(["memory"]);
    expect((await getNegative(key, broken))?.reason).toBe("source_missing");
  });
});

test("a place that hangs is not waited for", async () => {
  const hung = { get: () => new Promise(() => {}) } as unknown as KVNamespace;
  const started = Date.now();
  expect(await getNegative(freshKey(), places({ cache: null, kv: hung }))).toBeNull();
  expect(Date.now() - started).toBeLessThan(1_500);
});

test("memory is bounded: the oldest leave", async () => {
  const kept = places({ cache: null });
  for (let i = 0; i < 5_001; i++) await putNegative(`2/n/many/${i}`, new Failure("source_failed"), kept, YES);
  expect(kept.memory.size).toBe(5_000);
  expect(kept.memory.get("2/n/many/0")).toBeUndefined();
  expect(kept.memory.get("2/n/many/1")).toBeDefined();
});
