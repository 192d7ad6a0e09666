import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { image } from "../../../src/handlers/image.ts";
import { authorize } from "../../../src/rendition/authorize.ts";
import { getRendition } from "../../../src/rendition/getRendition.ts";
import { freshSource, jpegOf, requestOf, type World, type WorldOptions, worldOf } from "../../support/world.workerd.ts";

/** A binding that counts every call. */
function counted<T extends object>(real: T, calls: string[], name: string): T {
  return new Proxy(real, {
    get(target, member) {
      const value: unknown = Reflect.get(target, member);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        calls.push(`${name}.${String(member)}`);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

const NAMES = ["THUMBS", "R2_PRIMARY", "R2_WEUR", "COORDINATOR", "MISS_LIMIT"] as const;

/** A world whose calls of stores, coordinator and limiter are written down. */
function countedWorld(limited: boolean, caller: WorldOptions["caller"] = {}) {
  const calls: string[] = [];
  const bindings = Object.fromEntries(NAMES.map((name) => [name, counted(env[name], calls, name)]));
  const MISS_LIMIT = counted({ limit: async () => ({ success: !limited }) }, calls, "MISS_LIMIT");
  return { calls, world: worldOf({ bindings: { ...bindings, MISS_LIMIT }, now: () => Date.now(), caller }) };
}

const addressOf = (source: string, query = "w=40") =>
  `https://img.test/photon/${source.replace("https://", "")}?ssl=1&${query}`;

async function ask({ app, caller, job, settled }: World, url: string) {
  try {
    const { status } = await image(new Request(url), app, caller, job);
    return status;
  } catch (error) {
    return (error as { reason: unknown }).reason;
  } finally {
    await settled();
  }
}

const sourceAnswers = (status = 200) =>
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(await jpegOf(80, 60), { status }));
afterEach(() => vi.restoreAllMocks());

describe("a client that is over its rate", () => {
  test("costs one look at the stores, then none until the memo ends: not even a call of the limiter", async () => {
    sourceAnswers();
    const { world, calls } = countedWorld(true);
    expect(await ask(world, addressOf(freshSource()))).toBe("rate_limited");
    expect(calls).toContain("MISS_LIMIT.limit");
    calls.length = 0;
    for (let i = 0; i < 5; i++) expect(await ask(world, addressOf(freshSource()))).toBe("rate_limited");
    expect(calls).toEqual([]);
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each([
    (source: string) => `/image/w=40/${source}`,
    (source: string) => `/_next/image?url=${encodeURIComponent(source)}&w=40`,
    (source: string) => `/_ipx/w_40/${source}`,
    (source: string) => `/?url=${encodeURIComponent(source)}&w=40`,
  ])("is refused by every unsigned grammar: %s", async (pathOf) => {
    const { world } = countedWorld(true);
    expect(await ask(world, `https://img.test${pathOf(freshSource())}`)).toBe("rate_limited");
    expect(await ask(world, `https://img.test${pathOf("https://elsewhere.test/a.jpg")}`)).toBe("source_not_allowed");
    expect(await ask(world, `https://img.test${pathOf("https://img.test/a.jpg")}`)).toBe("loop");
  });

  test("still gets what the edge has, and that costs nothing but the edge", async () => {
    sourceAnswers();
    const source = freshSource();
    expect(await ask(countedWorld(false).world, addressOf(source))).toBe(200);
    const { world, calls } = countedWorld(true);
    expect(await ask(world, addressOf(freshSource()))).toBe("rate_limited");
    calls.length = 0;
    for (let i = 0; i < 3; i++) expect(await ask(world, addressOf(source))).toBe(200);
    expect(calls).toEqual([]);
  });

  test("another network of the same site is refused at once too, when the site is over its rate", async () => {
    const { world, calls } = countedWorld(true, { clientKeys: () => ["site"] });
    expect(await ask(world, addressOf(freshSource()))).toBe("rate_limited");
    calls.length = 0;
    const other: World = { ...world, caller: { ...world.caller, clientKeys: () => ["another network", "site"] } };
    expect(await ask(other, addressOf(freshSource()))).toBe("rate_limited");
    expect(calls).toEqual([]);
  });
});

describe("the memory of addresses", () => {
  test("has those that were answered with a picture", async () => {
    sourceAnswers();
    const { world } = countedWorld(false);
    expect(await ask(world, addressOf(freshSource()))).toBe(200);
    expect(world.app.state.requests.size).toBe(1);
  });

  const long = "x".repeat(7_000);
  test.each([
    ["a source that is not listed", "https://elsewhere.test/a.jpg", "source_not_allowed"],
    ["a private address", "https://10.0.0.1/a.jpg", "address_private"],
    ["ourselves", "https://img.test/a.jpg", "loop"],
    ["a long one", `https://elsewhere.test/${long}.jpg`, "source_not_allowed"],
  ])("has none that policy refuses: %s", async (_, source, reason) => {
    const { world } = countedWorld(false);
    expect(await ask(world, addressOf(source))).toBe(reason);
    expect([world.app.state.requests.size, world.app.state.requests.bytes]).toEqual([0, 0]);
  });

  test("has none that the rate or the source refuses", async () => {
    sourceAnswers(404);
    for (const [limited, reason] of [
      [true, "rate_limited"],
      [false, "source_missing"],
    ] as const) {
      const { world } = countedWorld(limited);
      expect(await ask(world, addressOf(freshSource()))).toBe(reason);
      expect(world.app.state.requests.size).toBe(0);
    }
  });
});

describe("a source without a scheme", () => {
  const NAME = "pictures.test/plain.jpg";
  /** HTTPS fails in this way; HTTP answers with a picture, or with this status. */
  const answering = (error: () => Response, status = 200) =>
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const { url } = new Request(input as RequestInfo);
      return url.startsWith("https:") ? error() : new Response(await jpegOf(80, 60), { status });
    });
  const unreachable = () => {
    throw new TypeError("Network connection lost.");
  };
  const path = () => `https://img.test/?url=pictures.test/${crypto.randomUUID()}.jpg&w=40`;

  test("is asked over HTTP when HTTPS cannot be reached", async () => {
    answering(unreachable);
    expect(await ask(countedWorld(false).world, path())).toBe(200);
  });
  test("is asked over HTTP at once when its host was found to have no HTTPS", async () => {
    answering(unreachable);
    const { world } = countedWorld(false);
    const url = path();
    expect(await ask(world, url)).toBe(200);
    vi.mocked(fetch).mockClear();
    expect(await ask(world, url)).toBe(200);
    expect(await ask(world, path())).toBe(200);
    const asked = vi.mocked(fetch).mock.calls.map(([input]) => new Request(input as RequestInfo).url);
    expect(asked.map((address) => address.split(":")[0])).toEqual(["http"]);
  });
  test("is not when HTTPS answers, whatever it says", async () => {
    answering(() => new Response(null, { status: 404 }));
    expect(await ask(countedWorld(false).world, path())).toBe("source_missing");
    const asked = vi.mocked(fetch).mock.calls.map(([input]) => new Request(input as RequestInfo).url);
    expect(asked.every((url) => url.startsWith("https:"))).toBe(true);
  });
  test("nor when it had a scheme, or ssl:", async () => {
    answering(unreachable);
    const { world } = countedWorld(false);
    for (const source of [`https://${NAME}`, `ssl:${NAME}`]) {
      expect(await ask(world, `https://img.test/?url=${source}&w=40`)).toBe("source_unreachable");
    }
  });
  test("says what HTTPS said when HTTP fails too", async () => {
    answering(unreachable, 404);
    expect(await ask(countedWorld(false).world, path())).toBe("source_unreachable");
  });
});

describe("a picture that stands in for a failing one", () => {
  const FALLBACK = "https://pictures.test/fallback.jpg";
  const configOf = (code: string) =>
    parseConfig({
      ALLOWED_SOURCES: "pictures.test",
      REGIONS: "enam,weur,apac",
      FALLBACK_IMAGE_URL: FALLBACK,
      FALLBACK_IMAGE_HTTP_CODE: code,
    });
  /** Only the picture that stands in is there. */
  const failing = (standIn = 200) =>
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const isStandIn = new Request(input as RequestInfo).url.startsWith(FALLBACK);
      return new Response(isStandIn ? await jpegOf(80, 60) : "", { status: isStandIn ? standIn : 404 });
    });
  const worldWith = (code: string) => worldOf({ config: configOf(code), now: () => Date.now() });

  test.each([
    ["", 200],
    ["404", 404],
    ["0", 404],
    ["503", 503],
  ])("has the status %j says: %d, and is kept as long as the failure", async (code, status) => {
    failing();
    const { app, caller, job, settled } = worldWith(code);
    const answer = await image(new Request(addressOf(freshSource())), app, caller, job);
    await settled();
    expect([answer.status, answer.headers["cache-control"]]).toEqual([status, "public, max-age=300"]);
    const { headers } = new Response(null, { headers: answer.shared });
    expect([headers.get("content-type"), headers.get("link")]).toEqual(["image/jpeg", null]);
    expect(job.trace.reason).toBe("source_missing");
  });
  test("no condition of the request is about it", async () => {
    failing();
    const { app, caller, job, settled } = worldWith("200");
    const headers = { "if-none-match": "*" };
    const answer = await image(new Request(addressOf(freshSource()), { headers }), app, caller, job);
    await settled();
    expect(answer.status).toBe(200);
  });
  test("the failure is told when it fails too, and when nobody but the reader is at fault", async () => {
    failing(500);
    const world = worldOf({
      config: { ...configOf("200"), fallbackImageUrl: freshSource() },
      now: () => Date.now(),
    });
    expect(await ask(world, addressOf(freshSource()))).toBe("source_missing");
    expect(await ask(worldWith("200"), addressOf("https://elsewhere.test/a.jpg"))).toBe("source_not_allowed");
  });
});

describe("a signing key that is over its limit", () => {
  const signer = { name: "shop", limit: "strict" } as const;
  test("still gets what is stored, in the far stores too; its new pictures are refused", async () => {
    sourceAnswers();
    const { world, calls } = countedWorld(false);
    const strict = { limit: async () => ({ success: false }) };
    const over: World = {
      ...world,
      app: { ...world.app, bindings: { ...world.app.bindings, KEY_LIMIT_STRICT: counted(strict, calls, "KEY_LIMIT") } },
    };
    const asked = async (source: string, { app, caller, job }: World, signed: object = { signer }) => {
      const request = { ...requestOf(source), authority: "signature" as const, ...signed };
      const store = await authorize(request, app, caller, job);
      return getRendition(request, store, app, caller, job).then(
        ({ meta }) => meta.width,
        ({ reason }: { reason: unknown }) => reason,
      );
    };
    const stored = freshSource();
    expect(await asked(stored, world, {})).toBe(40);
    await world.settled();
    expect(await asked(freshSource(), over)).toBe("rate_limited");
    expect(calls).toContain("KEY_LIMIT.limit");
    calls.length = 0;
    expect([await asked(stored, over), await asked(freshSource(), over)]).toEqual([40, "rate_limited"]);
    // The refusal is remembered, so the limiter is not asked again.
    expect(calls).not.toContain("KEY_LIMIT.limit");
    expect(over.job.trace.signer).toBe("shop");
    await over.settled();
  });
});

describe("who may ask", () => {
  const config = parseConfig({
    ALLOWED_SOURCES: "pictures.test",
    REGIONS: "enam,weur,apac",
    ALLOWED_REFERERS: "a.test",
  });
  test("a page that is not listed gets nothing, stored pictures neither, and no store is asked", async () => {
    sourceAnswers();
    const { calls, world } = countedWorld(false);
    const url = addressOf(freshSource());
    expect(await ask(world, url)).toBe(200);
    calls.length = 0;
    const strict: World = { ...world, app: { ...world.app, config } };
    const asked = (referer: string) =>
      image(new Request(url, { headers: { referer } }), strict.app, strict.caller, strict.job).then(
        ({ status }) => status,
        (error: { reason: unknown }) => error.reason,
      );
    expect(await asked("https://b.test/")).toBe("referer_refused");
    expect(calls).toEqual([]);
    expect(await asked("https://a.test/")).toBe(200);
    await world.settled();
  });

  test("a client has so many new pictures at once, and hits besides", async () => {
    const most = parseConfig({
      ALLOWED_SOURCES: "pictures.test",
      REGIONS: "enam,weur,apac",
      MAX_MISSES_IN_FLIGHT: "2",
    });
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
      await gate;
      return new Response(await jpegOf(80, 60));
    });
    const world = worldOf({ config: most, now: () => Date.now() });
    const waiting = [freshSource(), freshSource()].map((source) => ask(world, addressOf(source)));
    while (fetch === undefined || vi.mocked(fetch).mock.calls.length < 2)
      await new Promise((turn) => setTimeout(turn, 5));
    const one = worldOf({ config: most, now: () => Date.now() });
    const same: World = { ...one, app: { ...one.app, state: world.app.state } };
    expect(await ask(same, addressOf(freshSource()))).toBe("in_flight_limited");
    open();
    expect(await Promise.all(waiting)).toEqual([200, 200]);
    expect(await ask(same, addressOf(freshSource()))).toBe(200);
  });
});

describe("a file that is passed on", () => {
  const worldSigned = () => worldOf({ now: () => Date.now() });
  test("is the source's own, byte for byte; a GIF is refused for this address only", async () => {
    const bytes = await jpegOf(80, 60);
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(bytes));
    const { app, caller, job, settled } = worldSigned();
    const request = { ...requestOf(freshSource(), { raw: true }), authority: "signature" as const };
    const store = await authorize(request, app, caller, job);
    const picture = await getRendition(request, store, app, caller, job);
    await settled();
    expect(new Uint8Array(await new Response(picture.body as BodyInit).arrayBuffer())).toEqual(new Uint8Array(bytes));
    const gif = Uint8Array.from(atob("R0lGODlhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs="), (char) => char.charCodeAt(0));
    vi.mocked(fetch).mockImplementation(async () => new Response(gif));
    const source = freshSource();
    const of = { ...requestOf(source, { raw: true }), authority: "signature" as const };
    const other = await authorize(of, app, caller, job);
    await expect(getRendition(of, other, app, caller, job)).rejects.toMatchObject({ reason: "option_invalid" });
    const plain = { ...requestOf(source, { width: 9 }), authority: "signature" as const };
    const third = await authorize(plain, app, caller, job);
    expect((await getRendition(plain, third, app, caller, job)).meta.format).toBe("webp");
    await settled();
  });
});
