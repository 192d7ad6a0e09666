import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { authorize } from "../../../src/rendition/authorize.ts";
import { getRendition } from "../../../src/rendition/getRendition.ts";
import { ORIGINAL, type SourceMeta, writeSourceMeta } from "../../../src/store/sourceMeta.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import { brokenService } from "../../support/brokenService.ts";
import { FINAL, metaOf, NOW } from "../../support/stored.ts";
import { freshSource, jpegOf, requestOf, type World, type WorldOptions, worldOf } from "../../support/world.workerd.ts";

const OLD = "00000001";
const NEW = "00000002";
/** What KV knows of the source: that its bytes have changed since the copy was made. */
const CHANGED: SourceMeta = {
  generation: 2,
  at: NOW - 1_000,
  variants: {
    [ORIGINAL]: {
      ...{ hash: NEW, at: NOW - 1_000, width: 40, height: 30, orientation: 1, format: "jpeg", bytes: 9 },
      ...{ etag: null, lastModified: null },
    },
  },
};

let source = "";

beforeEach(() => {
  source = freshSource();
  for (const level of ["log", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  vi.spyOn(globalThis, "fetch").mockImplementation(
    async () => new Response(await jpegOf(80, 60), { headers: { "cache-control": "max-age=60" } }),
  );
});
afterEach(() => vi.restoreAllMocks());

const storeOf = ({ app, caller, job }: World) => authorize(requestOf(source), app, caller, job);

async function put(bucket: "R2_WEUR" | "R2_PRIMARY", sourceHash: string) {
  const { key, keys } = await storeOf(worldOf());
  const final = { ...FINAL, ...keys, url: source };
  const [generation, storedAt] = sourceHash === NEW ? [2, NOW - 500] : [1, NOW - 60_000];
  const meta = metaOf({ source, final, sourceHash, generation, storedAt, format: "jpeg", width: 40, height: 30 });
  await r2Tier(env[bucket], "test", bucket).put(key, { bytes: await jpegOf(40, 30), meta });
}

/** Asks as a reader in an isolate of its own, and waits for all that goes on behind the answer. */
async function read(world = worldOf()) {
  const { app, caller, job } = world;
  const store = await storeOf(world);
  const { meta } = await getRendition(requestOf(source), store, app, caller, job);
  await world.settled();
  return { hash: meta.sourceHash, hit: job.trace.hit, freshUntil: meta.freshUntil };
}
async function held() {
  const { key, tiers } = await storeOf(worldOf());
  const hashes: Record<string, string | undefined> = {};
  for (const { tier } of tiers) hashes[tier.name] = (await tier.get(key))?.meta.sourceHash;
  return hashes;
}
const broken = (): WorldOptions => ({ bindings: { THUMBS: brokenService(env.THUMBS) } });

describe("behind a fresh answer", () => {
  test("a current copy goes to edge and KV", async () => {
    await put("R2_WEUR", OLD);
    expect(await read()).toMatchObject({ hash: OLD, hit: "region" });
    expect(await held()).toMatchObject({ edge: OLD, kv: OLD });
    expect(fetch).not.toHaveBeenCalled();
  });

  test("an outdated copy goes nowhere, and the source is asked for a new one", async () => {
    await writeSourceMeta(env.THUMBS, (await storeOf(worldOf())).keys.sourceMeta, CHANGED);
    await put("R2_WEUR", OLD);
    expect((await read()).hash).toBe(OLD);
    expect(fetch).toHaveBeenCalledTimes(1);
    const after = await held();
    expect(after.edge).toMatch(/^[0-9a-f]{8}$/);
    expect(after.edge).not.toBe(OLD);
    expect(after).toMatchObject({ region: after.edge, primary: after.edge });
    expect((await read()).hash).toBe(after.edge);
  });

  test("an outdated copy is replaced by the primary's where that is current", async () => {
    await writeSourceMeta(env.THUMBS, (await storeOf(worldOf())).keys.sourceMeta, CHANGED);
    await put("R2_WEUR", OLD);
    await put("R2_PRIMARY", NEW);
    await read();
    expect(fetch).not.toHaveBeenCalled();
    expect(await held()).toMatchObject({ region: NEW, primary: NEW });
  });

  test("this isolate does not show it again, though it has not been replaced", async () => {
    const world = worldOf();
    await writeSourceMeta(env.THUMBS, (await storeOf(world)).keys.sourceMeta, CHANGED);
    await put("R2_WEUR", OLD);
    vi.mocked(fetch).mockImplementation(async () => new Response(null, { status: 500 }));
    expect(await read(world)).toMatchObject({ hash: OLD, hit: "region" });
    const again = await read({ ...worldOf(), app: world.app });
    expect(again).toMatchObject({ hash: OLD, hit: "stale-if-error" });
    expect(again.freshUntil).toBeLessThanOrEqual(NOW);
  });

  test("while the metadata cannot be read, only buckets get a copy", async () => {
    await put("R2_PRIMARY", OLD);
    expect((await read(worldOf(broken()))).hit).toBe("primary");
    expect(await held()).toEqual({ edge: undefined, kv: undefined, region: OLD, primary: OLD });
  });
});
