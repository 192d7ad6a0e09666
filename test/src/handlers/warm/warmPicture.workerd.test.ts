import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { warmPicture } from "../../../../src/handlers/warm/warmPicture.ts";
import { authorize } from "../../../../src/rendition/authorize.ts";
import { getRendition } from "../../../../src/rendition/getRendition.ts";
import { sourceKeys } from "../../../../src/store/schema/key.ts";
import { newTrace } from "../../../../src/telemetry.ts";
import { brokenService } from "../../../support/brokenService.ts";
import { NOW } from "../../../support/stored.ts";
import { pause } from "../../../support/uncoordinated.workerd.ts";
import {
  CONFIG,
  configWith,
  freshSource,
  jpegOf,
  requestOf,
  type World,
  type WorldOptions,
  worldOf,
} from "../../../support/world.workerd.ts";

const LATER = NOW + 60_000;
const SECONDS = { "cache-control": "max-age=86400" };
let lines: Record<string, unknown>[] = [];

beforeEach(() => {
  lines = [];
  for (const level of ["log", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(JSON.parse(line)));
  }
  vi.spyOn(globalThis, "fetch").mockImplementation(
    async () => new Response(await jpegOf(80, 60), { headers: SECONDS }),
  );
});
afterEach(() => vi.restoreAllMocks());

const warmWorld = (options: WorldOptions = {}) =>
  worldOf({ ...options, caller: { audience: "warm", isRateLimited: false, ...options.caller } });

async function push({ app, caller, job }: World, source: string, expires = LATER, plainSource?: string) {
  const request = { ...requestOf(source), ...(plainSource === undefined ? {} : { plainSource }) };
  const trace = { ...newTrace("warm", caller.region, caller.colo, "ray-of-the-push"), door: request.grammar };
  return warmPicture({ request, trace }, app, caller, job, expires);
}

/** R2 without the methods that write. */
function readOnly(bucket: R2Bucket): R2Bucket {
  return new Proxy(bucket, {
    get(target, name) {
      if (name === "put") return async () => Promise.reject(new Error("service unavailable (simulated)"));
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

describe("what becomes of a picture of a push", () => {
  test("made; copied once more, because the primary got it after the region; then present; a line for each", async () => {
    const world = warmWorld();
    const source = freshSource();
    const results = [];
    for (let times = 0; times < 3; times++) {
      results.push((await push(world, source)).outcome);
      await world.settled();
      await pause(2);
    }
    expect(results).toEqual(["made", "made", "present"]);
    const shared = { audience: "warm", door: "imgproxy", ray: "ray-of-the-push", status: 200, reason: "ok" };
    expect(lines).toEqual([
      expect.objectContaining({ ...shared, outcome: "made", hit: null }),
      expect.objectContaining({ ...shared, outcome: "made", hit: "primary" }),
      expect.objectContaining({ ...shared, outcome: "present", hit: "primary" }),
    ]);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["at its deadline it still begins", NOW, { outcome: "made" }],
    ["a millisecond later it has expired", NOW - 1, { outcome: "expired" }],
  ] as const)("%s", async (_, expires, result) => {
    const world = warmWorld();
    expect(await push(world, freshSource(), expires)).toEqual(result);
    await world.settled();
    if (result.outcome === "expired") expect(lines[0]).toMatchObject({ reason: "deadline", status: 0 });
  });

  test("a copy from the primary is made", async () => {
    const source = freshSource();
    const world = warmWorld();
    await push(world, source);
    await world.settled();
    const elsewhere = warmWorld({ caller: { region: "apac" } });
    expect(await push(elsewhere, source)).toEqual({ outcome: "made" });
    expect(lines[1]).toMatchObject({ outcome: "made", hit: "primary", region: "apac" });
  });

  test("made over HTTP when its address had no scheme and HTTPS cannot be reached, as for a reader", async () => {
    const source = freshSource();
    const plain = source.replace("https:", "http:");
    vi.mocked(fetch).mockImplementation(async (input) => {
      if (new Request(input as RequestInfo).url.startsWith("https:")) throw new TypeError("Network connection lost.");
      return new Response(await jpegOf(80, 60), { headers: SECONDS });
    });
    const world = warmWorld();
    expect(await push(world, source)).toEqual({ outcome: "failed", reason: "source_unreachable" });
    expect(await push(world, source, LATER, plain)).toEqual({ outcome: "made" });
    await world.settled();
    expect(lines[1]).toMatchObject({ outcome: "made", reason: "ok", status: 200 });
  });

  test("refused by a takedown since it was accepted", async () => {
    const source = freshSource();
    const { source32 } = await sourceKeys(source);
    const config = configWith({ blocked: { sources: new Set([source32]), hosts: new Set() } });
    expect(await push(warmWorld({ config }), source)).toEqual({ outcome: "refused", reason: "blocked" });
    expect(lines[0]).toMatchObject({ outcome: "refused", reason: "blocked", status: 451 });
  });

  test("failed with the source's reason", async () => {
    vi.mocked(fetch).mockImplementation(async () => new Response(null, { status: 404 }));
    const world = warmWorld();
    expect(await push(world, freshSource())).toEqual({ outcome: "failed", reason: "source_missing" });
    await world.settled();
    expect(lines[0]).toMatchObject({ outcome: "failed", reason: "source_missing", status: 404 });
  });

  test("failed, though the region has an old copy for the time that the source fails", async () => {
    let now = NOW;
    const world = warmWorld({ now: () => now });
    const source = freshSource();
    await push(world, source);
    await world.settled();
    now += (86_400 + CONFIG.staleWhileRevalidateSeconds + 1) * 1000;
    vi.mocked(fetch).mockImplementation(async () => new Response(null, { status: 500 }));
    expect(await push(world, source, now)).toMatchObject({ outcome: "failed" });
    await world.settled();
    expect(lines[1]).toMatchObject({ outcome: "failed", reason: "source_failed", status: 502 });
  });

  test.each([
    ["takes no writes", readOnly(env.R2_WEUR)],
    ["fails altogether", brokenService(env.R2_WEUR)],
  ])("made, but the region's store %s: it is not warm", async (_, R2_WEUR) => {
    const world = warmWorld({ bindings: { R2_WEUR } });
    expect(await push(world, freshSource())).toEqual({ outcome: "failed", reason: "not_stored" });
    await world.settled();
    expect(lines[0]).toMatchObject({ outcome: "failed", reason: "not_stored", status: 503 });
  });

  test("a reader who renders it at the same time: the push waits until it is stored", async () => {
    const world = warmWorld();
    const source = freshSource();
    const reader = worldOf();
    const app = { ...reader.app, state: world.app.state };
    const request = requestOf(source);
    const store = await authorize(request, app, reader.caller, reader.job);
    const reading = getRendition(request, store, app, reader.caller, reader.job);
    const result = await push(world, source);
    expect(result.outcome).toBe("made");
    expect(await env.R2_WEUR.head(store.key)).not.toBeNull();
    await reading;
    await Promise.all([world.settled(), reader.settled()]);
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});
