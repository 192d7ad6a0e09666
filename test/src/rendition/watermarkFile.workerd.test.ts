/** The watermark's file: fetched once, kept in the isolate and as an original, and never left out of a picture. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { authorize } from "../../../src/rendition/authorize.ts";
import { getRendition } from "../../../src/rendition/getRendition.ts";
import { watermarkFile } from "../../../src/rendition/watermarkFile.ts";
import type { ImageRequest } from "../../../src/request/imageRequest.ts";
import { withSettings } from "../../../src/request/withSettings.ts";
import { namesOf } from "../../../src/store/renditionStore.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import {
  CONFIG,
  configWith,
  freshSource,
  jpegOf,
  requestOf,
  type World,
  worldOf,
} from "../../support/world.workerd.ts";

afterEach(() => void vi.restoreAllMocks());

const MARK = { opacity: 1, at: "nowe", x: 0, y: 0, scale: 0.5, url: "" } as const;

/** Sources answer with light pictures, watermarks with dark ones. Gives the addresses that were asked. */
async function answering(watermark: (url: string) => Response | Promise<Response>) {
  const asked: string[] = [];
  const bytes = await jpegOf(80, 60, 200);
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const url = input instanceof Request ? input.url : String(input);
    asked.push(url);
    return url.includes("/mark-") ? watermark(url) : new Response(bytes);
  });
  return asked;
}

const dark = async () => new Response(await jpegOf(20, 20, 10), { headers: { "cache-control": "max-age=60" } });
const freshMark = () => freshSource().replace("/pictures.test/", "/pictures.test/mark-");

function worldWith(url: string, options: Parameters<typeof worldOf>[0] = {}): World {
  return worldOf({ ...options, config: { ...(options.config ?? CONFIG), watermarkUrl: url } });
}

function markedRequest(url: string, source = freshSource()): ImageRequest {
  const asked = { ...requestOf(source, { width: 40, height: 0, watermark: MARK }), authority: "signature" as const };
  return withSettings(asked, { ...parseConfig({}), watermarkUrl: url });
}

async function ask({ app, caller, job }: World, request: ImageRequest) {
  const store = await authorize(request, app, caller, job);
  const { meta, body } = await getRendition(request, store, app, caller, job);
  return { meta, bytes: new Uint8Array(await new Response(body as BodyInit).arrayBuffer()) };
}

test("two pictures of an isolate fetch it once; another isolate reads it from the region", async () => {
  const url = freshMark();
  const asked = await answering(dark);
  const world = worldWith(url);
  const [one] = [await ask(world, markedRequest(url)), await ask(world, markedRequest(url))];
  expect(one.meta.width).toBe(40);
  await world.settled();
  expect(asked.filter((address) => address === url)).toHaveLength(1);
  expect(await env.R2_WEUR.head((await sourceKeys(url)).original)).not.toBeNull();
  const other = worldWith(url);
  await ask(other, markedRequest(url));
  await other.settled();
  expect(asked.filter((address) => address === url)).toHaveLength(1);
});

test("a picture with it is another picture, and another address of it another key", async () => {
  const source = freshSource();
  const [a, b] = [freshMark(), freshMark()];
  await answering(dark);
  const world = worldWith(a);
  const plain = { ...requestOf(source, { width: 40, height: 0 }), authority: "signature" as const };
  const [marked, unmarked] = [await ask(world, markedRequest(a, source)), await ask(world, plain)];
  expect(marked.bytes).not.toEqual(unmarked.bytes);
  await world.settled();
  const keys = await Promise.all([markedRequest(a, source), markedRequest(b, source), plain].map(namesOf));
  expect(new Set(keys.map(({ key }) => key)).size).toBe(3);
});

describe("without it there is no picture", () => {
  test.each<[string, () => Response | Promise<Response>]>([
    ["it is not there", () => new Response(null, { status: 404 })],
    ["its source fails", () => new Response(null, { status: 500 })],
    ["it is no picture", () => new Response("<!doctype html>")],
    ["it has over 2 MB", () => new Response(new Uint8Array(2 * 1024 * 1024 + 1))],
    [
      "it leads to a private address",
      () => new Response(null, { status: 302, headers: { location: "https://10.0.0.1/" } }),
    ],
  ])("when %s", async (_, answer) => {
    const url = freshMark();
    const source = freshSource();
    await answering(answer);
    const world = worldWith(url);
    await expect(ask(world, markedRequest(url, source))).rejects.toMatchObject({ reason: "watermark_failed" });
    await world.settled();
    // The source is well: a picture without a watermark is made, and the next one with it is tried again.
    const plain = { ...requestOf(source, { width: 40, height: 0 }), authority: "signature" as const };
    expect((await ask(world, plain)).meta.width).toBe(40);
    await answering(dark);
    const later = worldWith(url);
    expect((await ask(later, markedRequest(url, source))).meta.width).toBe(40);
    await later.settled();
  });

  test("a private address is never asked, and neither is one that was taken down", async () => {
    const asked = await answering(dark);
    const world = worldWith("https://10.0.0.1/mark-1.png");
    const request = markedRequest("https://10.0.0.1/mark-1.png");
    await expect(ask(world, request)).rejects.toMatchObject({ reason: "watermark_failed" });
    const url = freshMark();
    const { source32 } = await sourceKeys(url);
    const config = configWith({ blocked: { sources: new Set([source32]), hosts: new Set() } });
    const blocked = worldWith(url, { config });
    await expect(ask(blocked, markedRequest(url))).rejects.toMatchObject({ reason: "watermark_failed" });
    expect(asked.filter((address) => address.includes("mark-"))).toEqual([]);
    await Promise.all([world.settled(), blocked.settled()]);
  });
});

test("while its source fails, the one that was kept is drawn; after a purge of its host it is not", async () => {
  const url = freshMark();
  const asked = await answering(dark);
  const start = Date.now();
  const first = worldWith(url, { now: () => start });
  const { transform } = markedRequest(url);
  const bytes = await watermarkFile(transform, first.app, first.caller, first.job);
  await first.settled();
  const counted = asked.length;
  await answering(() => new Response(null, { status: 500 }));
  // Past its freshness (MIN_FRESH is an hour), within the day that originals are kept.
  const later = worldWith(url, { now: () => start + 2 * 3_600_000 });
  expect(await watermarkFile(transform, later.app, later.caller, later.job)).toEqual(bytes);
  const { host16 } = await sourceKeys(url);
  const purged = worldWith(url, {
    now: () => start + 2 * 3_600_000,
    config: configWith({ epochs: { [host16]: start + 3_600_000 } }),
  });
  await expect(watermarkFile(transform, purged.app, purged.caller, purged.job)).rejects.toMatchObject({
    reason: "watermark_failed",
  });
  expect(counted).toBe(1);
  await Promise.all([later.settled(), purged.settled()]);
});

test("a takedown of the watermark reaches stored pictures with it, and no others", async () => {
  const [url, source] = [freshMark(), freshSource()];
  await answering(dark);
  const world = worldWith(url);
  const plain = { ...requestOf(source, { width: 40, height: 0 }), authority: "signature" as const };
  await ask(world, markedRequest(url, source));
  await world.settled();
  for (const keys of [await sourceKeys(url), await sourceKeys(freshMark())]) {
    const blocked = { sources: new Set([keys.source32]), hosts: new Set<string>() };
    const { app, caller, job } = worldWith(url, { config: configWith({ blocked }) });
    const stored = authorize(markedRequest(url, source), app, caller, job);
    if (keys.source32 !== (await sourceKeys(url)).source32) await expect(stored).resolves.toBeDefined();
    else await expect(stored).rejects.toMatchObject({ reason: "watermark_failed" });
    await expect(authorize(plain, app, caller, job)).resolves.toBeDefined();
  }
});

test("a lost watermark is asked for once in 30 s, and no source is asked for pictures that cannot be shown", async () => {
  const url = freshMark();
  let clock = Date.now();
  const asked = await answering(() => new Response(null, { status: 404 }));
  const world = worldWith(url, { now: () => clock });
  const refused = () => expect(ask(world, markedRequest(url))).rejects.toMatchObject({ reason: "watermark_failed" });
  await refused();
  const counted = asked.length;
  expect(asked.filter((address) => address === url)).toHaveLength(1);
  clock += 29_999;
  await refused();
  expect(asked).toHaveLength(counted);
  clock += 1;
  await refused();
  expect(asked.filter((address) => address === url)).toHaveLength(2);
  await world.settled();
});

test("while its source fails, the kept one is drawn for 30 s before the source is asked again", async () => {
  const url = freshMark();
  await answering(dark);
  const start = Date.now();
  const { transform } = markedRequest(url);
  const first = worldWith(url, { now: () => start });
  await watermarkFile(transform, first.app, first.caller, first.job);
  await first.settled();
  const asked = await answering(() => new Response(null, { status: 404 }));
  let clock = start + 2 * 3_600_000;
  const { app, caller, job, settled } = worldWith(url, { now: () => clock });
  for (const [ms, times] of [
    [0, 1],
    [29_999, 1],
    [1, 2],
  ] as const) {
    clock += ms;
    expect(await watermarkFile(transform, app, caller, job)).toBeDefined();
    expect(asked).toHaveLength(times);
  }
  await settled();
});

test("a transform without a watermark asks for nothing", async () => {
  const asked = await answering(dark);
  const { app, caller, job } = worldWith(freshMark());
  expect(await watermarkFile({ watermark: null }, app, caller, job)).toBeUndefined();
  expect(asked).toEqual([]);
});
