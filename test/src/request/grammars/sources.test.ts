import { describe, expect, test } from "vitest";
import { checkSource } from "../../../../src/policy/source.ts";
import { OPEN, ORIGIN, readPath, refusalOf, zoneNormalised } from "../../../support/grammarRequests.ts";

/** The path and query of each grammar for a source that stands in it as written. */
const LITERAL = {
  cloudflare: (source: string) => `/image/w=320/${source}`,
  ipx: (source: string) => `/_ipx/w_320/${source}`,
} as const;
const ESCAPED = {
  cloudflare: (source: string) => `/image/w=320/${encodeURIComponent(source)}`,
  ipx: (source: string) => `/_ipx/w_320/${encodeURIComponent(source)}`,
  next: (source: string) => `/_next/image?url=${encodeURIComponent(source)}&w=320`,
  wsrv: (source: string) => `/?url=${encodeURIComponent(source)}&w=320`,
} as const;

const SOURCES = [
  "https://listed.test/a.jpg",
  "http://listed.test/a.jpg",
  "https://listed.test/a+b%20c%2Bd.jpg?x=1&y=a%20b+c&w=9",
  "https://listed.test/%C3%A4/%E2%82%AC.jpg",
  "https://listed.test/a@2x.png?sig=a%2Fb%3D%3D",
  "https://listed.test/a,b_c:d=e.jpg",
  "https://listed.test/deliveryService?id=SAAM-1&max=2",
  "https://listed.test/a%23b.jpg?tag=%23cats",
  "https://listed.test/100%25.jpg",
  "https://listed.test:443/a.jpg?url=https://other.test/b.jpg",
] as const;

describe.each(Object.entries(ESCAPED))("%s: an escaped source", (_, path) => {
  test.each(SOURCES)("%s", async (source) => {
    expect((await readPath(path(source))).source).toBe(new URL(source).href);
    expect((await readPath(zoneNormalised(path(source)))).source).toBe(new URL(source).href);
  });
  test("escaped twice", async () => {
    const twice = path(encodeURIComponent("https://listed.test/a%20b.jpg?x=1&y=2"));
    expect((await readPath(twice)).source).toBe("https://listed.test/a%20b.jpg?x=1&y=2");
  });
  test.each([
    ["the scheme in capitals", "HTTPS://LISTED.test/A.jpg", "https://listed.test/A.jpg"],
    ["one slash", "https:/listed.test/a.jpg", "https://listed.test/a.jpg"],
    ["three slashes", "http:///listed.test/a.jpg", "http://listed.test/a.jpg"],
    ["a fragment", "https://listed.test/a.jpg?x=1#y", "https://listed.test/a.jpg?x=1"],
    ["a backslash", "https:\\\\listed.test\\a.jpg", "https://listed.test/a.jpg"],
    ["dots", "https://listed.test/b/../a.jpg", "https://listed.test/a.jpg"],
    ["a blank", "https://listed.test/a b.jpg", "https://listed.test/a%20b.jpg"],
    ["a name in Unicode", "https://bücher.test/a.jpg", "https://xn--bcher-kva.test/a.jpg"],
  ])("%s", async (__, source, expected) => expect((await readPath(path(source))).source).toBe(expected));
  test.each([
    ["another scheme", "ftp://listed.test/a.jpg"],
    ["data", "data:image/png,x"],
    ["script", "javascript:alert(1)"],
    ["a file", "file:///etc/passwd"],
    ["no host", "https://"],
    ["a port that is none", "https://listed.test:99999/a.jpg"],
  ])("refused: %s", async (__, source) => expect(await refusalOf(path(source))).toBe("source_invalid"));
});

describe.each(Object.entries(LITERAL))("%s: a source in clear", (grammar, path) => {
  test.each([
    ["https://listed.test/a.jpg", "https://listed.test/a.jpg"],
    ["https://listed.test/a+b.jpg?x=1&y=a+b&w=9", "https://listed.test/a+b.jpg?x=1&y=a+b&w=9"],
    ["https:/listed.test/a.jpg", "https://listed.test/a.jpg"],
    ["HTTPS://listed.test/a.jpg", "https://listed.test/a.jpg"],
    ["https://listed.test/a%20b/%C3%A4.jpg", "https://listed.test/a%20b/%C3%A4.jpg"],
    ["https://listed.test/a.jpg%3Fx=1&y=2", "https://listed.test/a.jpg?x=1&y=2"],
    ["https://listed.test/image/w=9/b.jpg", "https://listed.test/image/w=9/b.jpg"],
  ])("%s", async (source, expected) => {
    expect((await readPath(path(source))).source).toBe(expected);
    expect((await readPath(zoneNormalised(path(source)))).source).toBe(expected);
  });
  test.each([
    ["a path of the site", "photos/a.jpg", "source_invalid"],
    ["a host without a scheme", "/listed.test/a.jpg", "source_invalid"],
    ["another scheme", "ftp://listed.test/a.jpg", "source_invalid"],
    ["an empty one", "", "url_invalid"],
  ])("refused: %s", async (_, source, reason) => expect(await refusalOf(path(source))).toBe(reason));
  test("an escaped source with a second query behind it", async () => {
    const one = `${path(encodeURIComponent("https://listed.test/a.jpg"))}?x=1`;
    expect((await readPath(one)).source).toBe("https://listed.test/a.jpg?x=1");
    const two = `${path(encodeURIComponent("https://listed.test/a.jpg?x=1"))}?y=2`;
    expect(await refusalOf(two)).toBe("url_invalid");
  });
  test("a query of its own with an escaped question mark in its path", async () => {
    const { source } = await readPath(path("https://listed.test/a%3Fb.jpg?x=1"));
    // IPX undoes one degree of escaping, Cloudflare none.
    expect(source).toBe(grammar === "ipx" ? "https://listed.test/a?b.jpg?x=1" : "https://listed.test/a%3Fb.jpg?x=1");
  });
  test("escapes that are not UTF-8 are refused where they are undone", async () => {
    expect(await refusalOf(path("https%3A%2F%2Flisted.test%2F%E4.jpg"))).toBe("url_invalid");
    expect(await refusalOf(path("https://listed.test/%E4.jpg"))).toBe(grammar === "ipx" ? "url_invalid" : "ok");
  });
});

describe("policy refuses at every grammar", () => {
  const verdict = async (path: string) => {
    const { source, authority } = await readPath(path);
    try {
      checkSource(source, authority, OPEN, new URL(ORIGIN).host);
      return "ok";
    } catch (error) {
      return (error as { reason: unknown }).reason;
    }
  };
  test.each(Object.entries(ESCAPED))("%s", async (_, path) => {
    expect(await verdict(path("https://listed.test/a.jpg"))).toBe("ok");
    expect(await verdict(path("https://other.test/a.jpg"))).toBe("source_not_allowed");
    expect(await verdict(path("https://evillisted.test/a.jpg"))).toBe("source_not_allowed");
    expect(await verdict(path("https://listed.test@other.test/a.jpg"))).toBe("source_invalid");
    expect(await verdict(path("https://user:pass@listed.test/a.jpg"))).toBe("source_invalid");
    expect(await verdict(path("https://listed.test\\@other.test/a.jpg"))).toBe("ok");
    expect(await verdict(path("http://169.254.169.254/latest"))).toBe("address_private");
    expect(await verdict(path("http://2130706433/"))).toBe("address_private");
    expect(await verdict(path("https://listed.test:8443/a.jpg"))).toBe("source_not_allowed");
    for (const own of Object.values(ESCAPED)) {
      expect(await verdict(path(ORIGIN + own("https://listed.test/a.jpg")))).toBe("loop");
    }
    expect(await verdict(path(`${ORIGIN.toUpperCase()}./a.jpg`))).toBe("source_invalid");
  });
});
