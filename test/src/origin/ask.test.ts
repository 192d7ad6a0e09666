/** HTTPS first, on workerd's own TLS against real servers with good and bad certificates. */
import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAuthority } from "../../support/sources/authority.ts";
import { type Fetcher, type JobOptions, startFetcher } from "../../support/sources/fetcher.ts";
import type { Outcome, Ports } from "../../support/sources/job.ts";
import { jpegOf } from "../../support/sources/picture.ts";
import { closedPort, listen, type SourceServer, startSource } from "../../support/sources/server.ts";

const authority = createAuthority();
let good: SourceServer;
let stranger: SourceServer;
let misnamed: SourceServer;
let expired: SourceServer;
let fetcher: Fetcher;
let closed: number;

beforeAll(async () => {
  const picture = await jpegOf({ r: 20, g: 120, b: 200 });
  [good, stranger, misnamed, expired, fetcher, closed] = await Promise.all([
    startSource({ picture, authority }),
    startSource({ picture, authority: createAuthority("A stranger") }),
    startSource({ picture, authority, names: ["example.org"] }),
    startSource({ picture, authority, days: -1 }),
    startFetcher(authority.root),
    closedPort(),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([good, stranger, misnamed, expired].map((server) => server?.close()));
  await fetcher?.stop();
});
beforeEach(() => {
  good.seen.length = 0;
});

const get = (source: string, ports: Ports, options: JobOptions = {}): Promise<Outcome> =>
  fetcher.run(source, { names: { "pictures.test": ports }, ...options });
const reasonOf = (outcome: Outcome) => (outcome.ok ? "ok" : outcome.reason);
const schemes = (outcome: Outcome) => outcome.asked.map((url) => url.slice(0, url.indexOf(":"))).join(" ");
const HTTP = "http://pictures.test/picture.jpg";

describe("HTTP_SOURCES=upgrade", () => {
  test("an http source that has HTTPS is asked over HTTPS only", async () => {
    const outcome = await get(HTTP, good);
    expect(schemes(outcome)).toBe("https");
    expect(outcome).toMatchObject({ fetched: { upgraded: true, url: "https://pictures.test/picture.jpg" } });
    expect(good.seen.map(({ tls }) => tls)).toEqual([true]);
  });

  test("an https source is no upgrade", async () => {
    expect(await get("https://pictures.test/picture.jpg", good)).toMatchObject({ fetched: { upgraded: false } });
  });

  // Each of them is a real handshake that fails, or a port that is closed.
  test.each([
    // Twice: a refused connection looks like a kept one that was closed at that moment.
    ["nobody listens on the HTTPS port", () => ({ http: good.http, https: closed }), "https https http"],
    ["the HTTPS port speaks HTTP", () => ({ http: good.http, https: good.http }), "https http"],
    ["the certificate is a stranger's", () => ({ http: good.http, https: stranger.https }), "https http"],
    ["the certificate is for another name", () => ({ http: good.http, https: misnamed.https }), "https http"],
    ["the certificate has expired", () => ({ http: good.http, https: expired.https }), "https http"],
  ])("%s: then over HTTP, and the next time at once", async (_name, ports, asked) => {
    const memory = crypto.randomUUID();
    const first = await get(HTTP, ports(), { memory });
    expect([reasonOf(first), schemes(first)]).toEqual(["ok", asked]);
    expect(first).toMatchObject({ fetched: { upgraded: false, url: HTTP } });
    expect(schemes(await get(HTTP, ports(), { memory }))).toBe("http");
  });

  test.each([403, 404, 429, 500, 503])("a status %i over HTTPS is the answer: no HTTP after it", async (status) => {
    const outcome = await get(`http://pictures.test/status/${status}`, good);
    expect(schemes(outcome)).toBe("https");
    expect(outcome.ok).toBe(false);
  });

  test("a body cut over HTTPS is no reason for HTTP either", async () => {
    expect(schemes(await get("http://pictures.test/cut-html", good))).toBe("https");
  });

  test("a host that is down both ways is not remembered as one without HTTPS", async () => {
    const memory = crypto.randomUUID();
    const down = { http: closed, https: closed };
    expect(reasonOf(await get(HTTP, down, { memory }))).toBe("source_unreachable");
    expect(schemes(await get(HTTP, good, { memory }))).toBe("https");
  });

  test("a port that swallows everything takes half of the time, then HTTP has the rest", async () => {
    const hole = createServer(() => {});
    const ports = { http: good.http, https: await listen(hole) };
    const outcome = await get(HTTP, ports, { config: { sourceTimeoutMs: 2_000 } });
    hole.close();
    expect([reasonOf(outcome), schemes(outcome)]).toEqual(["ok", "https http"]);
    expect(outcome.ms).toBeGreaterThanOrEqual(990);
    expect(outcome.ms).toBeLessThan(2_000);
  });

  test("slow over HTTPS, but within half of the time, is no reason for HTTP", async () => {
    const outcome = await get("http://pictures.test/late/300", good, { config: { sourceTimeoutMs: 3_000 } });
    expect([reasonOf(outcome), schemes(outcome)]).toEqual(["ok", "https"]);
  });

  test("every hop is upgraded", async () => {
    const outcome = await get(`http://pictures.test/to?url=${encodeURIComponent("http://pictures.test/many/2")}`, good);
    expect(schemes(outcome)).toBe("https https");
    expect(outcome).toMatchObject({ fetched: { hops: 1, upgraded: true } });
  });

  test("a twin that sends us back to plain HTTP is believed for that once, instead of going round", async () => {
    const source = "http://pictures.test/downgrade?host=pictures.test";
    const memory = crypto.randomUUID();
    for (let time = 0; time < 2; time++) {
      const outcome = await get(source, good, { memory });
      expect([reasonOf(outcome), schemes(outcome)]).toEqual(["ok", "https http"]);
      expect(outcome).toMatchObject({ fetched: { hops: 1, url: source } });
    }
  });
});

describe("the other modes", () => {
  test("allow: as given", async () => {
    const outcome = await get(HTTP, good, { config: { httpSources: "allow" } });
    expect([reasonOf(outcome), schemes(outcome)]).toEqual(["ok", "http"]);
  });

  test("deny: refused, and a redirect to HTTP too", async () => {
    const config = { httpSources: "deny" as const };
    expect(reasonOf(await get(HTTP, good, { config }))).toBe("http_source_denied");
    const away = `https://pictures.test/to?url=${encodeURIComponent(HTTP)}`;
    expect(reasonOf(await get(away, good, { config }))).toBe("source_redirect_refused");
  });

  test("a loopback source in development keeps plain HTTP", async () => {
    const options = { config: { allowLoopbackSources: true }, ownHost: "127.0.0.1:8787" };
    const outcome = await fetcher.run(`http://127.0.0.1:${good.http}/picture.jpg`, options);
    expect([reasonOf(outcome), schemes(outcome)]).toEqual(["ok", "http"]);
  });
});

test.each([
  ["a stranger's certificate", () => stranger],
  ["another name's certificate", () => misnamed],
  ["an expired certificate", () => expired],
])("an https source with %s has no second way", async (_name, server) => {
  const outcome = await get("https://pictures.test/picture.jpg", server());
  expect([reasonOf(outcome), schemes(outcome)]).toEqual(["source_tls", "https"]);
});

describe("a kept connection that the source closes just as it is used again", () => {
  test("is asked once more, on a new one: no picture is missing for it", async () => {
    const picture = await jpegOf({ r: 200, g: 120, b: 20 });
    const head = `HTTP/1.1 200 OK\r\ncontent-type: image/jpeg\r\ncontent-length: ${picture.byteLength}\r\n\r\n`;
    const perConnection: number[] = [];
    const server = createServer((socket) => {
      const connection = perConnection.push(0) - 1;
      socket.on("error", () => {});
      socket.on("data", () => {
        const request = (perConnection[connection] ?? 0) + 1;
        perConnection[connection] = request;
        // The first connection answers once, and is gone when it is used a second time.
        if (connection === 0 && request === 2) socket.destroy();
        else socket.write(Buffer.concat([Buffer.from(head), picture]));
      });
    });
    const port = Number(await listen(server));
    try {
      const options = { config: { httpSources: "allow" } } as const;
      expect(reasonOf(await get(HTTP, { http: port, https: closed }, options))).toBe("ok");
      expect(reasonOf(await get(HTTP, { http: port, https: closed }, options))).toBe("ok");
      expect(perConnection).toEqual([2, 1]);
    } finally {
      server.close();
    }
  });
});
