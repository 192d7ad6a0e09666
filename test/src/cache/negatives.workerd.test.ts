import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { type NegativePlaces, recall, remember } from "../../../src/cache/negatives.ts";
import { Failure, type Reason } from "../../../src/errors.ts";
import { brokenService } from "../../support/brokenService.ts";
import { NOW } from "../../support/stored.ts";

let serial = 0;
const freshKey = () => `n/test/${++serial}`;
function places(over: Partial<NegativePlaces> = {}): NegativePlaces {
  return {
    memory: new Map(),
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
    expect(await remember(key, new Failure(reason, { value: 404 }), places())).toEqual(expected);
    expect((await recall(key, places()))?.reason).toBe(expected.length > 0 ? reason : undefined);
    const kvOnly = await recall(key, places({ cache: null }));
    expect(kvOnly?.reason).toBe((expected as readonly string[]).includes("kv") ? reason : undefined);
  });
});

describe("recall", () => {
  test("gives the public facts and never the detail", async () => {
    const key = freshKey();
    await remember(key, new Failure("source_missing", { value: 410 }, "internal detail"), places());
    const failure = await recall(key, places());
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
    await remember(key, new Failure("source_missing"), kept);
    expect((await recall(key, { ...kept, now: () => NOW + ms }))?.reason).toBe(reason);
  });

  test("a purge forgets", async () => {
    const key = freshKey();
    const kept = places();
    await remember(key, new Failure("source_missing"), kept);
    expect(await recall(key, { ...kept, epoch: NOW + 1 })).toBeNull();
  });

  test("what KV knew is then in this isolate's memory", async () => {
    const key = freshKey();
    await remember(key, new Failure("source_missing"), places());
    const memory = new Map();
    await recall(key, places({ memory, cache: null }));
    expect((await recall(key, places({ memory, cache: null, kv: brokenService(env.THUMBS) })))?.reason).toBe(
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
    expect(await recall(key, places())).toBeNull();
  });

  test("failing services are as good as empty, and remembering never throws", async () => {
    const broken = places({ kv: brokenService(env.THUMBS), cache: brokenService(caches.default) });
    const key = freshKey();
    expect(await recall(key, broken)).toBeNull();
    expect(await remember(key, new Failure("source_missing"), broken)).toEqual(["memory"]);
    expect((await recall(key, broken))?.reason).toBe("source_missing");
  });
});

test("a place that hangs is not waited for", async () => {
  const hung = { get: () => new Promise(() => {}) } as unknown as KVNamespace;
  const started = Date.now();
  expect(await recall(freshKey(), places({ cache: null, kv: hung }))).toBeNull();
  expect(Date.now() - started).toBeLessThan(1_500);
});

test("memory is bounded: the oldest leave", async () => {
  const kept = places({ cache: null });
  for (let i = 0; i < 5_001; i++) await remember(`n/many/${i}`, new Failure("source_failed"), kept);
  expect(kept.memory.size).toBe(5_000);
  expect(kept.memory.has("n/many/0")).toBe(false);
});
