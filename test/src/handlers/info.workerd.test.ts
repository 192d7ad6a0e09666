import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { Failure } from "../../../src/errors.ts";
import { image } from "../../../src/handlers/image.ts";
import { answerInfo, info } from "../../../src/handlers/info.ts";
import { hostHash, sourceKeys } from "../../../src/store/schema/key.ts";
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

const addressOf = (source: string, prefix = "/info") =>
  `https://img.test${prefix}/photon/${source.replace("https://", "")}?ssl=1&w=40`;

type Told = {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, string>;
};

async function ask(world: World, url: string, headers: Record<string, string> = {}): Promise<Told> {
  try {
    const answer = await info(new Request(url, { headers }), world.app, world.caller, world.job);
    const text = answer.body instanceof Uint8Array ? new TextDecoder().decode(answer.body) : "{}";
    return { status: answer.status, body: JSON.parse(text), headers: { ...answer.headers } };
  } finally {
    await world.settled();
  }
}

/** A source of one file that answers ranges. Gives the ranges asked for. */
function sourceIs(bytes: Uint8Array, more: Record<string, string> = {}) {
  const asked: (string | null)[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
    const headers = new Headers(init?.headers);
    asked.push(headers.get("range"));
    if (headers.get("if-none-match") === more.etag && more.etag !== undefined)
      return new Response(null, { status: 304 });
    const last = Number(/^bytes=0-(\d+)$/.exec(headers.get("range") ?? "")?.[1] ?? bytes.length - 1);
    const part = bytes.slice(0, last + 1);
    const range = `bytes 0-${part.length - 1}/${bytes.length}`;
    const status = headers.has("range") ? 206 : 200;
    return new Response(part, {
      status,
      headers: { "content-range": range, "cache-control": "max-age=7200", ...more },
    });
  });
  return asked;
}

const reasonOf = (error: unknown) => (error instanceof Failure ? error.reason : String(error));

describe("/info", () => {
  test("says what the first bytes say, as JSON that is kept like the picture", async () => {
    const bytes = new Uint8Array(200_000);
    bytes.set(await jpegOf(80, 60));
    const asked = sourceIs(bytes, { etag: '"one"' });
    const { status, body, headers } = await ask(worldOf(), addressOf(freshSource()));
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ width: 80, height: 60, format: "jpeg", bytes: 200_000, orientation: 1, alpha: false, progressive: false },
      ...{
        colourSpace: "ycc",
        frames: 1,
        duration: 0,
        loop: 1,
        camera: null,
        exposure: null,
        aperture: null,
        iso: null,
        focalLength: null,
      },
      ...{ takenAt: null, title: null, artist: null, copyright: null, dominantColour: null, thumbhash: null },
    });
    expect(asked).toEqual(["bytes=0-65535"]);
    expect(headers["cache-control"]).toMatch(/^public, max-age=7200, stale-while-revalidate=/);
    expect(headers.etag).toMatch(/^"[0-9a-f]{16}"$/);
  });

  test("the second request costs no fetch; another data centre finds it in KV; a client that has it gets 304", async () => {
    const asked = sourceIs(await jpegOf(80, 60));
    const source = freshSource();
    const first = await ask(worldOf(), addressOf(source));
    const again = worldOf();
    expect((await ask(again, addressOf(source))).body).toEqual(first.body);
    expect(again.job.trace.hit).toBe("edge");
    const other = worldOf({ caller: { cacheOrigin: "https://img.test/.at/GRU" } });
    expect((await ask(other, addressOf(source))).body).toEqual(first.body);
    expect(other.job.trace.hit).toBe("kv");
    expect((await ask(worldOf(), addressOf(source), { "if-none-match": first.headers.etag ?? "" })).status).toBe(304);
    expect(asked).toHaveLength(1);
  });

  test("after a render it needs no fetch, and knows the dominant colour and the ThumbHash", async () => {
    const asked = sourceIs(await jpegOf(80, 60, 128));
    const source = freshSource();
    const world = worldOf();
    await image(new Request(addressOf(source, "")), world.app, world.caller, world.job);
    await world.settled();
    const { body } = await ask(worldOf(), addressOf(source));
    expect(body).toMatchObject({ width: 80, height: 60, dominantColour: "#808080", thumbhash: expect.any(String) });
    expect(asked).toEqual([null]);
  });

  test("what is stale is confirmed by the source, and stands while the source fails", async () => {
    const asked = sourceIs(await jpegOf(80, 60), { etag: '"one"' });
    const source = freshSource();
    let now = 1_800_000_000_000;
    const world = () => worldOf({ now: () => now, caller: { cacheOrigin: `https://img.test/.at/${now}` } });
    const first = await ask(world(), addressOf(source));
    now += 8_000_000;
    const confirmed = await ask(world(), addressOf(source));
    expect([confirmed.body, asked.length]).toEqual([first.body, 2]);
    now += 8_000_000;
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(null, { status: 500 }));
    const failing = world();
    expect((await ask(failing, addressOf(source))).body).toEqual(first.body);
    expect([failing.job.trace.hit, failing.job.trace.failure]).toEqual(["stale-if-error", "source_failed"]);
  });

  test("a header that lies further back is found with more bytes, and a file that ends before it is damaged", async () => {
    const picture = await jpegOf(80, 60);
    const segments = Array.from({ length: 3 }, () => [0xff, 0xef, 0xff, 0xff, ...new Array(65_533).fill(0)]);
    const bytes = Uint8Array.from([...picture.subarray(0, 20), ...segments.flat(), ...picture.subarray(20)]);
    const asked = sourceIs(bytes);
    expect((await ask(worldOf(), addressOf(freshSource()))).body).toMatchObject({ width: 80, bytes: bytes.length });
    expect(asked).toEqual(["bytes=0-65535", "bytes=0-1048575"]);
    sourceIs(bytes.slice(0, 1_000));
    expect(reasonOf(await ask(worldOf(), addressOf(freshSource())).catch((error) => error))).toBe("image_damaged");
  });

  test.each([
    ["not an image", () => new Response("<html>"), "not_an_image"],
    ["missing", () => new Response(null, { status: 404 }), "source_missing"],
  ])("a failure is remembered for pictures too: %s", async (_, answer, reason) => {
    const asked = vi.spyOn(globalThis, "fetch").mockImplementation(async () => answer());
    const source = freshSource();
    expect(reasonOf(await ask(worldOf(), addressOf(source)).catch((error) => error))).toBe(reason);
    const world = worldOf();
    const picture = image(new Request(addressOf(source, "")), world.app, world.caller, world.job);
    expect(reasonOf(await picture.catch((error) => error))).toBe(reason);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test("the same policy as for the picture: list, takedown, rate, loop", async () => {
    const asked = sourceIs(await jpegOf(80, 60));
    const source = freshSource();
    const refused = async (world: World, url: string) => reasonOf(await ask(world, url).catch((error) => error));
    expect(await refused(worldOf(), addressOf("https://elsewhere.test/a.jpg"))).toBe("source_not_allowed");
    const host16 = await hostHash("pictures.test");
    const { source32 } = await sourceKeys(source);
    const blocked = { sources: new Set([source32]), hosts: new Set<string>() };
    expect(await refused(worldOf({ config: configWith({ blocked }) }), addressOf(source))).toBe("blocked");
    const hosts = { sources: new Set<string>(), hosts: new Set([host16]) };
    expect(await refused(worldOf({ config: configWith({ blocked: hosts }) }), addressOf(source))).toBe("blocked");
    const MISS_LIMIT = { limit: async () => ({ success: false }) } as unknown as Env["MISS_LIMIT"];
    expect(await refused(worldOf({ bindings: { MISS_LIMIT } }), addressOf(source))).toBe("rate_limited");
    expect(asked).toEqual([]);
    await ask(worldOf(), addressOf(source));
    // Blocked after it was stored: no store is read.
    expect(await refused(worldOf({ config: configWith({ blocked }) }), addressOf(source))).toBe("blocked");
  });

  test("a purge of the host makes every copy a miss", async () => {
    const asked = sourceIs(await jpegOf(80, 60));
    const source = freshSource();
    await ask(worldOf(), addressOf(source));
    const epochs = { [await hostHash("pictures.test")]: Date.UTC(2026, 10, 9, 12) + 1 };
    await ask(worldOf({ config: configWith({ epochs }), now: () => Date.UTC(2026, 10, 9, 12) + 2 }), addressOf(source));
    expect(asked).toHaveLength(2);
    expect(await env.THUMBS.get((await sourceKeys(source)).info)).not.toBeNull();
  });

  test("the signature is that of the path behind it", async () => {
    sourceIs(await jpegOf(80, 60));
    const { signedUrlSync } = await import("../../../src/client/url.ts");
    const signing = { key: "736563726574", salt: "68656c6c6f" };
    const config = { ...CONFIG, ...parseConfig({ SIGNING_KEYS: signing.key, SIGNING_SALTS: signing.salt }) };
    const path = signedUrlSync("", freshSource(), { width: 320 }, signing);
    expect((await ask(worldOf({ config }), `https://img.test/info${path}`)).body).toMatchObject({ width: 80 });
    const forged = path.replace("/w:320/", "/w:321/");
    const error = await ask(worldOf({ config }), `https://img.test/info${forged}`).catch((thrown) => thrown);
    expect(reasonOf(error)).toBe("signature_invalid");
  });

  test("Cloudflare's format=json: the size of the result, and the original", async () => {
    sourceIs(await jpegOf(80, 60));
    const world = worldOf();
    const request = { ...requestOf(freshSource(), { width: 40, height: 0 }), info: "cloudflare" } as const;
    const { body } = await answerInfo(request, new Request("https://img.test/"), world.app, world.caller, world.job);
    await world.settled();
    expect(JSON.parse(new TextDecoder().decode(body as Uint8Array))).toEqual({
      ...{ width: 40, height: 30 },
      original: { file_size: (await jpegOf(80, 60)).length, width: 80, height: 60, format: "image/jpeg" },
    });
  });
});
