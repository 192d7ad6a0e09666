import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { NO_LIMITS } from "../../../src/config/politeness.ts";
import type { Grant } from "../../../src/coordinate/coordinatorState.ts";
import type { GovernorAnswer, GovernorCall } from "../../../src/origin/governor/port.ts";
import { authorize } from "../../../src/rendition/authorize.ts";
import { getRendition } from "../../../src/rendition/getRendition.ts";
import type { RenditionRequest } from "../../../src/request/imageRequest.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import { FINAL, metaOf, NOW } from "../../support/stored.ts";
import {
  CONFIG,
  configWith,
  freshSource,
  jpegOf,
  requestOf,
  type World,
  worldOf,
} from "../../support/world.workerd.ts";

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

test("who asks after a purge of a redirect's target does not get what was begun before it", async () => {
  const target = "https://elsewhere.test/1.jpg";
  const { host16 } = await sourceKeys(target);
  const request: RenditionRequest = { ...requestOf(freshSource()), authority: "signature" };
  const pictures = [await jpegOf(80, 60, 10), await jpegOf(80, 60, 200)];
  let answer = () => {};
  const first = new Promise<void>((resolve) => (answer = resolve));
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    if (String(input) !== target) return Response.redirect(target, 302);
    const picture = pictures.shift();
    if (pictures.length === 1) await first;
    return new Response(picture);
  });
  const before = worldOf();
  const after = worldOf({ config: configWith({ epochs: { [host16]: NOW + 1_000 } }), now: () => NOW + 2_000 });
  const ask = async ({ app, caller, job }: World) => {
    const shared = { ...app, state: before.app.state };
    const { meta } = await getRendition(request, await authorize(request, shared, caller, job), shared, caller, job);
    return [meta.storedAt, meta.sourceHash];
  };
  const asked = [ask(before)];
  await vi.waitFor(() => expect(pictures).toHaveLength(1));
  asked.push(ask(after));
  await vi.waitFor(() => expect(before.app.state.flights.size).toBe(1));
  answer();
  const [old, renewed] = await Promise.all(asked);
  expect([old?.[0], renewed?.[0]]).toEqual([NOW, NOW + 2_000]);
  expect(old?.[1]).not.toBe(renewed?.[1]);
  await Promise.all([before.settled(), after.settled()]);
});

test("who waits for another request's work gives back the grant that it has asked for ahead", async () => {
  let ended = (_: Grant) => {};
  const coordinator = {
    ask: (_: string, __: string, waitMs: number): Promise<Grant> =>
      waitMs === 0 ? Promise.resolve({ do: "wait", until: 1 }) : new Promise((resolve) => (ended = resolve)),
    report: async () => {},
  };
  const released: string[] = [];
  const governor = {
    ask: async ({ wants, releases }: GovernorCall): Promise<GovernorAnswer> => {
      released.push(...releases.map(({ answer }) => answer.kind));
      const terms = { startInMs: 0, startWithinMs: 1_000, leaseMs: 60_000, bytes: null };
      const grants = wants.map(({ ticket }) => ({ ticket, id: crypto.randomUUID(), ...terms }));
      return { heldMs: 0, refusals: [], renewed: [], limits: NO_LIMITS, governedMs: 60_000, grants };
    },
  };
  const stubs = { idFromName: (name: string) => name };
  const bindings = {
    COORDINATOR: { ...stubs, get: () => coordinator },
    GOVERNOR: { ...stubs, get: () => governor },
  } as unknown as Partial<Env>;
  const config = { ...CONFIG, politeness: { "pictures.test": { ...NO_LIMITS, concurrency: 1 } } };
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(null, { status: 404 }));
  const { app, caller, job, settled } = worldOf({ bindings, config, now: () => Date.now() });
  const request = requestOf(freshSource());
  const answer = getRendition(request, await authorize(request, app, caller, job), app, caller, job).catch(() => {});
  await vi.waitFor(() => expect(released).toEqual(["unused"]), { timeout: 1_500 });
  ended({ do: "fetch" });
  await answer;
  await settled();
});
