import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MemoryReservation } from "../../../../src/concurrency/memoryReservation.ts";
import { walk } from "../../../../src/rendition/variant/walk.ts";
import { finalAddressOf } from "../../../../src/store/schema/finalAddress.ts";
import { sourceKeys } from "../../../../src/store/schema/key.ts";
import { ORIGINAL, type VariantMeta, writeSourceMeta } from "../../../../src/store/sourceMeta.ts";
import { brokenService, slowService } from "../../../support/brokenService.ts";
import { metaOf, NOW } from "../../../support/stored.ts";
import {
  configWith,
  freshSource,
  jpegOf,
  missOf,
  requestOf,
  type World,
  worldOf,
} from "../../../support/world.workerd.ts";

afterEach(() => vi.restoreAllMocks());

/** Answers as told and writes down the validators it was asked with. */
function sourceIs(answer: (url: string) => Response | Promise<Response>): (string | null)[] {
  const asked: (string | null)[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    asked.push(new Headers(init?.headers).get("if-none-match"));
    return answer(String(input));
  });
  return asked;
}

const STALE = { bytes: new Uint8Array(3), meta: metaOf({ freshUntil: NOW }) };

/** `from`: the address that gave the stale copy. */
async function ask(source: string, world: World, old: typeof STALE | null = null, from = source) {
  const { app, caller, job } = world;
  const stale = old && { ...old, meta: { ...old.meta, final: await finalAddressOf(from) } };
  const memory = new MemoryReservation(app.state.sourceBytes(app.config), job.priority);
  const miss = await missOf(requestOf(source), world, { stale });
  return walk(miss, app, caller, job, memory).finally(() => memory.release());
}

async function known(source: string, hash = "0badcafe"): Promise<void> {
  const fetched: VariantMeta = {
    ...{ hash, at: NOW, width: 4, height: 3, orientation: 1, format: "jpeg", bytes: 1 },
    ...{ etag: '"one"', lastModified: null },
  };
  const meta = { generation: 1, at: NOW, variants: { [ORIGINAL]: fetched } };
  await writeSourceMeta(env.THUMBS, (await sourceKeys(source)).sourceMeta, meta);
}

describe("asking again for a picture in hand", () => {
  const unchanged = () => new Response(null, { status: 304, headers: { "cache-control": "max-age=7200" } });

  test("with the validators of its bytes: 304 renews it", async () => {
    const source = freshSource();
    await known(source);
    const asked = sourceIs(unchanged);
    const got = await ask(source, worldOf(), STALE);
    expect(asked).toEqual(['"one"']);
    const final = await finalAddressOf(source);
    const meta = { ...STALE.meta, final, storedAt: NOW, freshUntil: NOW + 7_200_000 };
    expect(got).toEqual({ kind: "same", renewed: { ...STALE, meta } });
  });

  test("a 304 that says nothing of the lifetime keeps the stored one", async () => {
    const source = freshSource();
    await known(source);
    sourceIs(
      () => new Response(null, { status: 304, headers: { "last-modified": new Date(NOW - 1e9).toUTCString() } }),
    );
    const stale = { ...STALE, meta: metaOf({ storedAt: NOW - 20_000_000, freshUntil: NOW - 10_000_000 }) };
    const got = await ask(source, worldOf(), stale);
    expect(got).toMatchObject({ kind: "same", renewed: { meta: { storedAt: NOW, freshUntil: NOW + 10_000_000 } } });
  });

  const [TARGET, OTHER] = ["https://pictures.test/v2.jpg", "https://pictures.test/v1.jpg"];
  test.each([
    [
      "leads where the copy came from: that address is asked with the validators",
      TARGET,
      TARGET,
      [null, '"one"'],
      "same",
    ],
    [
      "leads elsewhere by now: another picture may be older, and is asked for whole",
      TARGET,
      OTHER,
      [null, null],
      "bytes",
    ],
    ["is new: the copy came from the address itself", null, OTHER, ['"one"', null], "bytes"],
  ] as const)("a redirect that %s", async (_, from, to, expected, kind) => {
    const source = freshSource();
    await known(source);
    const picture = await jpegOf(8, 8);
    const validators: (string | null)[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const asked = new Headers(init?.headers).get("if-none-match");
      validators.push(asked);
      if (String(input) === source) return Response.redirect(to, 302);
      return asked === null ? new Response(picture) : unchanged();
    });
    const got = await ask(source, worldOf(), STALE, from ?? source);
    expect([validators, got.kind]).toEqual([expected, kind]);
  });

  test.each([
    ["KV fails", { THUMBS: brokenService(env.THUMBS) }, "0badcafe"],
    ["KV hangs", { THUMBS: slowService(env.THUMBS, 3_000) }, "0badcafe"],
    ["the metadata is of other bytes", {}, "00000002"],
  ])("%s: for all of it", async (_, bindings, hash) => {
    const source = freshSource();
    await known(source, hash);
    const picture = await jpegOf(8, 8);
    const asked = sourceIs(() => new Response(picture));
    const got = await ask(source, worldOf({ bindings }), STALE);
    expect([asked, got.kind]).toEqual([[null], "bytes"]);
  });
});

describe("the generation", () => {
  test.each([
    ["of a source that nobody knows is 1", null, 1],
    ["rises when the recorded bytes were others", "00000002", 2],
  ])("%s", async (_name, hash, generation) => {
    const source = freshSource();
    if (hash !== null) await known(source, hash);
    const picture = await jpegOf(8, 8);
    sourceIs(() => new Response(picture));
    expect(await ask(source, worldOf())).toMatchObject({ kind: "bytes", variant: ORIGINAL, generation });
  });
});

test("a redirect to what was taken down is blocked, though the address asked for is not", async () => {
  const [from, to] = [freshSource(), freshSource()];
  const picture = await jpegOf(8, 8);
  sourceIs((url) => (url === from ? Response.redirect(to, 302) : new Response(picture)));
  const { source32 } = await sourceKeys(to);
  const config = configWith({ blocked: { sources: new Set([source32]), hosts: new Set() } });
  await expect(ask(from, worldOf({ config }))).rejects.toMatchObject({ reason: "blocked" });
  expect((await ask(to, worldOf())).kind).toBe("bytes");
});

test.each([
  ["itself", (from: string) => from, (from: string) => from],
  ["the target of a redirect", () => "https://pictures.test/target.jpg", () => "https://pictures.test/target.jpg"],
])("the final address is %s", async (_name, target, expected) => {
  const from = freshSource();
  const picture = await jpegOf(8, 8);
  const to = target(from);
  sourceIs((url) => (url === from && to !== from ? Response.redirect(to, 302) : new Response(picture)));
  expect(await ask(from, worldOf())).toMatchObject({ final: await finalAddressOf(expected(from)), source: from });
});

test("the addresses on the way are kept with the final one, and a block of one of them refuses the picture", async () => {
  const [from, middle, last] = [freshSource(), "https://pictures.test/middle.jpg", "https://pictures.test/last.jpg"];
  const picture = await jpegOf(8, 8);
  const next = new Map([
    [from, middle],
    [middle, last],
  ]);
  sourceIs((url) => (next.has(url) ? Response.redirect(next.get(url) ?? "", 302) : new Response(picture)));
  const final = await finalAddressOf(last, [middle]);
  const { host16, source32 } = await sourceKeys(middle);
  expect(final.via).toEqual([{ host16, source32 }]);
  expect(await ask(from, worldOf())).toMatchObject({ final });
  const blocked = { sources: new Set([source32]), hosts: new Set<string>() };
  const world = worldOf({ config: { ...configWith({}), blocked } });
  await expect(ask(from, world)).rejects.toMatchObject({ reason: "blocked" });
});

test("an upgrade to HTTPS is no redirect: the final address is the one asked for", async () => {
  const from = freshSource().replace("https:", "http:");
  const picture = await jpegOf(8, 8);
  sourceIs(() => new Response(picture));
  expect(await ask(from, worldOf())).toMatchObject({ final: await finalAddressOf(from) });
});

test("the trace has the source's status, whichever way it ended", async () => {
  const world = worldOf();
  sourceIs(() => new Response("gone", { status: 410 }));
  await expect(ask(freshSource(), world)).rejects.toMatchObject({ reason: "source_missing" });
  expect(world.job.trace.sourceStatus).toBe(410);
  expect(world.job.trace.stages.origin).toBeDefined();
});
