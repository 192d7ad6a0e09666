import { describe, expect, test } from "vitest";
import { parseHostPattern } from "../../../src/config/hostPattern.ts";
import { isLoopbackHost, judgeName, matchesPattern } from "../../../src/policy/hosts.ts";

describe("judgeName", () => {
  test.each([
    ["localhost", "local"],
    ["localhost.", "local"],
    ["a.localhost", "local"],
    ["printer.local", "local"],
    ["metadata.google.internal", "local"],
    ["metadata.google.internal.", "local"],
    ["router.home.arpa", "local"],
    ["home.arpa", "local"],
    ["abc.onion", "local"],
    ["nas.lan", "local"],
    ["intranet", "local"],
    ["org", "local"],
    ["", "local"],
    ["example.org", "public"],
    ["localhost.example.org", "public"],
    ["notlocalhost.org", "public"],
    ["mylocal.example", "public"],
    ["in-addr.arpa", "public"],
    ["xn--bcher-kva.example", "public"],
    ["live_static.flickr.com", "public"],
    ["example.org.", "malformed"],
    ["a..example.org", "malformed"],
    ["exa!mple.org", "malformed"],
    [`${"a".repeat(63)}.org`, "public"],
    [`${"a".repeat(64)}.org`, "malformed"],
    [`${"a.".repeat(125)}org`, "public"],
    [`${"a.".repeat(126)}org`, "malformed"],
  ])("%s is %s", (name, verdict) => expect(judgeName(name)).toBe(verdict));
});

describe("isLoopbackHost", () => {
  test.each(["localhost", "a.localhost", "127.0.0.1", "[::1]"])("%s", (host) =>
    expect(isLoopbackHost(host)).toBe(true),
  );
  test.each(["localhost.example.org", "10.0.0.1", "example.org"])("not %s", (host) =>
    expect(isLoopbackHost(host)).toBe(false),
  );
});

describe("matchesPattern", () => {
  test.each([
    ["example.org", "https://example.org/a.jpg", true],
    ["example.org", "http://example.org/a.jpg", true],
    ["example.org", "https://EXAMPLE.org/a.jpg", true],
    ["Example.ORG", "https://example.org/a.jpg", true],
    ["example.org", "https://www.example.org/a.jpg", false],
    ["example.org", "https://example.org.evil.test/", false],
    ["example.org", "https://evilexample.org/", false],
    ["example.org", "https://examplexorg/", false],
    ["*.b.test", "https://a.b.test/", true],
    ["*.b.test", "https://x.a.b.test/", true],
    ["*.b.test", "https://b.test/", false],
    ["*.b.test", "https://evilb.test/", false],
    ["bücher.example", "https://xn--bcher-kva.example/", true],
    ["example.org/photos", "https://example.org/photos", true],
    ["example.org/photos", "https://example.org/photos/a.jpg", true],
    ["example.org/photos/", "https://example.org/photos/a.jpg", true],
    ["example.org/photos/", "https://example.org/photosecret/a.jpg", false],
    ["example.org/photos", "https://example.org/photosecret", false],
    ["example.org/photos", "https://example.org/photos/../secret", false],
    ["example.org/photos", "https://example.org/photos/%2e%2e/secret", false],
    ["example.org/photos", "https://example.org/photos/..%2fsecret", false],
    ["example.org/photos", "https://example.org/photos/..%5Csecret", false],
    ["example.org/photos", "https://example.org/?/photos/", false],
    ["*.example.org/photos", "https://a.example.org/photos/a.jpg", true],
    ["https://example.org", "https://example.org/a", true],
    ["https://example.org", "http://example.org/a", false],
    ["http://example.org", "http://example.org/a", true],
    ["127.0.0.1:4001", "http://127.0.0.1:4001/a", true],
    ["127.0.0.1:4001", "http://127.0.0.1:4002/a", false],
    ["127.0.0.1", "http://127.0.0.1:4002/a", true],
    ["[::1]:4001", "http://[::1]:4001/a", true],
    ["example.org:443", "https://example.org/a", true],
    ["example.org:443", "http://example.org/a", false],
  ])("%s and %s: %s", (pattern, url, expected) => {
    expect(matchesPattern(new URL(url), parseHostPattern(pattern))).toBe(expected);
  });
});
