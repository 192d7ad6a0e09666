import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { NO_NEWS } from "../../../src/origin/hostNews.ts";
import { kvHostStore } from "../../../src/origin/hostStore.ts";
import { brokenService } from "../../support/brokenService.ts";

const store = kvHostStore(env.THUMBS);

test("what one isolate writes another reads, and closing takes it away", async () => {
  const now = Date.now();
  const open = { until: now + 90_000, opens: 2, soft: true, told: true };
  expect(await store.read("a.test")).toEqual(NO_NEWS);
  await store.write("a.test", { open, governedUntil: 0 }, now);
  expect(await store.read("a.test")).toEqual({ open, governedUntil: 0 });
  expect(await store.read("b.test")).toEqual(NO_NEWS);
  await store.write("a.test", NO_NEWS, now);
  expect(await env.THUMBS.get("b/a.test")).toBeNull();
});

test("a host that has refused keeps its governor when its breaker closes", async () => {
  const now = Date.now();
  const open = { until: now + 90_000, opens: 2, soft: false, told: true };
  const governedUntil = now + 3_600_000;
  await store.write("g.test", { open, governedUntil }, now);
  expect(await store.read("g.test")).toEqual({ open, governedUntil });
  await store.write("h.test", { open: null, governedUntil }, now);
  expect(await store.read("h.test")).toEqual({ open: null, governedUntil });
});

test("a value of an older Worker knows of breakers only", async () => {
  await env.THUMBS.put("b/e.test", '{"until":7,"opens":1,"soft":false}');
  const open = { until: 7, opens: 1, soft: false, told: true };
  expect(await store.read("e.test")).toEqual({ open, governedUntil: 0 });
});

test.each([
  ["shorter than KV keeps anything", 10_000, 60],
  ["as long as it is open", 90_000, 90],
])("it goes by itself: %s", async (_name, ms, seconds) => {
  const now = Date.now();
  const open = { until: now + ms, opens: 1, soft: false, told: true };
  await store.write("c.test", { open, governedUntil: 0 }, now);
  const { keys } = await env.THUMBS.list({ prefix: "b/c.test" });
  expect(Math.abs((keys[0]?.expiration ?? 0) - now / 1000 - seconds)).toBeLessThanOrEqual(2);
});

test.each(["no JSON", "{}", '{"governedUntil":"soon"}', '{"until":"soon","opens":1}', "null"])(
  "a value that is none of ours counts as nothing: %s",
  async (text) => {
    await env.THUMBS.put("b/d.test", text);
    expect(await store.read("d.test")).toEqual(NO_NEWS);
  },
);

test("a failing KV stops nobody", async () => {
  const broken = kvHostStore(brokenService(env.THUMBS));
  expect(await broken.read("a.test")).toEqual(NO_NEWS);
  const open = { until: 1, opens: 1, soft: false, told: true };
  await expect(broken.write("a.test", { open, governedUntil: 0 }, 0)).resolves.toBeUndefined();
  await expect(broken.write("a.test", NO_NEWS, 0)).resolves.toBeUndefined();
});
