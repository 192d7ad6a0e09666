import { describe, expect, test } from "vitest";
import { repairPath, signedSpellings } from "../../../../src/request/signing/repair.ts";

describe("repairPath", () => {
  test.each([
    ["a merged scheme", "/w:1/plain/https:/a.test/b", "/w:1/plain/https://a.test/b"],
    ["a whole scheme stays", "/plain/https://a.test/b", "/plain/https://a.test/b"],
    ["three slashes stay", "/plain/http:///a.test", "/plain/http:///a.test"],
    ["imgproxy's local files", "/plain/local:/a.png", "/plain/local:///a.png"],
    ["escaped colons of options", "/w%3A1/h%3a2/plain/https:/a.test", "/w:1/h:2/plain/https://a.test"],
    ["escaped colons of a source stay", "/w:1/plain/https%3A%2F%2Fa.test", "/w:1/plain/https%3A%2F%2Fa.test"],
    ["escaped colons before base64", "/w%3A1/aHR0", "/w:1/aHR0"],
    ["a path that looks like a scheme", "/plain/https://a.test/b:/c", "/plain/https://a.test/b:/c"],
    ["no scheme at all", "/plain/a/b:/c", "/plain/a/b:/c"],
  ])("%s", (_, path, expected) => expect(repairPath(path)).toBe(expected));
});

describe("signedSpellings", () => {
  test.each([
    ["nothing to undo", "/w:1/aHR0", ["/w:1/aHR0"]],
    ["a tilde", "/w:1/~", ["/w:1/~", "/w:1/%7E"]],
    ["upper-case escapes", "/plain/https%3A", ["/plain/https%3A", "/plain/https%3a"]],
    ["mixed escapes are no zone's", "/plain/%3A%2f", ["/plain/%3A%2f"]],
    ["a merged scheme", "/plain/https:/a", ["/plain/https:/a", "/plain/https://a"]],
    ["marks of a source", "/cb:a-b/plain/a-b.c", ["/cb:a-b/plain/a-b.c", "/cb:a-b/plain/a%2Db%2Ec"]],
  ])("%s", (_, path, expected) => expect(signedSpellings(path)).toEqual(expected));
  test("never more than eight", () => {
    expect(signedSpellings("/w%3A1/plain/https:/a.test/~%2F").length).toBeLessThanOrEqual(8);
  });
});
