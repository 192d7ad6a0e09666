import { expect, test } from "vitest";
import { canonicalSource, isHttpUrl } from "../../../../src/request/source/canonicalSource.ts";

test.each([
  ["HTTPS://Example.ORG:443/A?b=C#d", "https://example.org/A?b=C"],
  ["http:/example.org", "http://example.org/"],
  ["http:///example.org", "http://example.org/"],
  ["https://example.org/a/../b/./c", "https://example.org/b/c"],
  ["https://example.org/a%2fb?x=%20+", "https://example.org/a%2fb?x=%20+"],
  ["https://example.org/a b", "https://example.org/a%20b"],
  ["https://bücher.example/", "https://xn--bcher-kva.example/"],
  ["http://0x7f.1/", "http://127.0.0.1/"],
  ["https://example.org?", "https://example.org/?"],
])("%s is %s", (text, expected) => expect(canonicalSource(text)).toBe(expected));

test.each([
  "",
  "a.jpg",
  "//example.org/a",
  "ftp://a.test/",
  "data:,x",
  "blob:https://a.test/x",
  "https://",
  "https://a b/",
])("%j is refused", (text) => expect(() => canonicalSource(text)).toThrow("source_invalid"));

test.each([
  ["https://a.test/b.jpg", true],
  ["HTTP://a.test", true],
  ["http:/a.test/b.jpg", true],
  ["https://", false],
  ["//a.test/b.jpg", false],
  ["a.jpg", false],
  ["", false],
  ["ftp://a.test/b.jpg", false],
  ["data:image/png;base64,AAAA", false],
])("%j: %s", (text, expected) => {
  expect(isHttpUrl(text)).toBe(expected);
});
