/** The URL grammars of the deployed bundle over real HTTP: the public builder's URLs, what zones make of them, refusals. */
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { generateImageUrl } from "@imgproxy/imgproxy-node";
import sharp from "sharp";
import { transform as unpicCloudflare } from "unpic/providers/cloudflare";
import { transform as unpicIpx } from "unpic/providers/ipx";
import { transform as unpicNext } from "unpic/providers/nextjs";
import { transform as unpicWsrv } from "unpic/providers/wsrv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { photonUrl } from "../../src/client/url.ts";
import { ANSWERS, Failure } from "../../src/errors.ts";
import { type Facts, factsOf } from "../../src/image/facts.ts";
import { corpusFiles, readCorpus } from "../src/image/corpus.ts";
import { MARKUPS } from "../support/clients/markups.ts";
import nextLoader from "../support/clients/next/image-loader.js";
import { checkPictures } from "../support/clients/pictures.ts";
import { jpegOf } from "../support/sources/picture.ts";

const KEY = "736563726574";
const SALT = "68656c6c6f";
const VARS = {
  SIGNING_KEYS: KEY,
  SIGNING_SALTS: SALT,
  ALLOW_LOOPBACK_SOURCES: "true",
  ALLOWED_SOURCES: "localhost",
  PHOTON_AUTHENTICATION: "open sesame",
};

/** Paths that the source was asked for. */
const seen: string[] = [];

let source: Server;
let edge: Edge;
let origin: string;
let big: Uint8Array;

beforeAll(async () => {
  const picture = await jpegOf({ r: 40, g: 90, b: 160 });
  const large = await jpegOf({ r: 90, g: 40, b: 160 }, 2048, 256);
  big = new Uint8Array(BIG_BYTES);
  big.set(picture);
  source = createServer((request, response) => {
    seen.push(request.url ?? "");
    if (request.url?.startsWith("/gone/")) {
      response.writeHead(404).end();
      return;
    }
    const file = fileAt(request.url ?? "");
    if (file !== null) {
      answerRange(file, request.headers.range, response);
      return;
    }
    const [, place] = (request.url ?? "").split("/to/");
    if (place !== undefined) response.writeHead(302, { location: decodeURIComponent(place) }).end();
    else
      response
        .writeHead(200, { "cache-control": "max-age=3600" })
        .end(request.url?.startsWith("/large/") ? large : picture);
  });
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
  edge = await startEdge({ heavy: false, vars: VARS });
}, 60_000);

afterAll(async () => {
  await edge?.stop();
  source?.close();
});

const BIG_BYTES = 20_000_000;
/** What the source sent of the big JPEG, in bytes. */
let sentOfBig = 0;

/** A file of the corpus at /corpus/FOLDER/NAME, and a JPEG of 20 MB at /big.jpg. */
function fileAt(path: string): Uint8Array | null {
  const [, place, folder = "", name = ""] = path.split("/");
  if (place === "big.jpg") return big;
  return place === "corpus" ? readCorpus(folder, decodeURIComponent(name)) : null;
}

function answerRange(file: Uint8Array, range: string | undefined, response: ServerResponse): void {
  const last = Math.min(file.length, Number(/^bytes=0-(\d+)$/.exec(range ?? "")?.[1] ?? file.length) + 1);
  const part = file.subarray(0, last);
  if (file === big) sentOfBig += part.length;
  if (range === undefined) response.writeHead(200);
  else response.writeHead(206, { "content-range": `bytes 0-${part.length - 1}/${file.length}` });
  response.end(part);
}

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** A request whose path goes out exactly as it is written: fetch() would tidy it up. */
function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const { hostname, port } = new URL(edge.url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    asked.on("error", reject).end();
  });
}

type Options = NonNullable<Parameters<typeof generateImageUrl>[0]["options"]>;

function signed(url: string, options: Options = {}, displayAs: "plain" | "base64" = "base64"): string {
  return generateImageUrl({ endpoint: "", url: { value: url, displayAs }, options, key: KEY, salt: SALT });
}

async function sizeOf({ body }: Answer): Promise<string> {
  const { width, height, format } = await sharp(body).metadata();
  return `${width}x${height} ${format}`;
}

function codeOf({ body }: Answer): unknown {
  return (JSON.parse(body.toString()) as { code: unknown }).code;
}

describe("the public builder's URLs", () => {
  const fill: Options = { resize: { resizing_type: "fill", width: 120, height: 90 }, format: "png" };
  test.each(["base64", "plain"] as const)("%s", async (displayAs) => {
    const answer = await ask(signed(`${origin}/a.jpg`, fill, displayAs));
    expect([answer.status, await sizeOf(answer)]).toEqual([200, "120x90 png"]);
  });
  test("plain, with its slashes merged and its colons escaped on the way", async () => {
    const path = signed(`${origin}/~me/a.jpg`, fill, "plain");
    const [options = "", rest = ""] = path.split("/plain/");
    const answer = await ask(`${options.replaceAll(":", "%3A")}/plain/${rest.replace("://", ":/")}`);
    expect([answer.status, await sizeOf(answer)]).toEqual([200, "120x90 png"]);
  });
  test("plain, with an escape that a zone decoded", async () => {
    const path = signed(`${origin}/%7Eme/a.jpg`, fill, "plain");
    expect((await ask(path)).status).toBe(200);
    expect((await ask(path.replace("%7E", "~"))).status).toBe(200);
  });
  test("a changed byte", async () => {
    const path = signed(`${origin}/a.jpg`, fill);
    for (let at = 1; at < path.length; at += 7) {
      const other = path[at] === "A" ? "B" : "A";
      const answer = await ask(path.slice(0, at) + other + path.slice(at + 1));
      expect([at, answer.status]).toEqual([at, 403]);
    }
  });
  test("unsigned, while keys are set", async () => {
    const answer = await ask(`/unsafe/w:100/plain/${origin}/a.jpg`);
    expect([answer.status, codeOf(answer)]).toEqual([403, "signature_missing"]);
  });
  test("an option that asks for what is not here, by its name", async () => {
    const answer = await ask(signed(`${origin}/a.jpg`, { contrast: 3 }));
    expect([answer.status, codeOf(answer)]).toEqual([400, "option_invalid"]);
    expect(answer.body.toString()).toContain("contrast (co)");
  });
});

describe("spellings of a source", () => {
  const sign = (path: string) =>
    `/${createHmac("sha256", Buffer.from(KEY, "hex")).update(Buffer.from(SALT, "hex")).update(path).digest("base64url")}${path}`;
  const standard = (text: string) => Buffer.from(text).toString("base64");
  test.each([
    ["a line end, as echo URL | base64 makes it", () => encodeURIComponent(`${standard(`${origin}/b.jpg\n`)}\n`)],
    ["standard base64, escaped", () => encodeURIComponent(standard(`${origin}/b.jpg?a=???`))],
    ["standard base64, as it is", () => standard(`${origin}/b.jpg?a=???`)],
  ])("base64 with %s", async (_, spell) => {
    expect((await ask(sign(`/w:40/${spell()}`))).status).toBe(200);
  });
  test("an unescaped ? that was signed is named", async () => {
    const answer = await ask(sign(`/w:40/plain/${origin}/b.jpg?a=1`));
    expect([answer.status, codeOf(answer)]).toEqual([403, "signature_invalid"]);
    expect(answer.body.toString()).toContain("unescaped ?");
  });
  test("options that change nothing here are taken", async () => {
    expect((await ask(sign(`/w:40/sm:1/raw:0/ex:0/${standard(`${origin}/b.jpg`)}`))).status).toBe(200);
    expect((await ask(sign(`/w:40/sm:0/${standard(`${origin}/b.jpg`)}`))).status).toBe(400);
  });
});

describe("what browsers, crawlers and caches ask", () => {
  test("a preflight", async () => {
    const headers = {
      "access-control-request-method": "GET",
      "access-control-request-headers": "x-requested-with,a b",
    };
    const answer = await ask(signed(`${origin}/c.jpg`), { origin: "https://site.example", ...headers }, "OPTIONS");
    expect([answer.status, answer.headers["access-control-allow-headers"]]).toEqual([204, "x-requested-with"]);
    expect(answer.headers["access-control-allow-methods"]).toBe("GET, HEAD");
  });
  test("Last-Modified is the time of the fetch, and If-Modified-Since gets 304 from then on", async () => {
    const path = signed(`${origin}/c.jpg`, { width: 80 });
    const began = Math.floor(Date.now() / 1000) * 1000;
    const { status, headers } = await ask(path);
    const modified = headers["last-modified"] ?? "";
    expect([status, new Date(modified).toUTCString()]).toEqual([200, modified]);
    expect(Date.parse(modified)).toBeGreaterThanOrEqual(began);
    expect(Date.parse(modified)).toBeLessThanOrEqual(Date.now());
    const before = new Date(Date.parse(modified) - 1000).toUTCString();
    const statuses = [];
    for (const asked of [
      { "if-modified-since": modified },
      { "if-modified-since": before },
      { "if-modified-since": modified, "if-none-match": '"another"' },
      { "if-modified-since": before, "if-none-match": headers.etag ?? "" },
    ]) {
      statuses.push((await ask(path, asked)).status);
    }
    expect(statuses).toEqual([304, 200, 200, 304]);
    const unchanged = await ask(path, { "if-modified-since": modified });
    expect([unchanged.body.length, unchanged.headers.etag]).toEqual([0, headers.etag]);
    expect(unchanged.headers).not.toHaveProperty("last-modified");
  });
  test("how long a copy may be shown stale, never past exp", async () => {
    const cacheControl = async (options: Options) =>
      (await ask(signed(`${origin}/c.jpg`, { width: 80, ...options }))).headers["cache-control"];
    const [usual, soon] = [await cacheControl({}), await cacheControl({ expires: Math.floor(Date.now() / 1000) + 60 })];
    expect(usual).toMatch(/^public, max-age=3[56]\d\d, stale-while-revalidate=604800, stale-if-error=31536000$/);
    expect(soon).toMatch(/^public, max-age=\d\d$/);
  });
  test("a page sees how its picture came", async () => {
    const { headers } = await ask(signed(`${origin}/c.jpg`, { width: 80 }));
    expect(headers["access-control-expose-headers"]).toBe("Cache-Status, Server-Timing, ETag, Retry-After");
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(["cache-status", "server-timing", "etag"]));
  });
  test("robots.txt", async () => {
    const answer = await ask("/robots.txt");
    expect([answer.status, answer.body.toString()]).toEqual([200, "User-agent: *\nAllow: /\n"]);
  });
});

describe("/info", () => {
  const EVERY = process.env.FIRSTLIGHT_LONG === "1" ? 1 : 12;
  const all = (["formats", "photos"] as const).flatMap((folder) =>
    corpusFiles(folder).map((file) => ({ folder, file })),
  );
  const some = all.filter((_, i) => i % EVERY === 0);
  test.skipIf(all.length > 0)("skipped: there is no ../shared/corpus", () => {});
  // That factsOf is what sharp and exifreader say: test/src/image/facts.test.ts and metadata/corpus.test.ts.
  test.each(some)("of $folder/$file is what its whole file says", async ({ folder, file }) => {
    const bytes = readCorpus(folder, file);
    const expected = await factsOf(bytes, bytes.length).catch((error: unknown) => error as Failure);
    const { status, body } = await ask(`/info${signed(`${origin}/corpus/${folder}/${encodeURIComponent(file)}`)}`);
    const told = JSON.parse(body.toString()) as Facts & { readonly code?: string };
    if (expected instanceof Failure) {
      expect([status, told.code]).toEqual([ANSWERS[expected.reason].status, expected.reason]);
      return;
    }
    // The frames of a moving picture, and metadata behind a picture, are not in the first part of a file.
    const { frames: _, ...facts } = expected;
    expect([status, file]).toEqual([200, file]);
    const isWhole = bytes.length <= 65_536 || facts.format === "jpeg";
    const { width, height, format } = facts;
    expect(told).toMatchObject(isWhole ? facts : { width, height, format, bytes: bytes.length });
  });
  test("of a JPEG of 20 MB the source is asked for 64 KB", async () => {
    const { status, body } = await ask(`/info${signed(`${origin}/big.jpg`)}`);
    expect([status, JSON.parse(body.toString())]).toEqual([200, expect.objectContaining({ bytes: BIG_BYTES })]);
    expect(sentOfBig).toBe(65_536);
  });
});

describe("places that are not public, as a source and as a redirect's target", () => {
  const PRIVATE = [
    "http://10.0.0.1/a.jpg",
    "http://169.254.169.254/latest/meta-data/",
    "http://0.0.0.0:9/a.jpg",
    "http://2886729729/a.jpg",
    "http://[::ffff:10.0.0.1]/a.jpg",
    "http://[64:ff9b::a9fe:a9fe]/a.jpg",
    "http://[fd00::1]/a.jpg",
    "http://[1::1]/a.jpg",
    "http://[101::1]/a.jpg",
    "http://metadata.google.internal/a.jpg",
    "http://printer.local/a.jpg",
  ];
  test.each(PRIVATE)("%s", async (place) => {
    const direct = await ask(signed(place));
    expect([direct.status, codeOf(direct)]).toEqual([403, "address_private"]);
    const redirected = await ask(signed(`${origin}/to/${encodeURIComponent(place)}`));
    expect([redirected.status, codeOf(redirected)]).toEqual([403, "address_private"]);
  });
  test("ourselves", async () => {
    const answer = await ask(signed(`${edge.url}/healthz`));
    expect([answer.status, codeOf(answer)]).toEqual([508, "loop"]);
  });
  test("a request that has been here", async () => {
    const answer = await ask(signed(`${origin}/a.jpg`), { via: "1.1 firstlight-edge" });
    expect([answer.status, codeOf(answer)]).toEqual([508, "loop"]);
  });
});

/** URLs that published clients make for one picture of a source. Those with a path or host of their own are rewritten. */
const CLIENTS: Readonly<Record<string, (source: string) => string | undefined>> = {
  "@imgproxy/imgproxy-node": (url) => signed(url, { width: 160, quality: 80 }),
  "unpic, cloudflare": (url) =>
    unpicCloudflare(url, { width: 160, quality: 80, fit: "scale-down" }, {})?.replace("/cdn-cgi/image/", "/image/"),
  "unpic, wsrv": (url) =>
    unpicWsrv(url, { width: 160, quality: 80, fit: "inside", we: "" } as object)?.replace("https://wsrv.nl/", "/"),
  "unpic, nextjs": (url) => unpicNext(url, { width: 160, quality: 75 }, {}),
  "unpic, ipx": (url) => unpicIpx(url, { width: 160, quality: 80 }, { baseURL: "/_ipx" }),
  "next/image, its default loader": (url) =>
    nextLoader({ config: { path: "/_next/image" }, src: url, width: 160, quality: 75 }),
  "next/image, a custom loader": (url) => photonUrl("", url, { width: 160, quality: 75 }),
  Openverse: (url) => {
    const { host, pathname, search } = new URL(url);
    const query = new URLSearchParams({ w: "160", quality: "80", ...(search === "" ? {} : { q: search.slice(1) }) });
    return `/photon/${host}${pathname}?${query}`;
  },
};

describe("published clients of other services", () => {
  const listed = (name: string) => `${origin.replace("127.0.0.1", "localhost")}/${name}`;
  const fetches = (name: string) => seen.filter((path) => path === `/${name}`).length;

  test.each([
    ["a.jpg", "shared/a.jpg"],
    ["a name with escapes and a query", "shared/b%20c+d.jpg?x=1&y=a%2Fb"],
  ])("all of them get one picture from one fetch: %s", async (_, name) => {
    const etags = new Set<unknown>();
    for (const [client, make] of Object.entries(CLIENTS)) {
      // IPX undoes one degree of escaping, which unpic does not put on.
      if (client === "unpic, ipx" && name.includes("%2F")) continue;
      const answer = await ask(make(listed(name)) ?? "", { accept: "image/webp" });
      expect([client, answer.status, answer.status === 200 && (await sizeOf(answer))]).toEqual([
        client,
        200,
        "160x107 webp",
      ]);
      etags.add(answer.headers.etag);
    }
    expect([etags.size, fetches(name)]).toEqual([1, 1]);
  });
  test.each(Object.entries(MARKUPS))("the pictures of its markup are as wide as it says: %s", async (_, markupOf) => {
    const source = listed("large/a%20b.jpg?x=1&y=2");
    const html = await markupOf({ proxy: edge.url, signing: { key: KEY, salt: SALT }, source });
    const { asked, wrong } = await checkPictures(html, (url) => ask(url.slice(edge.url.length)));
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(10);
  });
  test.each(Object.entries(CLIENTS))("a host that is not listed, by %s", async (client, make) => {
    const { status, body } = await ask(make("https://elsewhere.test/a.jpg") ?? "");
    // A signature reaches every public host, and this one does not exist.
    expect([client, status, status === 403]).toEqual([
      client,
      client.startsWith("@imgproxy") ? 502 : 403,
      status === 403,
    ]);
    expect(body.length).toBeGreaterThan(0);
  });
  test("a source without a scheme is asked over HTTPS, and then over HTTP", async () => {
    const answer = await ask(`/?url=${listed("plain.jpg").slice("http://".length)}&w=320`);
    expect([answer.status, await sizeOf(answer), fetches("plain.jpg")]).toEqual([200, "320x213 jpeg", 1]);
    const facts = await ask(`/info/?url=${listed("facts2.jpg").slice("http://".length)}`);
    expect([facts.status, JSON.parse(facts.body.toString())]).toEqual([200, expect.objectContaining({ width: 480 })]);
  });
  test("default= sends readers on when the source fails, and only then", async () => {
    const fallback = encodeURIComponent(listed("none.jpg"));
    const fine = await ask(`/?url=${listed("fine.jpg")}&w=160&default=${fallback}`);
    expect([fine.status, fine.headers.location]).toEqual([200, undefined]);
    const gone = await ask(`/?url=${listed("gone/a.jpg")}&w=160&default=${fallback}`);
    expect([gone.status, gone.headers.location]).toEqual([302, listed("none.jpg")]);
    expect(gone.headers["cache-control"]).toBe("public, max-age=300");
    const evil = await ask(`/?url=${listed("gone/a.jpg")}&w=160&default=https%3A%2F%2Felsewhere.test%2F`);
    expect([evil.status, codeOf(evil), evil.headers.location]).toEqual([400, "option_invalid", undefined]);
    const refused = await ask(`/?url=https://elsewhere.test/a.jpg&default=${fallback}`);
    expect([refused.status, refused.headers.location]).toEqual([403, undefined]);
  });
  test("a picture that is padded is transparent where a browser takes that, in WebP and in PNG", async () => {
    const path = `/?url=${listed("pad.jpg")}&w=160&h=160&fit=contain`;
    expect(await sizeOf(await ask(path, { accept: "image/webp" }))).toBe("160x160 webp");
    expect(await sizeOf(await ask(path))).toBe("160x160 png");
    expect(await sizeOf(await ask(`${path}&cbg=white`))).toBe("160x160 jpeg");
  });
  test("format=json says the size of the result, padding and all", async () => {
    const answer = await ask(`/image/w=320,h=320,fit=pad,format=json/${listed("facts.jpg")}`);
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([
      200,
      expect.objectContaining({ width: 320, height: 320, original: expect.objectContaining({ format: "image/jpeg" }) }),
    ]);
  });
  test("ourselves, by every client", async () => {
    for (const [client, make] of Object.entries(CLIENTS)) {
      const own = make(`${edge.url.replace("127.0.0.1", "localhost")}/image/w=1/a`) ?? "";
      const answer = await ask(own);
      expect([client, answer.status, codeOf(answer)]).toEqual([client, 508, "loop"]);
    }
  });
});

describe("the Photon grammar", () => {
  const path = () => `/photon/${origin.slice("http://".length)}/a.jpg?w=100&quality=80`;
  test("a listed host", async () => {
    const answer = await ask(path().replace("127.0.0.1", "localhost"));
    expect([answer.status, await sizeOf(answer)]).toEqual([200, "160x107 jpeg"]);
    expect(answer.headers["cache-control"]).toMatch(/^public/);
  });
  test("another one only with the header, and then privately", async () => {
    expect((await ask(path())).status).toBe(403);
    expect((await ask(path(), { "X-Photon-Authentication": "open sesamE" })).status).toBe(403);
    const answer = await ask(path(), { "X-Photon-Authentication": "open sesame" });
    expect([answer.status, answer.headers["cache-control"]]).toEqual([200, expect.stringMatching(/^private/)]);
    expect((await ask(path())).status).toBe(403);
  });
});
