import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { kvHostStore } from "../../../src/origin/hostStore.ts";
import { brokenService } from "../../support/brokenService.ts";

const store = kvHostStore(env.THUMBS);

test("what one isolate writes another reads, and closing takes it away", async () => {
  const now = Date.now();
  const open = { until: now + 90_000, opens: 2, soft: true, told: true };
  expect(await store.read("a.test")).toBeNull();
  await store.write("a.test", open, now);
  expect(await store.read("a.test")).toEqual(open);
  expect(await store.read("b.test")).toBeNull();
  await store.write("a.test", null, now);
  expect(await env.THUMBS.get("b/a.test")).toBeNull();
});

test.each([
  ["shorter than KV keeps anything", 10_000, 60],
  ["as long as it is open", 90_000, 90],
])("it goes by itself: %s", async (_name, ms, seconds) => {
  const now = Date.now();
  await store.write("c.test", { until: now + ms, opens: 1, soft: false, told: true }, now);
  const { keys } = await env.THUMBS.list({ prefix: "b/c.test" });
  expect(Math.abs((keys[0]?.expiration ?? 0) - now / 1000 - seconds)).toBeLessThanOrEqual(2);
});

test.each(["no JSON", "{}", '{"until":"soon","opens":1}', "null"])(
  "a value that is none of ours counts as nothing: %s",
  async (text) => {
    await env.THUMBS.put("b/d.test", text);
    expect(await store.read("d.test")).toBeNull();
  },
);

test("a failing KV stops nobody", async () => {
  const broken = kvHostStore(brokenService(env.THUMBS));
  expect(await broken.read("a.test")).toBeNull();
  await expect(broken.write("a.test", { until: 1, opens: 1, soft: false, told: true }, 0)).resolves.toBeUndefined();
  await expect(broken.write("a.test", null, 0)).resolves.toBeUndefined();
});
