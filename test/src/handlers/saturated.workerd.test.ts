/** A reader of a picture whose host has used up its limits: waits, or is sent to the source. */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Config } from "../../../src/config/config.ts";
import { image } from "../../../src/handlers/image.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import { CONFIG, freshSource, jpegOf, type World, worldOf } from "../../support/world.workerd.ts";

const ONE_A_DAY = { politeness: { "pictures.test": { perDay: 1 } } };
const REDIRECT: Config = { ...CONFIG, ...ONE_A_DAY, onSaturation: "redirect" };

beforeEach(async () => {
  await reset();
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(await jpegOf(80, 60)));
});
afterEach(() => vi.restoreAllMocks());

const worldWith = (config: Config, bindings: Partial<Env> = {}, latest = config) =>
  worldOf({ config, latest, bindings, now: () => Date.now() });

async function ask({ app, caller, job, settled }: World, source: string, query = "w=40") {
  const url = `https://img.test/photon/${source.replace(/^https?:\/\//, "")}?${source.startsWith("https") ? "ssl=1&" : ""}${query}`;
  try {
    const { status, shared, headers } = await image(new Request(url), app, caller, job);
    return { status, location: headers.location, caching: shared.get("cache-control") };
  } catch (error) {
    const { reason, facts } = error as { reason: string; facts: { retryAfter?: number } };
    return { reason, retryAfter: facts.retryAfter };
  } finally {
    await settled();
  }
}

describe("the day's budget is used up", () => {
  test("wait: 503 at once, with the time until it comes again", async () => {
    const world = worldWith({ ...CONFIG, ...ONE_A_DAY });
    expect(await ask(world, freshSource())).toMatchObject({ status: 200 });
    const refused = await ask(world, freshSource());
    expect(refused).toMatchObject({ reason: "source_saturated" });
    expect(refused.retryAfter).toBeGreaterThan(80_000);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  const spend = async () => {
    const world = worldWith(REDIRECT);
    expect(await ask(world, freshSource())).toMatchObject({ status: 200 });
    return world;
  };

  test.each([
    ["a size", "w=40"],
    ["a size and a quality", "w=40&quality=80"],
  ])("redirect: 302 to the source, which nobody keeps: %s", async (_, query) => {
    const world = await spend();
    const source = freshSource();
    expect(await ask(world, source, query)).toEqual({ status: 302, location: source, caching: "no-store" });
    expect(world.job.trace).toMatchObject({ reason: "source_saturated", hit: null });
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test("redirect: a plain address becomes one with HTTPS, unless its host has none", async () => {
    const world = await spend();
    const source = freshSource();
    const plain = source.replace("https:", "http:");
    expect(await ask(world, plain)).toMatchObject({ status: 302, location: source });
    world.app.state.https.notePlainOnly("pictures.test", true, Date.now());
    expect(await ask(world, plain)).toMatchObject({ reason: "source_saturated" });
  });

  test.each([
    ["a part of the picture", "resize=40,40"],
    ["a crop", "crop=10,10,50,50&w=40"],
  ])("redirect: not for %s", async (_, query) => {
    const world = await spend();
    expect(await ask(world, freshSource(), query)).toMatchObject({ reason: "source_saturated" });
  });

  test("redirect: not for what is not allowed, nor for what was taken down meanwhile", async () => {
    await spend();
    const source = freshSource();
    const { source32 } = await sourceKeys(source);
    const blocked = { sources: new Set([source32]), hosts: new Set<string>() };
    const latest = worldWith(REDIRECT, {}, { ...REDIRECT, blocked });
    expect(await ask(latest, source)).toMatchObject({ reason: "blocked" });
    expect(await ask(worldWith({ ...REDIRECT, blocked }), source)).toMatchObject({ reason: "blocked" });
    const other = source.replace("pictures.test", "other.test");
    expect(await ask(worldWith(REDIRECT), other)).toMatchObject({ reason: "source_not_allowed" });
  });
});

test("a governor that fails stops no reader", async () => {
  const fails = () => Promise.reject(new Error("down"));
  const idFromName = (name: string) => env.GOVERNOR.idFromName(name);
  const broken = { idFromName, get: () => ({ ask: fails }) } as unknown as Env["GOVERNOR"];
  const world = worldWith({ ...CONFIG, ...ONE_A_DAY }, { GOVERNOR: broken });
  expect(await ask(world, freshSource())).toMatchObject({ status: 200 });
  // The isolate knows it by now: nobody waits for it.
  const started = Date.now();
  expect(await ask(world, freshSource())).toMatchObject({ status: 200 });
  expect(Date.now() - started).toBeLessThan(1_000);
});
