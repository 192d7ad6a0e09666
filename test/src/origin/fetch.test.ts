/** `fetchSource` on workerd's own fetch against real servers: redirects, lengths, time, hygiene, encodings. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { VERSION } from "../../../src/origin/headers.ts";
import { createAuthority } from "../../support/sources/authority.ts";
import { type Fetcher, type JobOptions, startFetcher } from "../../support/sources/fetcher.ts";
import type { Outcome } from "../../support/sources/job.ts";
import { jpegOf } from "../../support/sources/picture.ts";
import { closedPort, type SourceServer, startSource } from "../../support/sources/server.ts";

const authority = createAuthority();
let picture: Uint8Array;
let source: SourceServer;
let fetcher: Fetcher;
let closed: number;

beforeAll(async () => {
  picture = await jpegOf({ r: 200, g: 120, b: 40 });
  [source, fetcher, closed] = await Promise.all([
    startSource({ picture, authority }),
    startFetcher(authority.root),
    closedPort(),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([source?.close(), fetcher?.stop()]);
});
beforeEach(() => {
  source.seen.length = 0;
});

/** Public names that answer at the source's ports. */
const names = (...hosts: string[]) =>
  Object.fromEntries(hosts.map((host) => [host, { http: source.http, https: source.https }]));

/** Asks `https://pictures.test/<path>`. */
const get = (path: string, options: JobOptions = {}): Promise<Outcome> =>
  fetcher.run(`https://pictures.test/${path}`, { names: names("pictures.test", "other.test"), ...options });

const to = (url: string, status = 302) => `to?status=${status}&url=${encodeURIComponent(url)}`;
const reasonOf = (outcome: Outcome) => (outcome.ok ? "ok" : outcome.reason);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("a picture: its bytes, where it came from, its validators", async () => {
  const outcome = await get("picture.jpg#part");
  expect(outcome).toMatchObject({
    ok: true,
    size: picture.length,
    sha256: sha256(picture),
    asked: ["https://pictures.test/picture.jpg"],
    fetched: {
      url: "https://pictures.test/picture.jpg",
      status: 200,
      hops: 0,
      finalUrl: "https://pictures.test/picture.jpg",
      via: [],
      upgraded: false,
      notModified: false,
      truncated: false,
      bytesIn: picture.length,
      headers: { etag: '"one"', cacheControl: "max-age=3600", lastModified: null, expires: null, age: null },
    },
  });
});

describe("what the source sees of us", () => {
  test("our own few fields, none of a client's, and no cookie after one was set", async () => {
    await get("picture.jpg");
    await get(to("https://other.test/picture.jpg"));
    const sent = source.seen.map(({ headers }) => headers);
    expect(sent).toHaveLength(3);
    for (const headers of sent) {
      const { host: _host, ...rest } = headers;
      expect(rest).toEqual({
        "user-agent": `Firstlight/${VERSION} (bot; +https://firstlight.test/about)`,
        accept: "image/jpeg,image/png,image/gif,image/*;q=0.8,*/*;q=0.5",
        "accept-encoding": "identity",
        via: "1.1 firstlight-test",
        "cdn-loop": "firstlight-test",
        // Added by the runtime: what `cache: "no-store"` stands for, and the zone a Worker runs in.
        "cache-control": "no-cache",
        pragma: "no-cache",
        "cf-worker": expect.any(String),
      });
    }
    expect(source.seen.every(({ method }) => method === "GET")).toBe(true);
  });

  test("a copy's validators, and 304 is an answer then", async () => {
    const outcome = await get("conditional", { conditional: { etag: '"one"', lastModified: null } });
    expect(outcome).toMatchObject({
      ok: true,
      size: 0,
      fetched: { notModified: true, status: 304, bytesIn: 0, headers: { cacheControl: "max-age=7200" } },
    });
    expect(source.seen[0]?.headers["if-none-match"]).toBe('"one"');
  });

  test("another validator brings the picture", async () => {
    const outcome = await get("conditional", { conditional: { etag: '"two"', lastModified: null } });
    expect(outcome).toMatchObject({ ok: true, size: picture.length, fetched: { notModified: false } });
  });

  test("304 that nobody asked for is a failure", async () => {
    expect(reasonOf(await get("status/304"))).toBe("source_failed");
  });
});

describe("statuses", () => {
  test.each([
    ["status/204", "source_failed"],
    ["status/206", "source_failed"],
    ["status/401", "source_refused"],
    ["status/403", "source_refused"],
    ["status/404", "source_missing"],
    ["status/410", "source_missing"],
    ["status/500", "source_failed"],
    ["status/503", "source_failed"],
    ["status/999", "source_refused"],
    ["status/300", "source_failed"],
  ])("%s is %s", async (path, reason) => {
    const outcome = await get(path);
    expect(outcome).toMatchObject({ ok: false, reason, facts: { value: Number(path.slice(7)) } });
  });

  test("429 brings Retry-After along", async () => {
    const outcome = await get("status/429?after=30");
    expect(outcome).toMatchObject({ reason: "source_refused", facts: { value: 429, retryAfter: 30 } });
  });

  test("206 with the whole file is the file; a part, or one that brings less than it says, is none", async () => {
    expect(await get("part/all")).toMatchObject({ ok: true, size: picture.length, fetched: { truncated: false } });
    expect(await get("part/half")).toMatchObject({ reason: "source_failed", facts: { value: 206 } });
    expect(await get("part/short")).toMatchObject({ ok: true, fetched: { truncated: true } });
  });

  test("Content-Type decides nothing: a picture as text/html is taken, its bytes are for the caller to judge", async () => {
    expect(await get("wrong-type")).toMatchObject({ ok: true, sha256: sha256(picture) });
    expect(await get("html")).toMatchObject({ ok: true });
    expect(await get("empty")).toMatchObject({ ok: true, size: 0 });
  });
});

describe("redirects", () => {
  test.each([301, 302, 303, 307, 308])("%i is followed", async (status) => {
    const outcome = await get(to("https://other.test/picture.jpg", status));
    expect(outcome).toMatchObject({ ok: true, fetched: { hops: 1, url: "https://other.test/picture.jpg", via: [] } });
  });

  test("the addresses between the first and the last are told, in order", async () => {
    const last = "https://other.test/picture.jpg";
    const second = `https://pictures.test/${to(last)}`;
    const first = `https://other.test/${to(second)}`;
    expect(await get(to(first))).toMatchObject({
      ok: true,
      fetched: { hops: 3, finalUrl: last, via: [first, second] },
    });
  });

  test.each([
    [0, "ok"],
    [3, "ok"],
    [4, "source_redirects"],
  ])("%i in a row: %s", async (count, expected) => {
    const outcome = await get(`chain/${count}`);
    expect(reasonOf(outcome)).toBe(expected);
    expect(outcome.asked.length).toBe(Math.min(count, 3) + 1);
  });

  test("a loop ends after the limit, which the message names", async () => {
    const outcome = await get("loop");
    expect(outcome).toMatchObject({ reason: "source_redirects", facts: { limit: 3 } });
    expect(outcome.asked).toHaveLength(4);
  });

  test("none allowed: the first is one too many", async () => {
    expect(reasonOf(await get("chain/1", { config: { maxRedirects: 0 } }))).toBe("source_redirects");
  });

  test("a relative place is taken from the address that answered", async () => {
    const outcome = await get(to("../many/x?y=1#z"));
    expect(outcome.asked[1]).toBe("https://pictures.test/many/x?y=1");
  });

  test.each([
    ["loopback by address", "http://127.0.0.1/", "address_private"],
    ["loopback by name", "https://localhost/", "address_private"],
    ["IPv6 loopback", "https://[::1]/", "address_private"],
    ["IPv4 in IPv6", "https://[::ffff:10.0.0.1]/", "address_private"],
    ["a private network", "https://10.0.0.1/", "address_private"],
    ["decimal loopback", "http://2130706433/", "address_private"],
    ["link-local, the metadata address", "http://169.254.169.254/latest/meta-data/", "address_private"],
    ["an internal name", "https://metadata.google.internal/", "address_private"],
    ["ourselves", "https://proxy.test/x", "loop"],
    ["another port", "https://other.test:8443/x", "source_redirect_refused"],
    ["credentials", "https://user:word@other.test/x", "source_redirect_refused"],
    ["file:", "file:///etc/passwd", "source_redirect_refused"],
    ["ftp:", "ftp://other.test/x", "source_redirect_refused"],
    ["data:", "data:image/png;base64,AAAA", "source_redirect_refused"],
    ["javascript:", "javascript:alert(1)", "source_redirect_refused"],
    ["no address at all", "http://[bad", "source_redirect_refused"],
  ])("to %s is refused before anything is asked", async (_name, target, reason) => {
    const outcome = await get(to(target));
    expect(reasonOf(outcome)).toBe(reason);
    expect(outcome.asked).toHaveLength(1);
    expect(JSON.stringify(outcome.ok ? "" : outcome.facts)).not.toMatch(/127|10\.0|169|localhost/);
  });

  test("to a private place on the second hop is refused too", async () => {
    const outcome = await get(to(`https://other.test/${to("http://192.168.0.1/")}`));
    expect(reasonOf(outcome)).toBe("address_private");
    expect(outcome.asked).toHaveLength(2);
  });

  test("an unsigned request stays on the list on every hop; a signed one may leave it", async () => {
    const config = { allowedSources: ["pictures.test"] };
    const away = to("https://other.test/picture.jpg");
    expect(reasonOf(await get(away, { config, authority: "list" }))).toBe("source_redirect_refused");
    expect(reasonOf(await get(to("/picture.jpg"), { config, authority: "list" }))).toBe("ok");
    expect(reasonOf(await get(away, { config }))).toBe("ok");
  });

  test.each([
    ["the same twice", "/picture.jpg", "/picture.jpg", "ok"],
    ["the same twice, whole addresses", "https://other.test/many/1", "https://other.test/many/1", "ok"],
    ["two different ones", "/picture.jpg", "/many/1", "source_redirect_refused"],
    ["two hosts", "https://other.test/many/1", "https://pictures.test/many/1", "source_redirect_refused"],
  ])("two Locations, %s", async (_name, one, other, reason) => {
    const outcome = await get(`to-twice?${new URLSearchParams({ url: one, other })}`);
    expect(reasonOf(outcome)).toBe(reason);
  });

  test("a comma within one Location is part of it", async () => {
    const outcome = await get(to("/many/fit=cover,https://other.test/x.jpg"));
    expect([reasonOf(outcome), outcome.asked[1]]).toEqual([
      "ok",
      "https://pictures.test/many/fit=cover,https://other.test/x.jpg",
    ]);
  });

  test("a redirect without a place is the source's failure", async () => {
    expect(await get("nowhere")).toMatchObject({ reason: "source_failed", facts: { value: 302 } });
  });

  test("the first address is checked as well", async () => {
    expect(reasonOf(await fetcher.run("https://10.0.0.1/x"))).toBe("address_private");
    expect(reasonOf(await fetcher.run("ftp://pictures.test/x"))).toBe("source_invalid");
    expect(reasonOf(await fetcher.run("https://proxy.test/x"))).toBe("loop");
    expect(reasonOf(await fetcher.run("no address"))).toBe("source_invalid");
  });
});

describe("fields that are repeated or long", () => {
  const fields = (...pairs: [string, string][]) => get(`fields?${new URLSearchParams(pairs)}`);

  test("a list field in several lines is one list", async () => {
    const outcome = await fields(["Cache-Control", "public"], ["Cache-Control", "max-age=60"]);
    expect(outcome).toMatchObject({ fetched: { headers: { cacheControl: "public, max-age=60" } } });
  });

  test("a Cache-Control of some hundred characters is read", async () => {
    const long = Array(40).fill("no-store, no-cache, must-revalidate, max-age=0").join(", ");
    expect(await fields(["Cache-Control", long])).toMatchObject({ fetched: { headers: { cacheControl: long } } });
  });

  test("a single field in two equal lines is that field", async () => {
    const date = "Sat, 21 Nov 2026 00:00:00 GMT";
    const twice = ["ETag", "Last-Modified", "Expires"].flatMap((name): [string, string][] => {
      const value = name === "ETag" ? '"a, b"' : date;
      return [
        [name, value],
        [name, value],
      ];
    });
    expect(await fields(...twice)).toMatchObject({
      fetched: { headers: { etag: '"a, b"', lastModified: date, expires: date } },
    });
  });

  test("in two different lines it is no validator", async () => {
    const outcome = await fields(["ETag", '"a"'], ["ETag", '"b"'], ["Age", "5"], ["Age", "7"]);
    expect(outcome).toMatchObject({ fetched: { headers: { etag: null, age: "5" } } });
  });
});

describe("lengths", () => {
  const cap = (maxSourceBytes: number) => ({ config: { maxSourceBytes } });

  test("exactly at the limit passes, one byte over does not", async () => {
    expect(reasonOf(await get("picture.jpg", cap(picture.length)))).toBe("ok");
    expect(await get("picture.jpg", cap(picture.length - 1))).toMatchObject({
      reason: "source_too_many_bytes",
      facts: { limit: picture.length - 1, value: picture.length },
    });
    expect(reasonOf(await get("gzip", cap(picture.length)))).toBe("ok");
    expect(reasonOf(await get("gzip", cap(picture.length - 1)))).toBe("source_too_many_bytes");
  });

  test("a declared 10 GB is refused before it comes", async () => {
    const outcome = await get("length-huge");
    expect(outcome).toMatchObject({ reason: "source_too_many_bytes", facts: { value: 10_000_000_000 } });
    expect(outcome.ms).toBeLessThan(2_900);
  });

  test("a body without length or end is left at the limit", async () => {
    const before = source.bytesOut();
    const outcome = await fetcher.run("http://pictures.test/endless", {
      names: names("pictures.test"),
      config: { httpSources: "allow" },
    });
    expect(reasonOf(outcome)).toBe("source_too_many_bytes");
    expect(outcome.ms).toBeLessThan(2_900);
    await expect.poll(() => source.bytesOut() - before).toBeGreaterThan(1 << 20);
    // What socket buffers hold on top; unbounded, the source would have sent gigabytes by the deadline.
    expect(source.bytesOut() - before).toBeLessThan(24 << 20);
  });

  test("a Content-Length that says too little: what it says is taken", async () => {
    expect(await get("length-short")).toMatchObject({ ok: true, size: picture.length >> 1 });
  });

  test("a Content-Length that says too much: the whole picture came, marked as cut", async () => {
    expect(await get("length-long")).toMatchObject({ ok: true, size: picture.length, fetched: { truncated: true } });
  });

  test("a negative Content-Length is no answer", async () => {
    expect(reasonOf(await get("length-negative"))).toBe("source_unreachable");
  });
});

describe("encodings", () => {
  test("gzip is unpacked", async () => {
    expect(await get("gzip")).toMatchObject({ ok: true, sha256: sha256(picture) });
  });

  test.each(["gzip-bomb", "br-bomb"])("%s: 8 MiB from 8 KiB stop at the limit of 1 MiB", async (path) => {
    const outcome = await get(path);
    expect(outcome).toMatchObject({ reason: "source_too_many_bytes", facts: { limit: 1 << 20 } });
    expect(outcome.ms).toBeLessThan(2_900);
  });

  test.each(["gzip", "GZIP", "x-gzip", "X-Gzip", "br", "deflate", "Deflate"])("%s is undone", async (coding) => {
    expect(await get(`coded/${coding}`)).toMatchObject({ ok: true, sha256: sha256(picture) });
  });

  test.each(["zstd", "BR", "compress", "gzip, br", "gzip, gzip"])("%s is not, and is named", async (coding) => {
    const outcome = await get(`coded/${encodeURIComponent(coding)}`);
    const raw = await get(`fields?${new URLSearchParams({ "Content-Encoding": coding })}`);
    for (const one of [outcome, raw].slice(coding.includes(",") ? 1 : 0)) {
      expect(one).toMatchObject({ reason: "source_encoding", facts: { value: coding.toLowerCase() } });
    }
  });

  test("identity is no coding", async () => {
    expect(await get("coded/identity")).toMatchObject({ ok: true, sha256: sha256(picture) });
  });

  test("a bomb in a coding that we undo ourselves stops at the limit too", async () => {
    expect(reasonOf(await get("x-gzip-bomb"))).toBe("source_too_many_bytes");
  });

  test("garbage that calls itself gzip is broken", async () => {
    expect(reasonOf(await get("gzip-garbage"))).toBe("source_broken");
  });

  test("a cut gzip stream gives what was in it, marked as cut", async () => {
    const outcome = await get("gzip-cut");
    expect(outcome).toMatchObject({ ok: true, fetched: { truncated: true } });
  });
});

describe("time", () => {
  const short = { config: { sourceTimeoutMs: 400 } };

  test.each(["silent-headers", "silent-body", "drip"])("%s ends at the deadline, not before", async (path) => {
    const outcome = await get(path, short);
    expect(outcome).toMatchObject({ reason: "source_timeout", facts: { limit: 400, stage: "in all" } });
    expect(outcome.ms).toBeGreaterThanOrEqual(390);
    expect(outcome.ms).toBeLessThan(3_500);
  });

  test("late but in time is served", async () => {
    expect(reasonOf(await get("late/200"))).toBe("ok");
  });

  test("the deadline is for the whole exchange, not for each hop", async () => {
    const second = `https://pictures.test/${to("https://pictures.test/silent-headers")}`;
    const outcome = await get(to(second), short);
    expect(reasonOf(outcome)).toBe("source_timeout");
    expect(outcome.ms).toBeLessThan(3_500);
  });

  test("a slow loris within a long deadline is left after five seconds", async () => {
    const outcome = await get("drip", { config: { sourceTimeoutMs: 60_000 } });
    expect(outcome).toMatchObject({
      reason: "source_timeout",
      facts: { limit: 5_000, stage: "to send 4096 bytes" },
    });
    expect(outcome.ms).toBeLessThan(15_000);
  });

  test("the caller may give up, and its reason comes through", async () => {
    const outcome = await get("silent-headers", { abortAfterMs: 100 });
    expect(outcome).toMatchObject({ reason: "thrown", detail: "Error: caller gave up" });
    expect(outcome.ms).toBeLessThan(2_900);
  });
});

describe("a source that stops", () => {
  test.each(["reset", "close"])("%s before the answer: nobody answered", async (path) => {
    expect(reasonOf(await get(path))).toBe("source_unreachable");
  });

  test.each(["cut-body", "reset-body", "cut-chunked"])("%s: half a JPEG is half a picture", async (path) => {
    const outcome = await get(path);
    expect(outcome).toMatchObject({ ok: true, fetched: { truncated: true } });
    expect(outcome.ok && outcome.size).toBe(picture.length >> 1);
  });

  test("before the first byte, or not a JPEG: broken", async () => {
    expect(reasonOf(await get("cut-at-once"))).toBe("source_broken");
    expect(reasonOf(await get("cut-html"))).toBe("source_broken");
  });

  test("nobody listens", async () => {
    const none = { "pictures.test": { http: closed, https: closed } };
    const outcome = await get("picture.jpg", { names: none });
    expect(reasonOf(outcome)).toBe("source_unreachable");
    expect(JSON.stringify(outcome.ok ? "" : outcome.facts)).toBe("{}");
  });

  test("a name that does not resolve cannot be told from bad TLS over https, and is unreachable over http", async () => {
    expect(reasonOf(await fetcher.run("https://nobody.invalid/x"))).toBe("source_tls");
    const outcome = await fetcher.run("http://nobody.invalid/x", { config: { httpSources: "allow" } });
    expect(reasonOf(outcome)).toBe("source_unreachable");
  });
});

describe("the first bytes of a file", () => {
  const LONG = 20_000_000;
  test.each([
    ["by a range of it", `long?bytes=${LONG}`, 206, LONG],
    ["by cutting off a source that sends all of it", `long?bytes=${LONG}&whole=1`, 200, LONG],
    ["a file that is as long as they are", "long?bytes=65536", 206, 65_536],
    ["a file that is one byte longer", "long?bytes=65537", 206, 65_537],
  ])("%s", async (_, path, status, total) => {
    const outcome = await get(path, { head: 65_536, config: { maxSourceBytes: 1_000_000 } });
    expect(outcome).toMatchObject({ ok: true, size: 65_536, fetched: { status, total, truncated: false } });
    expect(source.seen.map(({ headers }) => headers.range)).toEqual(["bytes=0-65535"]);
    expect(outcome).toMatchObject({ fetched: { bytesIn: 65_536 } });
  });
  test("of a shorter file there are fewer", async () => {
    const outcome = await get("picture.jpg", { head: 65_536 });
    expect(outcome).toMatchObject({ ok: true, size: picture.length, fetched: { total: picture.length } });
  });
  test("a whole file is asked for without a range, and a part of it is no picture", async () => {
    await get("picture.jpg");
    expect(source.seen[0]?.headers.range).toBeUndefined();
  });
});
