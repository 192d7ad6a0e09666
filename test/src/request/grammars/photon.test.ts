import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../src/config/parseConfig.ts";
import { Failure } from "../../../../src/errors.ts";
import { readImageRequest } from "../../../../src/request/readImageRequest.ts";

const ENDPOINT = "https://cdn.firstlight.test/photon/";
const SECRET = "open sesame";
const CONFIG = parseConfig({ ALLOWED_SOURCES: "listed.test", PHOTON_AUTHENTICATION: SECRET });

function read(rest: string, authentication: string | null = null, config = CONFIG) {
  return readImageRequest(ENDPOINT + rest, "image/*", config, 0, authentication);
}

async function failure(promise: Promise<unknown>): Promise<readonly unknown[]> {
  return promise.then(
    () => [],
    (error: unknown) => (error instanceof Failure ? [error.reason, error.facts.option] : [error]),
  );
}

/** What Openverse's API sends for a picture's address: scheme dropped, query in `q`, HTTPS in `ssl`. */
function openverse(image: string, params: Record<string, string>): string {
  const { host, pathname, protocol, search } = new URL(image);
  const query = new URLSearchParams(params);
  if (search !== "") query.set("q", search.slice(1));
  if (protocol === "https:") query.set("ssl", "true");
  return `${host}${pathname}?${query}`;
}

describe("as Openverse sends it", () => {
  test.each([
    "https://listed.test/a/b.jpg",
    "http://listed.test/a.jpg",
    "https://listed.test/a%20b/%C3%A4.jpg?x=1&y=a%20b&z=%2F",
    "https://ids.si.edu/ids/deliveryService?id=SAAM-1&max=2",
    "https://listed.test:443/a+b.jpg?q=1",
  ])("%s", async (image) => {
    const request = await read(openverse(image, { w: "600", quality: "80" }));
    expect(request.source).toBe(new URL(image).href);
    expect(request.transform).toMatchObject({ resize: "fit", width: 640, height: 0, quality: 80, enlarge: false });
    expect([request.grammar, request.accept, request.negotiated]).toEqual(["photon", "base", true]);
  });
  test.each([
    ["escaped once", "a.jpg?q=tag%3D%23cats%26x%3D1&ssl=1"],
    ["escaped twice, as it stood in the source", "a.jpg?q=tag%3D%2523cats%26x%3D1&ssl=1"],
  ])("a # in the source's query, %s, is no fragment", async (_, rest) => {
    expect((await read(`listed.test/${rest}`)).source).toBe("https://listed.test/a.jpg?tag=%23cats&x=1");
  });
  test("a port with its colon escaped", async () => {
    expect((await read("listed.test%3A8080/a.jpg?ssl=1")).source).toBe("https://listed.test:8080/a.jpg");
  });
  test("full size is the source's own up to the ladder's top", async () => {
    expect((await read("listed.test/a.jpg")).transform).toMatchObject({ resize: "fit", width: 2048, height: 2048 });
  });
});

describe("parameters", () => {
  test.each([
    ["w=300", { width: 320, height: 0 }],
    ["h=300", { width: 0, height: 320 }],
    ["fit=300,200", { resize: "fit", width: 320, height: 213 }],
    ["resize=300,200", { resize: "fill", width: 320, height: 213, enlarge: false }],
    ["w=160&zoom=2", { width: 320, dpr: 1 }],
    ["quality=1", { quality: 60 }],
    ["strip=all&v=3&utm_source=x", { width: 2048 }],
    [
      "crop=12,25,60,60",
      { crop: { width: 0.6, height: 0.6, gravity: { kind: "compass", at: "nowe", x: 0.12, y: 0.25 } } },
    ],
    [
      "crop=160px,25,1400px,100",
      { crop: { width: 1400, height: 0, gravity: { kind: "compass", at: "nowe", x: 160, y: 0.25 } } },
    ],
  ])("%s", async (query, expected) => {
    expect((await read(`listed.test/a.jpg?${query}`)).transform).toMatchObject(expected);
  });
  test.each([
    ["w=x", "option_invalid", "w"],
    ["w=-1", "option_invalid", "w"],
    ["h=65536", "option_invalid", "h"],
    ["fit=300", "option_invalid", "fit"],
    ["fit=1,2,3", "option_invalid", "fit"],
    ["resize=a,b", "option_invalid", "resize"],
    ["crop=1,2,3", "option_invalid", "crop"],
    ["crop=1,2,3,101", "option_invalid", "crop"],
    ["quality=0", "option_invalid", "quality"],
    ["quality=101", "option_invalid", "quality"],
    ["zoom=0", "option_invalid", "zoom"],
    ["filter=blurgaussian", "option_unknown", "filter"],
    ["lb=1,2", "option_unknown", "lb"],
  ])("%s -> %s, %s", async (query, reason, option) => {
    expect(await failure(read(`listed.test/a.jpg?${query}`))).toEqual([reason, option]);
  });
});

describe("what permits a source", () => {
  test.each([
    ["a listed source, no header", "listed.test/a.jpg", null, "list"],
    ["a listed source with the header stays public", "listed.test/a.jpg", SECRET, "list"],
    ["another source with the header", "other.test/a.jpg", SECRET, "header"],
    ["another source with a wrong header", "other.test/a.jpg", "open sesamE", "list"],
    ["another source with an empty header", "other.test/a.jpg", "", "list"],
    ["another source without", "other.test/a.jpg", null, "list"],
  ])("%s", async (_, rest, authentication, authority) => {
    expect((await read(rest, authentication)).authority).toBe(authority);
  });
  test("no secret set: no header opens", async () => {
    const config = parseConfig({});
    expect((await read("other.test/a.jpg", "", config)).authority).toBe("list");
    expect((await read("other.test/a.jpg", "null", config)).authority).toBe("list");
  });
});

test.each([
  ["no host", "", "url_invalid"],
  ["no host but a path", "/a.jpg", "url_invalid"],
  ["an escaped slash in the host", "listed.test%2Fa.jpg", "source_invalid"],
  ["a host that is none", "exa mple/a.jpg", "source_invalid"],
])("%s", async (_, rest, reason) => expect((await failure(read(rest)))[0]).toBe(reason));
