import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Config } from "../../../../src/config/config.ts";
import { NO_LIMITS } from "../../../../src/config/politeness.ts";
import type { GovernorAnswer, GovernorCall } from "../../../../src/origin/governor/port.ts";
import { authorize } from "../../../../src/rendition/authorize.ts";
import { getRendition } from "../../../../src/rendition/getRendition.ts";
import { renderForRegion } from "../../../../src/rendition/warmRegion.ts";
import type { ImageRequest } from "../../../../src/request/imageRequest.ts";
import { sourceKeys } from "../../../../src/store/schema/key.ts";
import { readSourceMeta } from "../../../../src/store/sourceMeta.ts";
import {
  type Asked,
  flickrSource,
  names,
  photoOf,
  providerIs,
  wikimediaSource,
} from "../../../support/sources/providers.workerd.ts";
import { CONFIG, jpegOf, requestOf, type World, type WorldOptions, worldOf } from "../../../support/world.workerd.ts";

afterEach(() => vi.restoreAllMocks());

const HOUR = 3_600_000;

/** Grants all that is asked for. Some tests have a clock of their own, and the real object has that of the machine. */
const generousGovernor = {
  ask: async ({ wants }: GovernorCall): Promise<GovernorAnswer> => ({
    ...{ heldMs: 0, refusals: [], renewed: [], limits: NO_LIMITS, governedMs: HOUR },
    grants: wants.map(({ ticket }) => ({
      ...{ ticket, id: crypto.randomUUID(), startInMs: 0, startWithinMs: 1_000, leaseMs: HOUR, bytes: null },
    })),
  }),
};
/** No masters are made. */
const BINDINGS = {
  MASTERS: { send: async () => undefined },
  GOVERNOR: { idFromName: (name: string) => name, get: () => generousGovernor },
} as unknown as Partial<Env>;
const isolate = (options: WorldOptions = {}) =>
  worldOf({ now: () => Date.now(), ...options, bindings: { ...BINDINGS, ...options.bindings } });

/** Asks as a signed reader of a new isolate would, or of the isolate of `world`. */
async function ask(
  source: string,
  wish: Partial<ImageRequest["transform"]>,
  world: World = isolate(),
  authority: ImageRequest["authority"] = "signature",
) {
  const { app, caller } = world;
  const request: ImageRequest = { ...requestOf(source, { height: 0, ...wish }), authority };
  const { job } = worldOf({ caller });
  const own = { ...world.job, trace: job.trace };
  const { meta, body } = await getRendition(request, await authorize(request, app, caller, own), app, caller, own);
  const bytes = new Uint8Array(await new Response(body as BodyInit).arrayBuffer());
  const failures = await world.settled();
  expect(failures).toEqual([]);
  return { meta, bytes, size: `${meta.width}x${meta.height}`, variant: meta.variant, trace: own.trace };
}

const off = (config: Config = CONFIG): Config => ({ ...config, providerSizes: "off" });

async function metaOf(source: string) {
  return readSourceMeta(env.THUMBS, (await sourceKeys(source)).sourceMeta, 0);
}

describe("true dimensions", () => {
  test("a small size, then larger ones: each has the size that the original gives", async () => {
    const source = wikimediaSource();
    const asked = providerIs(photoOf(1000, 667));
    const rows: [string, string][] = [];
    for (const width of [200, 400, 500, 3000, 950]) {
      const { size, variant } = await ask(source, { width });
      rows.push([size, variant]);
    }
    expect(rows).toEqual([
      ["200x134", "wikimedia.250"],
      ["400x267", "wikimedia.500"],
      ["500x334", "wikimedia.500"],
      ["1000x667", "original"],
      ["950x634", "original"],
    ]);
    // The third size was made from the kept file of the second, the last one from the kept original.
    expect(asked.map(({ url, status }) => [/(\d+)px-/.exec(url)?.[1] ?? "original", status])).toEqual([
      ["250", 200],
      ["500", 200],
      ["3840", 404],
      ["3840", 404],
      ["original", 200],
    ]);
  });

  test.each([
    ["gives 404 for sizes that it would have to enlarge", false, 4],
    ["gives the whole picture for them", true, 2],
  ])("nothing is enlarged where the provider %s", async (_, givesWhole, requests) => {
    const source = wikimediaSource();
    const asked = providerIs(photoOf(400, 267, { givesWhole }));
    // 214 would be right: the provider's 330x220 was rounded once before.
    expect((await ask(source, { width: 320 })).size).toBe("320x213");
    expect((await ask(source, { width: 1024 })).size).toBe("400x267");
    expect((await ask(source, { width: 1000, enlarge: true })).size).toBe("1000x668");
    expect(asked).toHaveLength(requests);
  });

  test("a portrait: the provider's longer side is not the width, and the shape is known after one request", async () => {
    const source = flickrSource();
    const asked = providerIs(photoOf(683, 1024));
    expect(await ask(source, { width: 400 })).toMatchObject({ size: "400x600", variant: "flickr.z" });
    expect(names(asked)).toHaveLength(2);
    expect(await ask(source, { width: 500 })).toMatchObject({ size: "500x749", variant: "flickr.c" });
    expect(names(asked)).toHaveLength(3);
  });

  test.each([
    ["a crop in pixels", { crop: { width: 100, height: 80, gravity: null }, width: 50 }],
    [
      "an offset in pixels",
      { crop: { width: 0.5, height: 0.5, gravity: { kind: "compass", at: "nowe", x: 10, y: 0 } } },
    ],
    ["a picture that is not turned upright", { autoRotate: false }],
    ["the original's own size", { width: 0 }],
  ] as const)("%s has the pixels of the original", async (_, wish) => {
    const source = wikimediaSource();
    const asked = providerIs(photoOf(600, 400));
    await ask(source, { width: 100 });
    const before = asked.length;
    const { bytes, variant } = await ask(source, wish);
    expect([variant, asked.slice(before).map(({ url }) => url)]).toEqual(["original", [source]]);
    const plain = await ask(wikimediaSource(), wish, isolate({ config: off() }));
    expect(bytes).toEqual(plain.bytes);
  });

  test("what a variant says is not taken for a fact of the original", async () => {
    const source = wikimediaSource();
    providerIs(photoOf(1000, 667));
    await ask(source, { width: 320 });
    const known = await metaOf(source);
    expect(known?.size).toBeUndefined();
    expect(known).toMatchObject({
      generation: 1,
      // It shows the same picture.
      ...{ colour: expect.any(String), thumbhash: expect.any(String) },
      variants: { "wikimedia.330": expect.objectContaining({ width: 330, height: 220 }) },
    });
    await ask(source, { width: 3000 });
    expect((await metaOf(source))?.variants.original).toMatchObject({ width: 1000, height: 667 });
  });
});

test("a square that the provider cuts serves the same square, and nothing else", async () => {
  const source = flickrSource();
  const asked = providerIs(photoOf(1024, 683));
  const square = { width: 70, height: 70, resize: "fill" } as const;
  expect(await ask(source, square)).toMatchObject({ size: "70x70", variant: "flickr.q" });
  expect((await metaOf(source))?.variants["flickr.q"]).toMatchObject({ crops: true });
  expect(await env.R2_WEUR.head((await sourceKeys(source)).original)).toBeNull();
  expect(await ask(source, { width: 90 })).toMatchObject({ size: "90x60", variant: "flickr.t" });
  // With the original's size known, too.
  await ask(source, { width: 0 });
  const apac = isolate({ caller: { region: "apac" } });
  expect(await ask(source, { ...square, quality: 90 }, apac)).toMatchObject({ size: "70x70", variant: "flickr.q" });
  expect(asked.map(({ url }) => url.slice(-6))).toEqual(["_q.jpg", "_t.jpg", "_b.jpg", "_q.jpg"]);
});

test.each([
  ["the smaller one first", [200, 500, 950]],
  ["the larger one first", [950, 500, 200]],
])("sizes that are asked at once of different variants, %s: each has its own size", async (_, widths) => {
  const source = wikimediaSource();
  const asked = providerIs(photoOf(1000, 667));
  // Each is a request of an isolate of its own. The coordinator of the source, which knows no variants, is the real one.
  const answers = await Promise.all(widths.map((width) => ask(source, { width })));
  expect(answers.map(({ meta }) => meta.width)).toEqual(widths);
  // While nobody knows the original's size, the variant's own shape counts: it was rounded once before.
  for (const { meta } of answers) expect(Math.abs(meta.height - (meta.width * 667) / 1000)).toBeLessThanOrEqual(1);
  // What another size has kept is used only where it has enough pixels.
  const wanted = new Map(widths.map((width, i) => [width, answers[i]?.variant]));
  expect(["original", "wikimedia.960"]).toContain(wanted.get(950));
  expect(["wikimedia.500", "wikimedia.960", "original"]).toContain(wanted.get(500));
  expect(asked.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(3);
});

test("two isolates that see different variants at the same time agree on them afterwards", async () => {
  const source = wikimediaSource();
  const asked = providerIs(photoOf(600, 400));
  const [weur, apac] = [isolate(), isolate({ caller: { region: "apac" } })];
  const made = await Promise.all([ask(source, { width: 320 }, weur), ask(source, { width: 0 }, apac)]);
  expect(made.map(({ variant, meta }) => [variant, meta.generation])).toEqual([
    ["wikimedia.330", 1],
    ["original", 1],
  ]);
  const requests = asked.length;
  for (const world of [weur, apac, isolate()]) {
    await ask(source, { width: 320 }, world);
    await ask(source, { width: 0 }, world);
  }
  expect(asked).toHaveLength(requests);
});

describe("a changed original", () => {
  test("changes all sizes within its freshness", async () => {
    const source = wikimediaSource();
    const photo = photoOf(1000, 667);
    providerIs(photo);
    let later = 0;
    const world = () => isolate({ now: () => Date.now() + later });
    const before = [await ask(source, { width: 320 }, world()), await ask(source, { width: 400 }, world())];
    photo.grey = 10;
    later += HOUR + 1_000;
    await ask(source, { width: 320 }, world());
    // What was behind the answer has stored the new generation. Every other size follows at once.
    const known = await metaOf(source);
    expect(known).toMatchObject({ generation: 2 });
    const after = [await ask(source, { width: 320 }, world()), await ask(source, { width: 400 }, world())];
    const again = [await ask(source, { width: 320 }, world()), await ask(source, { width: 400 }, world())];
    expect(again.map(({ meta }) => meta.generation)).toEqual([2, 2]);
    expect(again.map(({ meta }) => meta.sourceHash)).not.toEqual(before.map(({ meta }) => meta.sourceHash));
    expect(after[0]?.meta.sourceHash).toBe(again[0]?.meta.sourceHash);
  });

  test("to another size and shape: what its size was does not count any more", async () => {
    const source = wikimediaSource();
    const photo = photoOf(400, 267, { givesWhole: true });
    const asked = providerIs(photo);
    let later = 0;
    const world = () => isolate({ now: () => Date.now() + later });
    expect((await ask(source, { width: 450 }, world())).size).toBe("400x267");
    expect((await metaOf(source))?.size).toEqual({ width: 400, height: 267 });
    Object.assign(photo, { width: 600, height: 600, grey: 10 });
    later += HOUR + 1_000;
    asked.length = 0;
    // Shown stale once; what is behind it asks the provider.
    await ask(source, { width: 450 }, world());
    expect((await ask(source, { width: 450 }, world())).size).toBe("450x450");
    expect((await metaOf(source))?.size).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  test("each variant is asked with its own validators", async () => {
    const source = wikimediaSource();
    const photo = photoOf(1000, 667, { etags: true });
    const asked = providerIs(photo);
    let later = 0;
    const world = () => isolate({ now: () => Date.now() + later });
    await ask(source, { width: 320 }, world());
    await ask(source, { width: 3000 }, world());
    later += HOUR + 1_000;
    asked.length = 0;
    await ask(source, { width: 320 }, world());
    await ask(source, { width: 3000 }, world());
    expect(asked.map(({ ifNoneMatch, status }) => [ifNoneMatch, status])).toEqual([
      ['"0.3300-128"', 304],
      ['"1.0000-128"', 304],
    ]);
    expect((await ask(source, { width: 320 }, world())).meta.freshUntil).toBeGreaterThan(Date.now() + later);
  });
});

describe("the walk", () => {
  const statuses = (asked: readonly Asked[]) => asked.map(({ status }) => status);
  const status = (code: number) => () => new Response(null, { status: code });
  const lost = () => {
    throw new Error("Network connection lost.");
  };

  test("a size that the photo lacks costs one request, once", async () => {
    const source = flickrSource();
    const photo = photoOf(1024, 683);
    photo.instead.set(new URL(source).pathname.split("/").at(-1)?.replace("_b", "_z") ?? "", status(404));
    const asked = providerIs(photo);
    const world = isolate();
    expect((await ask(source, { width: 600 }, world)).variant).toBe("flickr.c");
    expect(statuses(asked)).toEqual([404, 200]);
    expect((await ask(source, { width: 620 }, world)).variant).toBe("flickr.c");
    expect((await ask(source, { width: 630, quality: 90 }, world)).variant).toBe("flickr.c");
    expect(statuses(asked).filter((code) => code === 404)).toHaveLength(1);
  });

  test.each([
    ["400", status(400), "original", 2],
    ["429", status(429), "original", 2],
    ["410", status(410), "original", 2],
    ["500: the scaler has failed", status(500), "original", 2],
    ["a page", () => new Response("<html>"), "original", 2],
    ["a redirect in a circle", () => Response.redirect("https://upload.wikimedia.org/loop", 302), "original", null],
  ] as const)("%s on a rendition: the original is asked", async (_, answer, variant, requests) => {
    const source = wikimediaSource();
    const photo = photoOf(600, 400);
    const name = new URL(source).pathname.split("/").at(-1) ?? "";
    photo.instead.set(`330px-${name}`, answer);
    photo.instead.set("loop", () => Response.redirect("https://upload.wikimedia.org/loop", 302));
    photo.instead.set("thumb.wikimedia.org", status(404));
    const asked = providerIs(photo);
    expect((await ask(source, { width: 320 })).variant).toBe(variant);
    if (requests !== null) expect(asked.length).toBeLessThanOrEqual(requests + 1);
  });

  test.each([
    ["502", status(502), "source_failed"],
    ["a lost connection", lost, "source_unreachable"],
  ] as const)("%s: a dead host is not asked for every size", async (_, answer, reason) => {
    const source = flickrSource();
    const photo = photoOf(1024, 683);
    photo.instead.set("live.staticflickr.com", answer);
    const asked = providerIs(photo);
    await expect(ask(source, { width: 320 })).rejects.toMatchObject({ reason });
    expect(new Set(asked.map(({ url }) => url)).size).toBe(1);
  });

  test("another host of the provider is asked when one is dead", async () => {
    const source = wikimediaSource();
    const photo = photoOf(600, 400);
    photo.instead.set("thumb.wikimedia.org", lost);
    const asked = providerIs(photo);
    expect((await ask(source, { width: 320 })).variant).toBe("wikimedia.330");
    expect(new Set(asked.map(({ url }) => new URL(url).host))).toEqual(
      new Set(["thumb.wikimedia.org", "upload.wikimedia.org"]),
    );
  });

  test("a provider's notice in place of a picture is a 404, and is never stored", async () => {
    const source = flickrSource();
    const photo = photoOf(1024, 683);
    const notice = "https://s.yimg.com/pw/images/en-us/photo_unavailable.png";
    photo.instead.set("live.staticflickr.com", () => Response.redirect(notice, 302));
    const asked = providerIs(photo);
    await expect(ask(source, { width: 320 })).rejects.toMatchObject({ reason: "source_placeholder" });
    expect(asked).toHaveLength(4);
    const { renditions, original } = await sourceKeys(source);
    expect((await env.R2_PRIMARY.list({ prefix: renditions })).objects).toEqual([]);
    expect(await env.R2_WEUR.head(original)).toBeNull();
  });

  test("all addresses together have the time of one source", async () => {
    const source = flickrSource();
    const photo = photoOf(1024, 683);
    const asked = providerIs(photo);
    const answer = vi.mocked(globalThis.fetch).getMockImplementation();
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      await new Promise((wake) => setTimeout(wake, 70));
      if (!String(input).endsWith("_b.jpg")) return new Response(null, { status: 404 });
      return (answer as typeof fetch)(input, init);
    });
    const config = { ...CONFIG, sourceTimeoutMs: 100 };
    const failed = ask(source, { width: 600 }, isolate({ config }));
    await expect(failed).rejects.toMatchObject({ reason: "source_timeout" });
    expect(asked).toEqual([]);
  });
});

describe("takedowns, lists and purges", () => {
  const configWith = (over: Partial<Config>) => ({ config: { ...CONFIG, ...over } });
  const thumbOf = (source: string, step: number) => {
    const name = source.split("/").at(-1);
    return `https://thumb.wikimedia.org/wikipedia/commons/thumb/a/ab/${name}/${step}px-${name}`;
  };

  test("what was taken down under the provider's address of a size is not fetched, and not served from the stores", async () => {
    const source = wikimediaSource();
    const asked = providerIs(photoOf(600, 400));
    await ask(source, { width: 320 });
    const { source32 } = await sourceKeys(thumbOf(source, 330));
    const blocked = { sources: new Set([source32]), hosts: new Set<string>() };
    asked.length = 0;
    for (const wish of [{ width: 320 }, { width: 310 }, { width: 310, quality: 90 }]) {
      await expect(ask(source, wish, isolate(configWith({ blocked })))).rejects.toMatchObject({ reason: "blocked" });
    }
    expect(asked).toEqual([]);
  });

  test("a takedown while the walk is on ends it, and nothing is stored", async () => {
    const source = wikimediaSource();
    const photo = photoOf(600, 400);
    const { source32, renditions, original, sourceMeta } = await sourceKeys(source);
    const blocked = { sources: new Set<string>(), hosts: new Set<string>() };
    photo.instead.set("thumb.wikimedia.org", () => {
      blocked.sources.add(source32);
      return new Response(null, { status: 404 });
    });
    const asked = providerIs(photo);
    const { config } = configWith({});
    const world = isolate({ config, latest: { ...config, blocked } });
    await expect(ask(source, { width: 320 }, world)).rejects.toMatchObject({ reason: "blocked" });
    expect(asked).toHaveLength(1);
    expect((await env.R2_PRIMARY.list({ prefix: renditions })).objects).toEqual([]);
    expect(await env.R2_WEUR.head(original)).toBeNull();
    expect(await env.THUMBS.get(sourceMeta)).toBeNull();
  });

  test("a purge of the provider's host while the walk is on: the picture is answered, and not stored", async () => {
    const source = wikimediaSource();
    providerIs(photoOf(600, 400));
    const { host16 } = await sourceKeys(thumbOf(source, 330));
    const latest = { ...CONFIG, epochs: { [host16]: Date.now() + 5_000 } };
    expect((await ask(source, { width: 320 }, isolate({ latest }))).variant).toBe("wikimedia.330");
    const { renditions, original, sourceMeta } = await sourceKeys(source);
    expect((await env.R2_PRIMARY.list({ prefix: renditions })).objects).toEqual([]);
    expect([await env.R2_WEUR.head(original), await env.THUMBS.get(sourceMeta)]).toEqual([null, null]);
  });

  test("a purge of the provider's host makes what came from there a miss", async () => {
    const source = wikimediaSource();
    const asked = providerIs(photoOf(600, 400));
    await ask(source, { width: 320 });
    const { host16 } = await sourceKeys(thumbOf(source, 330));
    asked.length = 0;
    const epochs = { [host16]: Date.now() + 1 };
    const later = () => Date.now() + 10;
    await ask(source, { width: 320 }, isolate({ ...configWith({ epochs }), now: later }));
    expect(asked).toHaveLength(1);
  });

  test.each([
    ["both hosts are listed", ["*.wikimedia.org"], "thumb.wikimedia.org"],
    ["only the source's host is listed", ["upload.wikimedia.org"], "upload.wikimedia.org"],
  ])("unsigned, %s", async (_, allowedSources, host) => {
    const source = wikimediaSource();
    const asked = providerIs(photoOf(600, 400));
    const world = isolate(configWith({ allowedSources }));
    const { variant } = await ask(source, { width: 320 }, world, "list");
    expect([variant, asked.map(({ url }) => new URL(url).host)]).toEqual(["wikimedia.330", [host]]);
  });
});

test("unsigned, a stored picture from a host that is not listed counts as absent, not as refused", async () => {
  const source = wikimediaSource();
  const asked = providerIs(photoOf(600, 400));
  await ask(source, { width: 320 });
  const config = { ...CONFIG, allowedSources: ["upload.wikimedia.org"] };
  const unsigned = await ask(source, { width: 320 }, isolate({ config }), "list");
  expect([unsigned.variant, asked.map(({ url }) => new URL(url).host)]).toEqual([
    "wikimedia.330",
    ["thumb.wikimedia.org", "upload.wikimedia.org"],
  ]);
  // From now on it is there for everybody.
  await ask(source, { width: 320 }, isolate({ config }), "list");
  await ask(source, { width: 320 });
  expect(asked).toHaveLength(2);
});

describe("an image server (IIIF)", () => {
  /** A server of level 1 with a picture of 3000 x 2000, and one size that is ready. */
  function serverIs(info: unknown, status = 200): string[] {
    const asked: string[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const path = new URL(String(input)).pathname.split("/").slice(3).join("/");
      asked.push(path);
      if (path === "info.json") return new Response(JSON.stringify(info), { status });
      const width = Number(/^full\/(\d+),/.exec(path)?.[1] ?? 1500);
      return new Response(await jpegOf(width, Math.round((width * 2) / 3)));
    });
    return asked;
  }
  let serial = 0;
  const iiifSource = () => `https://iiif.pictures.test/iiif/p${++serial}/full/full/0/default.jpg`;
  const INFO = {
    ...{ "@context": "http://iiif.io/api/image/2/context.json", width: 1500, height: 1000 },
    ...{ profile: ["http://iiif.io/api/image/2/level1.json"], sizes: [{ width: 375, height: 250 }] },
  };

  test("its description is asked once, and kept with the source", async () => {
    const source = iiifSource();
    const asked = serverIs(INFO);
    expect(await ask(source, { width: 300 })).toMatchObject({ size: "300x200", variant: "iiif.375" });
    expect(asked).toEqual(["info.json", "full/375,250/0/default.jpg"]);
    // Another isolate, where the kept file does not serve.
    expect(await ask(source, { width: 600 })).toMatchObject({ size: "600x400", variant: "iiif.600" });
    expect(asked.slice(2)).toEqual(["full/600,/0/default.jpg"]);
    expect((await metaOf(source))?.described?.text).toContain('"level1"');
    expect((await ask(source, { width: 3000 })).size).toBe("1500x1000");
    expect(asked.slice(3)).toEqual(["full/full/0/default.jpg"]);
  });

  test.each([
    ["no JSON", "x", 200],
    ["404", {}, 404],
    ["429", {}, 429],
  ])("a server that answers %s has the original only", async (_, info, status) => {
    const source = iiifSource();
    const asked = serverIs(info, status);
    const world = isolate();
    expect(await ask(source, { width: 300 }, world)).toMatchObject({ size: "300x200", variant: "original" });
    expect(asked).toEqual(["info.json", "full/full/0/default.jpg"]);
  });

  test("a dead server is asked once", async () => {
    const asked = serverIs({}, 503);
    await expect(ask(iiifSource(), { width: 300 })).rejects.toMatchObject({ reason: "source_failed" });
    expect(asked).toEqual(["info.json"]);
  });
});

describe("what is kept and what is remembered", () => {
  test("another format of the same size is made from the kept file", async () => {
    const source = flickrSource();
    const asked = providerIs(photoOf(1024, 683));
    await ask(source, { width: 600 });
    expect(await ask(source, { width: 600, format: "jpeg" })).toMatchObject({ variant: "flickr.z" });
    expect(asked).toHaveLength(1);
  });

  test("a dead source: sizes that the kept file holds are made from it, larger ones fail", async () => {
    const source = wikimediaSource();
    const photo = photoOf(1000, 667);
    providerIs(photo);
    await ask(source, { width: 320 });
    for (const host of ["thumb.wikimedia.org", "upload.wikimedia.org"]) {
      photo.instead.set(host, () => new Response(null, { status: 503 }));
    }
    const later = () => isolate({ now: () => Date.now() + 2 * HOUR });
    expect(await ask(source, { width: 300 }, later())).toMatchObject({ size: "300x200", variant: "wikimedia.330" });
    await expect(ask(source, { width: 600 }, later())).rejects.toMatchObject({ reason: "source_failed" });
  });

  test("an original over the limit is remembered for itself: the provider's own size is a picture all the same", async () => {
    const source = wikimediaSource();
    providerIs(photoOf(1000, 667));
    const config = { ...CONFIG, maxSourceBytes: 3_000 };
    const world = isolate({ config });
    const whole = ask(source, { width: 0 }, world);
    await expect(whole).rejects.toMatchObject({ reason: "source_too_many_bytes" });
    expect((await ask(source, { width: 320 }, world)).variant).toBe("wikimedia.330");
    const again = ask(source, { width: 0, quality: 90 }, isolate({ config }));
    await expect(again).rejects.toMatchObject({ reason: "source_too_many_bytes", keeping: { remembered: true } });
  });

  test("a kept original from before a change that another region has seen is not used", async () => {
    const source = wikimediaSource();
    const photo = photoOf(600, 400);
    const asked = providerIs(photo);
    const old = await ask(source, { width: 0 });
    photo.grey = 10;
    await ask(source, { width: 0, quality: 90 }, isolate({ caller: { region: "apac" }, now: () => Date.now() + 1 }));
    expect(await metaOf(source)).toMatchObject({ generation: 2 });
    asked.length = 0;
    const renewed = await ask(source, { width: 590 }, isolate({ now: () => Date.now() + 2 }));
    expect(renewed.meta).toMatchObject({ generation: 2 });
    expect(renewed.meta.sourceHash).not.toBe(old.meta.sourceHash);
  });

  test("a push brings a provider's own size to the region, and a reader there finds it", async () => {
    const source = flickrSource();
    const asked = providerIs(photoOf(1024, 683));
    const world = isolate({ caller: { audience: "warm", region: "apac", isRateLimited: false } });
    const { app, caller, job } = world;
    const request: ImageRequest = { ...requestOf(source, { width: 320, height: 0 }), authority: "signature" };
    const store = await authorize(request, app, caller, job);
    await renderForRegion(request, store, null, app, caller, job);
    await world.settled();
    const reader = await ask(source, { width: 320 }, isolate({ caller: { region: "apac" } }));
    expect([reader.variant, reader.trace.hit, asked.length]).toEqual(["flickr.n", "region", 1]);
  });

  test("no master is made of a provider's size", async () => {
    const source = flickrSource();
    const sent: unknown[] = [];
    const bindings = {
      MASTERS: { send: async (order: unknown) => void sent.push(order) } as unknown as Env["MASTERS"],
    };
    providerIs(photoOf(1024, 683));
    await ask(source, { width: 600 }, isolate({ bindings }));
    await ask(source, { width: 500 }, isolate({ bindings }));
    expect(sent).toEqual([]);
    await ask(source, { width: 900 }, isolate({ bindings }));
    expect(sent).toHaveLength(1);
  });

  test("the log tells the variant, and the bytes that it saved where the original's length is known", async () => {
    const source = wikimediaSource();
    const photo = photoOf(1000, 667);
    providerIs(photo);
    const first = await ask(source, { width: 320 });
    expect(first.trace).toMatchObject({ sourceVariant: "wikimedia.330", bytesSaved: null });
    const whole = await ask(source, { width: 0 });
    expect(whole.trace).toMatchObject({ sourceVariant: "original", bytesSaved: null });
    // The kept original would serve here: another region has none.
    const other = await ask(source, { width: 600 }, isolate({ caller: { region: "apac" } }));
    expect(other.trace).toMatchObject({
      sourceVariant: "wikimedia.960",
      bytesSaved: whole.trace.bytesIn - other.trace.bytesIn,
    });
  });

  test("PROVIDER_SIZES=off: the original alone is asked", async () => {
    const source = flickrSource();
    const asked = providerIs(photoOf(1024, 683));
    expect((await ask(source, { width: 320 }, isolate({ config: off() }))).variant).toBe("original");
    expect(asked.map(({ url }) => url)).toEqual([source]);
  });
});
