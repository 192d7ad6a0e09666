import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type CoordinatorPort, Lease } from "../../../src/coordinate/lease.ts";
import { coordinatorOf } from "../../../src/coordinate/renderCoordinator.ts";
import { Failure } from "../../../src/errors.ts";
import { getRendition } from "../../../src/rendition/getRendition.ts";
import { renderMiss } from "../../../src/rendition/renderMiss.ts";
import { putNegative } from "../../../src/store/negative.ts";
import { putOriginal } from "../../../src/store/original.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import { brokenService } from "../../support/brokenService.ts";
import { metaOf, NOW, originalOf } from "../../support/stored.ts";
import { pause, picture, sourceIs, writtenLease } from "../../support/uncoordinated.workerd.ts";
import {
  freshSource,
  jpegOf,
  missOf,
  requestOf,
  type World,
  type WorldOptions,
  worldOf,
} from "../../support/world.workerd.ts";

afterEach(() => vi.restoreAllMocks());

const BROKEN = {
  THUMBS: brokenService(env.THUMBS),
  R2_PRIMARY: brokenService(env.R2_PRIMARY),
  R2_WEUR: brokenService(env.R2_WEUR),
} as const;

const render = async (world: World, source: string, lease?: Lease) =>
  renderMiss(
    await missOf(requestOf(source), world, lease === undefined ? {} : { lease }),
    world.app,
    world.caller,
    world.job,
  );
const held = ({ app }: World) => app.state.sourceBytes(app.config).used;

describe("renderMiss", () => {
  test.each([
    ["all stores", {}],
    ["no KV", { THUMBS: BROKEN.THUMBS }],
    ["no region", { R2_WEUR: BROKEN.R2_WEUR }],
    ["no primary", { R2_PRIMARY: BROKEN.R2_PRIMARY }],
    ["no store at all", BROKEN],
  ])("renders the picture with %s", async (_, bindings) => {
    sourceIs(picture);
    const world = worldOf({ bindings });
    const { stored, hit } = await render(world, freshSource());
    expect([stored.meta.width, stored.meta.height, hit]).toEqual([40, 30, null]);
    await world.settled();
    expect(held(world)).toBe(0);
  });

  test("reports that the original is kept and the picture stored", async () => {
    sourceIs(picture);
    const { lease, heard } = writtenLease();
    const world = worldOf();
    await render(world, freshSource(), lease);
    await world.settled();
    expect(heard.sort()).toEqual(["kept", "stored"]);
  });

  test("tells nobody that it is stored where the region fails", async () => {
    sourceIs(picture);
    const { lease, heard } = writtenLease();
    const world = worldOf({ bindings: { R2_WEUR: BROKEN.R2_WEUR } });
    await render(world, freshSource(), lease);
    await world.settled();
    expect(heard.sort()).toEqual(["released", "unkept"]);
  });

  test("throws a failure, remembers it, reports it, and releases its memory", async () => {
    const asked = sourceIs(() => new Response(null, { status: 404 }));
    const source = freshSource();
    const world = worldOf();
    const { lease, heard } = writtenLease();
    await expect(render(world, source, lease)).rejects.toMatchObject({ reason: "source_missing" });
    await world.settled();
    expect(heard).toEqual(["failed"]);
    const again = render(world, source);
    await expect(again).rejects.toMatchObject({ reason: "source_missing", keeping: { remembered: true } });
    expect(asked).toHaveBeenCalledTimes(1);
    expect(held(world)).toBe(0);
  });

  test("gives the picture as stale-if-error from an original of yesterday while a failure is remembered", async () => {
    const asked = sourceIs(picture);
    const source = freshSource();
    const world = worldOf();
    const { store } = await missOf(requestOf(source), world);
    const failure = new Failure("source_failed", { value: 500 });
    await putNegative(store.keys.negative, failure, store.negatives, () => true);
    const times = { storedAt: NOW - 3_600_000, freshUntil: NOW - 1 };
    const original = originalOf(await jpegOf(80, 60), { source, ...times });
    await putOriginal(env.R2_WEUR, store.keys.original, original);
    expect((await render(world, source)).hit).toBe("stale-if-error");
    expect(world.job.trace.failure).toBe("source_failed");
    expect(asked).not.toHaveBeenCalled();
  });

  test("throws for a renewal whose source fails: the caller has the old picture", async () => {
    sourceIs(() => new Response(null, { status: 500 }));
    const stale = { bytes: await jpegOf(40, 30), meta: metaOf({ freshUntil: NOW }) };
    const world = worldOf();
    const miss = await missOf(requestOf(freshSource()), world, { stale });
    await expect(renderMiss(miss, world.app, world.caller, world.job)).rejects.toMatchObject({
      reason: "source_failed",
    });
  });

  test("derives nothing for a renewal: it is there to ask the source", async () => {
    const asked = sourceIs(picture);
    const source = freshSource();
    const world = worldOf();
    await storeLarge(source);
    const stale = { bytes: await jpegOf(40, 30), meta: metaOf({ freshUntil: NOW }) };
    const miss = await missOf(requestOf(source), world, { stale });
    expect((await renderMiss(miss, world.app, world.caller, world.job)).hit).toBeNull();
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test("does not remember anew what the coordinator has told it", async () => {
    const source = freshSource();
    const port: CoordinatorPort = {
      ask: async () => ({ do: "fail", reason: "source_missing", facts: { value: 404 } }),
      report: async () => {},
    };
    const world = worldOf();
    const heard = render(world, source, new Lease(port, "test", "k"));
    await expect(heard).rejects.toMatchObject({ reason: "source_missing", keeping: { until: NOW + 5_000 } });
    await world.settled();
    sourceIs(picture);
    expect((await render(world, source)).stored.meta.width).toBe(40);
  });
});

/** A size of 200 x 150 in the primary, from which one of 40 can be made. */
async function storeLarge(source: string): Promise<void> {
  const { store } = await missOf(requestOf(source, { width: 200, height: 200 }), worldOf());
  const whole = { quality: 0, sourceWidth: 400, sourceHeight: 300 };
  const meta = metaOf({ source, format: "jpeg", width: 200, height: 150, whole });
  await r2Tier(env.R2_PRIMARY, "primary", "p").put(store.key, { bytes: await jpegOf(200, 150), meta });
}

/** Isolates that ask for sizes of one picture through the real coordinator, or another one. */
function isolatesOf(count: number, options: WorldOptions = {}) {
  const worlds = Array.from({ length: count }, () => worldOf({ now: () => Date.now(), ...options }));
  const source = freshSource();
  return {
    source,
    worlds,
    ask: async (isolate: number, width: number) => {
      const world = worlds[isolate % count];
      if (world === undefined) throw new Error("no isolate");
      const request = requestOf(source, { width, height: 0 });
      const { store } = await missOf(request, world);
      return (await getRendition(request, store, world.app, world.caller, world.job)).meta.width;
    },
    settled: () => Promise.all(worlds.map((world) => world.settled())),
  };
}

/** A binding whose every coordinator is this one. */
const bound = (port: CoordinatorPort) =>
  ({ COORDINATOR: { idFromName: (name: string) => name, get: () => port } }) as unknown as Partial<Env>;

describe("with a coordinator", () => {
  test("200 requests for 4 sizes from 4 isolates: one fetch, and every size is answered", async () => {
    const asked = sourceIs(picture);
    const { ask, settled } = isolatesOf(4);
    const sizes = [10, 20, 30, 40];
    const all = Array.from({ length: 200 }, (_, i) => {
      const size = sizes[Math.floor(i / 4) % 4] ?? 0;
      return ask(i, size).then((width) => expect(width).toBe(size));
    });
    await Promise.all(all);
    await settled();
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["throws", () => Promise.reject(new Error("Durable Object is overloaded"))],
    ["says a word of another Worker", () => Promise.resolve({ do: "later" } as never)],
  ])("that %s: the request succeeds, and an isolate asks once", async (_name, ask) => {
    const asked = sourceIs(picture);
    const port: CoordinatorPort = { ask, report: () => Promise.reject(new Error("gone")) };
    const one = isolatesOf(1, { bindings: bound(port) });
    expect(await Promise.all([one.ask(0, 40), one.ask(0, 40)])).toEqual([40, 40]);
    await one.settled();
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test("whose binding is not there: the request succeeds", async () => {
    sourceIs(picture);
    const one = isolatesOf(1, { bindings: { COORDINATOR: undefined as never } });
    expect(await one.ask(0, 40)).toBe(40);
  });

  test("that forgets everything: another fetch, nothing worse", async () => {
    const asked = sourceIs(picture);
    const one = isolatesOf(1);
    const { source32 } = await sourceKeys(one.source);
    await coordinatorOf(env.COORDINATOR, "weur", source32).ask("dead", "k", 0);
    await abortAllDurableObjects();
    expect(await one.ask(0, 40)).toBe(40);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test("a source that fails is asked once, and its failure told to all", async () => {
    const asked = sourceIs(async () => {
      await pause(50);
      return new Response(null, { status: 404 });
    });
    const three = isolatesOf(3);
    const all = await Promise.allSettled([three.ask(0, 40), three.ask(1, 40), three.ask(2, 20)]);
    await three.settled();
    for (const one of all) expect(one).toMatchObject({ status: "rejected", reason: { reason: "source_missing" } });
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test("an original that cannot be kept: others fetch without waiting for the lease to end", async () => {
    const asked = sourceIs(picture);
    const two = isolatesOf(2, { bindings: { R2_WEUR: BROKEN.R2_WEUR } });
    const started = Date.now();
    expect(await Promise.all([two.ask(0, 40), two.ask(1, 20)])).toEqual([40, 20]);
    expect(asked).toHaveBeenCalledTimes(2);
    expect(Date.now() - started).toBeLessThan(4_000);
  });

  test("a size derived from a larger one asks no source", async () => {
    const asked = sourceIs(picture);
    const two = isolatesOf(2, { now: () => NOW });
    await storeLarge(two.source);
    expect(await Promise.all([two.ask(0, 40), two.ask(1, 20)])).toEqual([40, 20]);
    expect(asked).not.toHaveBeenCalled();
  });
});
