import { describe, expect, test } from "vitest";
import { Failure, publicMessage, type Reason } from "../../../src/errors.ts";
import { checkHop, checkSource } from "../../../src/policy/source.ts";

const RULES = {
  allowedSources: ["example.org", "*.photos.test"],
  signedNeedsAllowed: false,
  httpSources: "upgrade",
  allowLoopbackSources: false,
} as const;
const OWN = "cdn.firstlight.test";

function verdict(url: string, authority: "signature" | "list" | "header", over = {}, ownHost = OWN): Reason | "ok" {
  try {
    checkSource(url, authority, { ...RULES, ...over }, ownHost);
    return "ok";
  } catch (error) {
    if (error instanceof Failure) return error.reason;
    throw error;
  }
}

describe("a signed source", () => {
  test.each([
    ["any public host", "https://elsewhere.test/a.jpg", "ok"],
    ["plain HTTP", "http://elsewhere.test/a.jpg", "ok"],
    ["upper-case scheme", "HTTPS://elsewhere.test/a.jpg", "ok"],
    ["port 443 named", "https://elsewhere.test:443/", "ok"],
    ["port 80 over HTTPS", "https://elsewhere.test:80/", "ok"],
    ["public address", "https://8.8.8.8/", "ok"],
    ["other port", "https://elsewhere.test:8443/", "source_not_allowed"],
    ["port 0", "https://elsewhere.test:0/", "source_not_allowed"],
    ["relative", "/a.jpg", "source_invalid"],
    ["file", "file:///etc/passwd", "source_invalid"],
    ["data", "data:image/png;base64,AAAA", "source_invalid"],
    ["imgproxy's local", "local:///a.png", "source_invalid"],
    ["user", "https://user@elsewhere.test/", "source_invalid"],
    ["user and password", "https://user:pass@elsewhere.test/", "source_invalid"],
    ["listed host as user", "https://example.org@elsewhere.test/", "source_invalid"],
    ["trailing dot", "https://elsewhere.test./", "source_invalid"],
    ["private address", "http://10.0.0.1/", "address_private"],
    ["loopback in octal", "http://0177.1/", "address_private"],
    ["mapped metadata", "http://[::ffff:169.254.169.254]/", "address_private"],
    ["loopback at a port", "http://127.0.0.1:8080/", "address_private"],
    ["localhost", "http://localhost/", "address_private"],
    ["localhost with a dot", "http://localhost./", "address_private"],
    ["single label", "http://intranet/", "address_private"],
    ["our own host", `https://${OWN}/x`, "loop"],
    ["our own host, upper case", `https://${OWN.toUpperCase()}/x`, "loop"],
  ])("%s: %s -> %s", (_, url, expected) => expect(verdict(url, "signature")).toBe(expected));

  test("SIGNED_NEEDS_ALLOWED asks the list too", () => {
    expect(verdict("https://elsewhere.test/", "signature", { signedNeedsAllowed: true })).toBe("source_not_allowed");
    expect(verdict("https://example.org/", "signature", { signedNeedsAllowed: true })).toBe("ok");
  });
});

describe("why a source is not allowed, in words for anybody", () => {
  const message = (url: string, authority: "signature" | "list", ownHost = OWN): string => {
    try {
      checkSource(url, authority, RULES, ownHost);
    } catch (error) {
      if (error instanceof Failure) return publicMessage(error.reason, error.facts);
    }
    return "allowed";
  };
  test.each([
    ["https://elsewhere.test:8443/a.jpg", "signature", "its port 8443 is none of 80, 443"],
    ["http://elsewhere.test:0/a.jpg", "signature", "its port 0 is none of 80, 443"],
    ["https://elsewhere.test/a.jpg", "list", "its host or path is not on the list of allowed sources"],
  ] as const)("%s by %s: %s", (url, authority, why) => {
    expect(message(url, authority)).toBe(`This source is not allowed here: ${why}`);
  });
  test("a private place is not described, not even its port", () => {
    expect(message("http://10.0.0.1:8443/a.jpg", "signature")).toBe("This source is not on the public internet");
    // Where the variable may be set, the message names it.
    const named = /^This source is not on the public internet: ALLOW_LOOPBACK_SOURCES=true allows/;
    expect(message("http://127.0.0.1:9/a", "list", "localhost:8787")).toMatch(named);
    expect(message("http://[::1]:9/a", "list", "127.0.0.1:8787")).toMatch(named);
    expect(message("http://10.0.0.1/a", "list", "127.0.0.1:8787")).not.toContain("ALLOW_");
    expect(message("http://127.0.0.1/a", "list", "cdn.test")).not.toContain("ALLOW_");
  });
});

describe("an unsigned source", () => {
  test.each([
    ["https://example.org/a.jpg", "ok"],
    ["https://a.photos.test/a.jpg", "ok"],
    ["https://elsewhere.test/a.jpg", "source_not_allowed"],
    ["https://evilphotos.test/a.jpg", "source_not_allowed"],
  ])("%s -> %s", (url, expected) => expect(verdict(url, "list")).toBe(expected));

  test("an empty list allows nothing", () => {
    expect(verdict("https://example.org/", "list", { allowedSources: [] })).toBe("source_not_allowed");
  });
  test("a listed private address stays refused", () => {
    expect(verdict("http://10.0.0.1/", "list", { allowedSources: ["10.0.0.1"] })).toBe("address_private");
  });
  test("a header reaches what the list does not name", () => {
    expect(verdict("https://elsewhere.test/", "header")).toBe("ok");
  });
});

test("HTTP_SOURCES=deny refuses plain HTTP only", () => {
  expect(verdict("http://example.org/", "list", { httpSources: "deny" })).toBe("http_source_denied");
  expect(verdict("https://example.org/", "list", { httpSources: "deny" })).toBe("ok");
});

describe("ALLOW_LOOPBACK_SOURCES", () => {
  const on = { allowLoopbackSources: true, allowedSources: ["127.0.0.1", "localhost"] };
  const own = "127.0.0.1:8787";
  test.each([
    ["any port, plain HTTP", "http://127.0.0.1:4001/a.jpg", "ok"],
    ["by name", "https://localhost:4001/a.jpg", "ok"],
    ["other private addresses stay refused", "http://10.0.0.1/", "address_private"],
    ["0.0.0.0 stays refused", "http://0.0.0.0:4001/", "address_private"],
    ["public hosts keep their ports", "http://example.org:4001/", "source_not_allowed"],
    ["our own port", "http://127.0.0.1:8787/", "loop"],
    ["our own port by another name", "http://localhost:8787/", "loop"],
  ])("%s: %s -> %s", (_, url, expected) => expect(verdict(url, "signature", on, own)).toBe(expected));
  test("plain HTTP is kept under upgrade; an explicit deny wins", () => {
    expect(verdict("http://127.0.0.1:1/", "list", { ...on, httpSources: "upgrade" }, own)).toBe("ok");
    expect(verdict("http://127.0.0.1:1/", "list", { ...on, httpSources: "deny" }, own)).toBe("http_source_denied");
    expect(verdict("https://127.0.0.1:1/", "list", { ...on, httpSources: "deny" }, own)).toBe("ok");
  });
  test("the list still counts for unsigned requests", () => {
    expect(verdict("http://127.0.0.1:1/", "list", { ...on, allowedSources: [] }, own)).toBe("source_not_allowed");
  });
  test("on a public host it is a configuration error", () => {
    expect(verdict("https://example.org/", "list", on, OWN)).toBe("misconfigured");
  });
});

describe("checkHop", () => {
  const hop = (url: string, authority: "signature" | "list") => () =>
    checkHop(new URL(url), { authority, ownHost: OWN }, RULES);
  test("a source that the list permits must stay on the list", () =>
    expect(hop("https://elsewhere.test/", "list")).toThrow(Failure));
  test("a source that a signature permits may go on", () =>
    expect(hop("https://elsewhere.test/", "signature")).not.toThrow());
  test.each(["http://169.254.169.254/", "http://[::1]/", "https://a.test:22/", "ftp://a.test/", `https://${OWN}/`])(
    "never to %s",
    (url) => expect(hop(url, "signature")).toThrow(Failure),
  );
});
