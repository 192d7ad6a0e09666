import { expect, test } from "vitest";
import { parseHostPattern } from "../../../src/config/hostPattern.ts";

test.each([
  "*",
  "*.*.org",
  "a.*.org",
  "exa*mple.org",
  "ftp://example.org",
  "user@example.org",
  "example.org?x",
  "*.127.0.0.1",
  "*.0x7f.1",
  "*.[::1]",
  "*.com",
  "*.com.",
  "*.com/photos",
  "https://*.com:443",
  "*.localhost",
  "",
])("parseHostPattern(%j) throws", (pattern) => expect(() => parseHostPattern(pattern)).toThrow());

test("a wildcard over a top-level domain says what it needs; a name of one label needs no dot", () => {
  const limit = '"*.com": *. needs a name of 2 labels or more after it, not 1';
  expect(() => parseHostPattern("*.com")).toThrow(limit);
  expect(parseHostPattern("*.b.test")).toMatchObject({ subdomains: true, hostname: "b.test" });
  expect(parseHostPattern("localhost:4001")).toMatchObject({ subdomains: false, hostname: "localhost" });
});
