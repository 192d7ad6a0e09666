import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Lease } from "../../../src/coordinate/grant.ts";
import { Failure } from "../../../src/errors.ts";
import { make } from "../../../src/rendition/renderMiss.ts";
import { putNegative } from "../../../src/store/negative.ts";
import { putOriginal } from "../../../src/store/original.ts";
import { brokenService } from "../../support/brokenService.ts";
import { freshSource, jpegOf, orderOf, scopeOf, wantedOf } from "../../support/scope.workerd.ts";
import { metaOf, NOW } from "../../support/stored.ts";

/** Nobody coordinates; what was reported is written down. */
function leaseOf() {
  const said: string[] = [];
  const lease: Lease = {
    verdict: Promise.resolve({ do: "alone" }),
    report: async ({ kind }) => void said.push(kind),
    release: async () => void said.push("given back"),
  };
  return { lease, said };
}

/** Stands for all sources: answers as told, and counts. */
function sourceIs(answer: () => Response | Promise<Response>) {
  return vi.spyOn(globalThis, "fetch").mockImplementation(async () => answer());
}
const picture = async () => new Response(await jpegOf(80, 60), { headers: { "cache-control": "max-age=60" } });
afterEach(() => vi.restoreAllMocks());

const BROKEN = {
  THUMBS: brokenService(env.THUMBS),
  R2_PRIMARY: brokenService(env.R2_PRIMARY),
  R2_WEUR: brokenService(env.R2_WEUR),
} as const;

describe("make", () => {
  test.each([
    ["all stores", {}],
    ["no KV", { THUMBS: BROKEN.THUMBS }],
    ["no region", { R2_WEUR: BROKEN.R2_WEUR }],
    ["no primary", { R2_PRIMARY: BROKEN.R2_PRIMARY }],
    ["no store at all", BROKEN],
  ])("with %s the picture is made", async (_, bindings) => {
    sourceIs(picture);
    const scope = scopeOf(bindings);
    const { lease } = leaseOf();
    const { stored, hit } = await make(await orderOf(wantedOf(freshSource()), scope), lease);
    expect([stored.meta.width, stored.meta.height, hit]).toEqual([40, 30, null]);
    await scope.settled();
    expect(scope.isolate.bytes(scope.config).used).toBe(0);
  });

  test("with a region that fails nobody is told that it is stored", async () => {
    sourceIs(picture);
    const { lease, said } = leaseOf();
    const scope = scopeOf({ R2_WEUR: BROKEN.R2_WEUR });
    await make(await orderOf(wantedOf(freshSource()), scope), lease);
    await scope.settled();
    expect(said.sort()).toEqual(["released", "unkept"]);
  });

  test("a failure is thrown, remembered, told to those who wait, and the room is given back", async () => {
    const asked = sourceIs(() => new Response(null, { status: 404 }));
    const source = freshSource();
    const scope = scopeOf();
    const { lease, said } = leaseOf();
    await expect(make(await orderOf(wantedOf(source), scope), lease)).rejects.toMatchObject({
      reason: "source_missing",
    });
    await scope.settled();
    expect(said).toEqual(["failed", "given back"]);
    const again = make(await orderOf(wantedOf(source), scope), leaseOf().lease);
    await expect(again).rejects.toMatchObject({ reason: "source_missing", keeping: { remembered: true } });
    expect(asked).toHaveBeenCalledTimes(1);
    expect(scope.isolate.bytes(scope.config).used).toBe(0);
  });

  test("a remembered failure and an original of yesterday: the picture, as stale-if-error", async () => {
    const asked = sourceIs(picture);
    const source = freshSource();
    const scope = scopeOf();
    const order = await orderOf(wantedOf(source), scope);
    await putNegative(
      order.shelf.keys.negative,
      new Failure("source_failed", { value: 500 }),
      order.shelf.negatives,
      () => true,
    );
    const bytes = await jpegOf(80, 60);
    const times = { storedAt: NOW - 3_600_000, freshUntil: NOW - 1 };
    await putOriginal(env.R2_WEUR, order.shelf.keys.original, { bytes, source, sourceHash: "0badcafe", ...times });
    expect((await make(order, leaseOf().lease)).hit).toBe("stale-if-error");
    expect(scope.trace.failure).toBe("source_failed");
    expect(asked).not.toHaveBeenCalled();
  });

  test("a renewal whose source fails throws: who holds the old picture gives that", async () => {
    sourceIs(() => new Response(null, { status: 500 }));
    const held = { bytes: await jpegOf(40, 30), meta: metaOf({ freshUntil: NOW }) };
    const order = await orderOf(wantedOf(freshSource()), scopeOf(), held);
    await expect(make(order, leaseOf().lease)).rejects.toMatchObject({ reason: "source_failed" });
  });
});
