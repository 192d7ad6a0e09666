/** How many trips to far stores an answer takes one after another, with the settings in the isolate's memory. */
import { createExecutionContext, reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createRouter } from "../../src/app.ts";
import { type IsolateState, newIsolateState } from "../../src/context/isolateState.ts";
import { readConfig } from "../../src/context/readConfig.ts";
import { readImageRequest } from "../../src/request/readImageRequest.ts";
import { signBody } from "../../src/request/signing/signedBody.ts";
import { namesOf } from "../../src/store/renditionStore.ts";
import { r2Tier } from "../../src/store/tiers/r2.ts";
import { FINAL, storedOf } from "../support/stored.ts";
import { type Distances, Trips, travelling } from "../support/trips.workerd.ts";
import { BINDINGS, jpegOf } from "../support/world.workerd.ts";

const SECRET = "a secret of the test";
const VARS = { ALLOWED_SOURCES: "pictures.test", REGIONS: "enam,weur,apac", LADDER: "40", WARM_SECRET: SECRET };
const ORIGIN = "https://img.test";
/** A reader in Singapore, and the push edge beside the primary: ../shared/distances.json. */
const READER: Distances = { kv: 225, region: 25, primary: 230, coordinator: 25, governor: 230, source: 240 };
const PUSH: Distances = { kv: 8, region: 220, primary: 8, coordinator: 220, governor: 20, source: 20 };

let state: IsolateState;
let trips: Trips;
/** Of a picture that no other test has in the edge cache. */
let path = "";
let serial = 0;

beforeEach(async () => {
  await reset();
  state = newIsolateState();
  path = `/photon/pictures.test/${++serial}.jpg?w=40&ssl=1`;
  for (const level of ["log", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

function send(request: Request, distances: Distances) {
  trips = new Trips(distances);
  const fetchSource = () =>
    trips.call(
      "source",
      "source.fetch",
      async () => new Response(await jpegOf(80, 60), { headers: { "cache-control": "max-age=60" } }),
    );
  const router = createRouter({ now: () => Date.now(), fetch: fetchSource as typeof fetch, state });
  const env = travelling({ ...BINDINGS, ...VARS } as unknown as Env, trips);
  return trips.until(Promise.resolve(router.fetch(request, env, createExecutionContext())));
}
const read = () => send(new Request(ORIGIN + path, { headers: { accept: "image/webp" } }), READER);
async function push() {
  const body = new TextEncoder().encode(JSON.stringify({ v: 1, region: "enam", deadlineMs: 60_000, paths: [path] }));
  const time = String(Math.floor(Date.now() / 1000));
  const signature = await signBody(SECRET, "/warm", time, body as Uint8Array<ArrayBuffer>);
  const headers = { "x-firstlight-time": time, "x-firstlight-signature": signature };
  return send(new Request(`${ORIGIN}/warm?wait=1`, { method: "POST", body, headers }), PUSH);
}
/** The isolate has read the settings. */
async function knowSettings(): Promise<void> {
  await send(new Request(`${ORIGIN}/healthz`), READER);
  await trips.rest();
}
/** The source's host has a rule. */
async function govern(): Promise<void> {
  const politeness = { "pictures.test": { concurrency: 2, perSecond: 10 } };
  await BINDINGS.THUMBS.put("settings", JSON.stringify({ politeness }));
}
const started = (what: string) => trips.calls.find((call) => call.what === what)?.after;

async function store(bucket: "R2_ENAM" | "R2_PRIMARY", seconds = 3_600): Promise<void> {
  const config = readConfig({ ...BINDINGS, ...VARS } as Record<string, unknown>);
  const request = await readImageRequest(ORIGIN + path, "image/webp", config, Date.now());
  const { keys, key } = await namesOf(request);
  const final = { ...FINAL, ...keys, url: request.source };
  const now = Date.now();
  const stored = storedOf({ source: request.source, final, storedAt: now - 60_000, freshUntil: now + seconds * 1_000 });
  await r2Tier(BINDINGS[bucket], "test", bucket).put(key, stored);
}

describe("a reader", () => {
  test("hit in the region: one trip to the region", async () => {
    await knowSettings();
    await Promise.all([store("R2_ENAM"), store("R2_PRIMARY")]);
    const { value, trips: taken } = await read();
    expect(value.headers.get("cache-status")).toContain("detail=region");
    expect(taken).toEqual(["region"]);
    expect(trips.calls.some(({ what }) => what.startsWith("coordinator"))).toBe(false);
    await trips.rest();
    // What is copied to edge and KV has waited for the source's metadata.
    expect(started("kv.put")).toEqual(["region", "kv"]);
  });

  test("hit in the primary: one trip to the primary", async () => {
    await knowSettings();
    await store("R2_PRIMARY");
    const { value, trips: taken } = await read();
    expect(value.headers.get("cache-status")).toContain("detail=primary");
    expect(taken).toEqual(["primary"]);
    await trips.rest();
  });

  test("miss: one trip to the primary, then the source", async () => {
    await knowSettings();
    const { value, trips: taken } = await read();
    expect(value.status).toBe(200);
    expect(started("source.fetch")).toEqual(["primary"]);
    expect(taken.slice(0, 2)).toEqual(["primary", "source"]);
    expect(started("coordinator.ask")).toEqual(["region"]);
    await trips.rest();
  });

  test("miss at a host with a rule: its governor is asked beside the primary, and the grant is given back behind the answer", async () => {
    await govern();
    await knowSettings();
    // The object has started, and the isolate knows the trip: on a busy machine its first grant may come too late.
    await read();
    await trips.rest();
    path = path.replace(".jpg", "-second.jpg");
    const { value, trips: taken } = await read();
    expect(value.status).toBe(200);
    expect(value.headers.get("server-timing")).toContain("governor;dur=");
    expect(started("governor.ask")).toEqual(["region"]);
    expect(taken.slice(0, 3)).toEqual(["region", "governor", "source"]);
    await trips.rest();
    expect(trips.calls.filter(({ what }) => what.startsWith("governor")).map(({ what }) => what)).toEqual([
      "governor.ask",
      "governor.release",
    ]);
  });

  test("hit in the region at a host with a rule: its governor is not asked", async () => {
    await govern();
    await knowSettings();
    await store("R2_ENAM");
    expect((await read()).trips).toEqual(["region"]);
    await trips.rest();
    expect(started("governor.ask")).toBeUndefined();
  });

  test("hit in the primary at a host with a rule: one trip to the primary, and the grant is given back unused", async () => {
    await govern();
    await knowSettings();
    await store("R2_PRIMARY");
    expect((await read()).trips).toEqual(["primary"]);
    await trips.rest();
    const told = trips.calls.filter(({ what }) => what.startsWith("governor")).map(({ what }) => what);
    expect(told).toEqual(["governor.ask", "governor.release"]);
  });

  test("a cold isolate: one read of KV more, and nothing else", async () => {
    await store("R2_ENAM");
    expect((await read()).trips).toEqual(["kv", "region"]);
    await trips.rest();
  });

  test("no more than six connections are open before the answer", async () => {
    await knowSettings();
    await read();
    expect(trips.most).toBeLessThanOrEqual(6);
    await trips.rest();
  });
});

describe("a push", () => {
  test("stored somewhere: one trip to the primary, then one to the region, and no call more", async () => {
    await knowSettings();
    await store("R2_PRIMARY");
    const { value, trips: taken } = await push();
    expect(await value.json()).toMatchObject({ results: [{ result: "warmed" }] });
    expect(taken).toEqual(["primary", "region"]);
    await trips.rest();
    expect(trips.calls.map(({ what }) => what)).toEqual(["primary.get", "region.put"]);
    expect((await push()).trips).toEqual(["primary", "region"]);
    await trips.rest();
  });

  test("at a host with a rule: the governor is asked from where the push runs, and nothing waits for the region", async () => {
    await govern();
    await knowSettings();
    const { value, trips: taken } = await push();
    expect(await value.json()).toMatchObject({ results: [{ result: "warmed" }] });
    expect(started("source.fetch")?.filter((stop) => stop === "governor")).toHaveLength(1);
    expect(taken.at(-1)).toBe("region");
    expect(taken).not.toContain("coordinator");
    await trips.rest();
  });

  test.each([
    ["nowhere", async () => {}],
    ["in the primary, and stale", () => store("R2_PRIMARY", -10)],
  ])("stored %s: near stores and the source, then the region, then the primary", async (_, seed) => {
    await knowSettings();
    await seed();
    const { value, trips: taken } = await push();
    expect(await value.json()).toMatchObject({ results: [{ result: "warmed" }] });
    // The claim went out first, and nobody has waited for its answer.
    expect(started("coordinator.ask")).toEqual(["primary"]);
    expect(started("source.fetch")).not.toContain("coordinator");
    expect(started("source.fetch")).not.toContain("region");
    expect(taken.at(-1)).toBe("region");
    expect(taken).not.toContain("coordinator");
    await trips.rest();
    expect(started("primary.put")).toContain("region");
    // Those who wait are told when the picture leaves for the region.
    expect(started("coordinator.stored")).toContain("source");
    expect(started("coordinator.stored")).not.toContain("region");
    expect(trips.calls.filter(({ what }) => what === "region.get")).toEqual([]);
  });
});
