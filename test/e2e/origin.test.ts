/** The way to a source, through the Worker as built: what it sees of a client, redirects, HTTPS first, the breaker. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FaultyEdge, startFaultyEdge } from "../support/faultyEdge.ts";
import { createAuthority } from "../support/sources/authority.ts";
import { jpegOf } from "../support/sources/picture.ts";
import { closedPort, type SourceServer, startSource } from "../support/sources/server.ts";
import { askFor, inTurn, settled } from "./asking.ts";

const authority = createAuthority();
let source: SourceServer;
let stranger: SourceServer;
let edge: FaultyEdge;
/** The same Worker where sources have public names. */
let named: FaultyEdge;

beforeAll(async () => {
  const picture = await jpegOf({ r: 120, g: 60, b: 180 });
  [source, stranger] = await Promise.all([
    startSource({ picture, authority }),
    startSource({ picture, authority: createAuthority("A stranger") }),
  ]);
  const closed = await closedPort();
  const root = authority.root;
  edge = await startFaultyEdge({ root, vars: { ALLOWED_SOURCES: "127.0.0.1", ALLOW_LOOPBACK_SOURCES: "true" } });
  named = await startFaultyEdge({
    root,
    vars: { ALLOWED_SOURCES: "*.pictures.test" },
    names: {
      "good.pictures.test": { http: source.http, https: source.https },
      "plain.pictures.test": { http: source.http, https: closed },
      "stranger.pictures.test": { http: source.http, https: stranger.https },
      "down.pictures.test": { http: closed, https: closed },
    },
  });
}, 120_000);
afterAll(async () => {
  await Promise.all([edge?.stop(), named?.stop(), source?.close(), stranger?.close()]);
});
beforeEach(() => {
  source.seen.length = 0;
});

const local = (path: string) => `http://127.0.0.1:${source.http}/${path}`;

describe("what a source sees", () => {
  test("none of a client's headers, whatever it sends", async () => {
    const address = `${edge.url}/insecure/rs:fit:160/plain/${encodeURIComponent(local("many/hygiene"))}`;
    const response = await fetch(address, {
      headers: {
        accept: "image/avif,image/webp,*/*;q=0.8",
        "accept-language": "eu",
        authorization: "Bearer secret",
        cookie: "session=secret",
        "cf-connecting-ip": "192.0.2.7",
        forwarded: "for=192.0.2.7",
        "if-none-match": '"theirs"',
        origin: "https://page.test",
        range: "bytes=0-10",
        referer: "https://page.test/secret",
        "user-agent": "TheirBrowser/1.0",
        via: "1.1 some-cdn",
        "x-forwarded-for": "192.0.2.7",
        "x-photon-authentication": "secret",
        "x-secret": "secret",
      },
    });
    expect(response.status).toBe(200);
    expect(source.seen).toHaveLength(1);
    const { host, ...sent } = source.seen[0]?.headers ?? {};
    expect(host).toBe(`127.0.0.1:${source.http}`);
    expect(Object.keys(sent).sort()).toEqual([
      "accept",
      "accept-encoding",
      "cache-control",
      "cdn-loop",
      "cf-worker",
      "pragma",
      "user-agent",
      "via",
    ]);
    expect(JSON.stringify(sent)).not.toMatch(/secret|192\.0\.2\.7|theirs|page\.test|TheirBrowser|some-cdn/i);
    expect(sent["user-agent"]).toMatch(/^Firstlight\/\d+\.\d+\.\d+ \(bot; \+https?:\/\/.+\)$/);
  });

  test("a cookie it sets is not kept, sent back or passed on", async () => {
    const address = (name: string) =>
      `${edge.url}/insecure/rs:fit:160/plain/${encodeURIComponent(local(`picture.jpg?${name}`))}`;
    const responses = await inTurn(["one", "two"], 1, (name) => fetch(address(name)));
    expect(responses.map((response) => response.headers.get("set-cookie"))).toEqual([null, null]);
    expect(source.seen.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
  });
});

describe("redirects", () => {
  const to = (url: string) => local(`to?url=${encodeURIComponent(url)}`);

  test.each([
    ["three", () => local("chain/3"), 200, ""],
    ["four", () => local("chain/4"), 502, "source_redirects"],
    ["a circle", () => local("loop"), 502, "source_redirects"],
    ["to a private address", () => to("http://192.168.1.1/x"), 403, "address_private"],
    ["to the metadata address", () => to("http://169.254.169.254/latest/"), 403, "address_private"],
    ["to a private name", () => to("http://router.local/x"), 403, "address_private"],
    ["to another scheme", () => to("file:///etc/passwd"), 502, "source_redirect_refused"],
    ["to another port of a public host", () => to("https://example.org:8443/x"), 502, "source_redirect_refused"],
    ["to a host that is not listed", () => to("https://example.org/x"), 502, "source_redirect_refused"],
    ["back to ourselves", () => to(`${edge.url}/x`), 508, "loop"],
  ])("%s", async (_name, address, status, code) => {
    const answer = await askFor(edge.url, address());
    expect([answer.status, answer.code]).toEqual([status, code]);
    // Whatever became of it, it tells nothing of where it led.
    expect(new TextDecoder().decode(answer.bytes)).not.toMatch(/192\.168|169\.254|router|passwd/);
  });
});

describe("HTTPS first", () => {
  /** Asks over plain HTTP for a picture of a public name; the Worker itself stands on a public name too. */
  const get = (host: string, path: string) => askFor(named.url, `http://${host}/${path}`);

  test("an http source is fetched over HTTPS", async () => {
    expect((await get("good.pictures.test", "many/https")).status).toBe(200);
    expect(source.seen.map(({ tls }) => tls)).toEqual([true]);
  });

  test.each(["plain.pictures.test", "stranger.pictures.test"])("%s has none to trust: over HTTP", async (host) => {
    expect((await get(host, "many/http")).status).toBe(200);
    expect((await get(host, "many/http-again")).status).toBe(200);
    expect(source.seen.map(({ tls }) => tls)).toEqual([false, false]);
  });

  test("a status over HTTPS is the answer", async () => {
    expect((await get("good.pictures.test", "status/404")).code).toBe("source_missing");
    expect(source.seen.map(({ tls }) => tls)).toEqual([true]);
  });

  test("a host that is down is down", async () => {
    expect((await get("down.pictures.test", "many/down")).code).toBe("source_unreachable");
  });

  test("an https source with a stranger's certificate is refused", async () => {
    const answer = await askFor(named.url, "https://stranger.pictures.test/many/tls");
    expect([answer.status, answer.code]).toEqual([502, "source_tls"]);
  });
});

describe("a sick host", () => {
  test("after twenty server errors of many pictures nobody waits for it; what is stored is served; then it is probed", async () => {
    const sick = await startSource({ picture: await jpegOf({ r: 9, g: 99, b: 9 }), authority });
    const address = (path: string) => `http://127.0.0.1:${sick.http}/${path}`;
    expect((await askFor(edge.url, address("many/stored"))).status).toBe(200);
    await settled(edge);
    sick.force("status/503");
    // A success of the last 30 s would hold the breaker closed.
    await edge.set({ clock: 31_000 });
    for (let i = 0; i < 20; i++) {
      expect((await askFor(edge.url, address(`many/${i}`))).code).toBe("source_failed");
    }
    const asked = sick.seen.length;

    const page = await inTurn([...Array(21).keys()], 1, async (i) => {
      const url = `${edge.url}/insecure/rs:fit:160/plain/${encodeURIComponent(address(`many/new-${i}`))}`;
      const response = await fetch(url);
      const timing = response.headers.get("server-timing") ?? "";
      return { body: await response.json(), origin: Number(/origin;dur=([\d.]+)/.exec(timing)?.[1] ?? Number.NaN) };
    });
    expect(page.map(({ body }) => (body as { code: string }).code)).toEqual(Array(21).fill("source_breaker_open"));
    // The median: a busy machine may stop any one of them.
    expect(page.map(({ origin }) => origin).sort((a, b) => a - b)[10]).toBeLessThan(5);
    expect(sick.seen.length).toBe(asked);
    expect((await askFor(edge.url, address("many/stored"))).status).toBe(200);
    // In the next data centre too, which does not have it in its own cache.
    await edge.set({ clock: 36_000, edge: "fail" });
    expect((await askFor(edge.url, address("many/stored"))).status).toBe(200);

    sick.force(null);
    await edge.set({ clock: 42_000 });
    sick.seen.length = 0;
    expect((await askFor(edge.url, address("many/probe"))).status).toBe(200);
    // The picture that worked before was asked first, whoever came first.
    expect(sick.seen.map(({ path }) => path)).toEqual(["/many/stored", "/many/probe"]);
    expect((await askFor(edge.url, address("many/after"))).status).toBe(200);
    await edge.set({});
    await sick.close();
  });

  test("failing paths do not shut a host that was well a moment ago, straight or through redirects", async () => {
    const victim = await startSource({ picture: await jpegOf({ r: 9, g: 9, b: 99 }), authority });
    const address = (path: string) => `http://127.0.0.1:${victim.http}/${path}`;
    expect((await askFor(edge.url, address("many/well"))).status).toBe(200);
    const failing = [...Array(40).keys()].map((i) => (i % 2 === 0 ? address(`status/500?${i}`) : away(i)));
    function away(i: number): string {
      return local(`to?n=${i}&url=${encodeURIComponent(address(`status/500?${i}`))}`);
    }
    await inTurn(failing, 8, (url) => askFor(edge.url, url));
    for (const i of [1, 2, 3]) expect((await askFor(edge.url, address(`many/after-${i}`))).status).toBe(200);
    // Who redirected is well too.
    expect((await askFor(edge.url, local("many/leads"))).status).toBe(200);
    await victim.close();
  });

  test("racing for the probe does not hold a host shut: failing paths decide nothing", async () => {
    const victim = await startSource({ picture: await jpegOf({ r: 99, g: 9, b: 9 }), authority });
    const address = (path: string) => `http://127.0.0.1:${victim.http}/${path}`;
    // Never seen well: it opens.
    await inTurn([...Array(24).keys()], 8, (i) => askFor(edge.url, address(`status/500?${i}`)));
    expect((await askFor(edge.url, address("many/victim"))).code).toBe("source_breaker_open");
    await edge.set({ clock: 10_500 });
    for (let i = 0; i < 10; i++) await askFor(edge.url, address(`status/500?race-${i}`));
    expect((await askFor(edge.url, address("many/victim"))).status).toBe(200);
    await inTurn([...Array(40).keys()], 8, (i) => askFor(edge.url, address(`status/500?again-${i}`)));
    expect((await askFor(edge.url, address("many/victim-2"))).status).toBe(200);
    await edge.set({});
    await victim.close();
  });
});

describe("requests that hang", () => {
  const hanging = (count: number, url: (i: number) => string) =>
    Promise.all([...Array(count).keys()].map((i) => askFor(edge.url, url(i))));

  test("eight of one host hold its other pictures up for some three seconds, not for ten", {
    timeout: 30_000,
  }, async () => {
    const host = await startSource({ picture: await jpegOf({ r: 9, g: 99, b: 99 }), authority });
    const held = hanging(8, (i) => `http://127.0.0.1:${host.http}/silent-headers?${i}`);
    await expect.poll(() => host.seen.length).toBe(8);
    const victims = await hanging(6, (i) => `http://127.0.0.1:${host.http}/many/${i}`);
    expect(victims.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(Math.max(...victims.map(({ ms }) => ms))).toBeLessThan(6_000);
    const left = (await held).map(
      ({ bytes }) => (JSON.parse(new TextDecoder().decode(bytes)) as { message: string }).message,
    );
    expect(left).toContain("The source took longer than 3000 ms to its first byte, and others wait");
    await host.close();
  });

  test("through redirects they hold nobody up", { timeout: 30_000 }, async () => {
    const host = await startSource({ picture: await jpegOf({ r: 9, g: 99, b: 9 }), authority });
    const target = (i: number) => encodeURIComponent(`http://127.0.0.1:${host.http}/silent-headers?${i}`);
    const held = hanging(8, (i) => local(`to?n=hang${i}&url=${target(i)}`));
    await expect.poll(() => host.seen.length).toBe(8);
    const victims = await hanging(6, (i) => `http://127.0.0.1:${host.http}/many/${i}`);
    expect(victims.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(Math.max(...victims.map(({ ms }) => ms))).toBeLessThan(2_500);
    await held;
    await host.close();
  });
});
