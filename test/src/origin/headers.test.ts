import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { declaredLength, readHeaders, retryAfterSeconds, sentHeaders, VERSION } from "../../../src/origin/headers.ts";

const CONFIG = { loopId: "abc", contactUrl: "https://firstlight.test/about" };

test("the version we send is the package's", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(VERSION).toBe(manifest.version);
});

test("the whole of what is sent, and nothing else", () => {
  expect(sentHeaders(CONFIG, null)).toEqual({
    "User-Agent": `Firstlight/${VERSION} (+https://firstlight.test/about)`,
    Accept: "image/jpeg,image/png,image/gif,image/*;q=0.8,*/*;q=0.5",
    "Accept-Encoding": "identity",
    Via: "1.1 firstlight-abc",
    "CDN-Loop": "firstlight-abc",
  });
});

describe("validators", () => {
  const added = (etag: string | null, lastModified: string | null) => {
    const { "If-None-Match": none, "If-Modified-Since": since } = sentHeaders(CONFIG, { etag, lastModified });
    return [none, since];
  };
  test.each([
    ["both", '"x"', "Sat, 21 Nov 2026 00:00:00 GMT", ['"x"', "Sat, 21 Nov 2026 00:00:00 GMT"]],
    ["ETag only", 'W/"x"', null, ['W/"x"', undefined]],
    ["date only", null, "Sat, 21 Nov 2026 00:00:00 GMT", [undefined, "Sat, 21 Nov 2026 00:00:00 GMT"]],
    ["empty text is none", "", "", [undefined, undefined]],
  ])("%s", (_name, etag, date, expected) => {
    expect(added(etag, date)).toEqual(expected);
  });
});

test("of the answer only freshness and validators are read, and no field over 256 characters", () => {
  const long = `"${"x".repeat(255)}"`;
  const headers = new Headers({
    "Cache-Control": "max-age=60",
    Age: "3",
    ETag: long,
    "Last-Modified": "x".repeat(256),
    "Set-Cookie": "a=b",
  });
  expect(readHeaders(headers)).toEqual({
    cacheControl: "max-age=60",
    expires: null,
    date: null,
    age: "3",
    etag: null,
    lastModified: "x".repeat(256),
  });
});

describe("declaredLength", () => {
  test.each([
    ["digits", { "content-length": "123" }, 123],
    ["none", {}, null],
    ["negative", { "content-length": "-1" }, null],
    ["two of them", { "content-length": "3, 5" }, null],
    ["hexadecimal", { "content-length": "0x10" }, null],
    ["fifteen digits", { "content-length": "999999999999999" }, 999_999_999_999_999],
    ["sixteen digits", { "content-length": "1999999999999999" }, null],
    ["of encoded bytes", { "content-length": "123", "content-encoding": "gzip" }, null],
    ["identity is no encoding", { "content-length": "123", "content-encoding": "Identity" }, 123],
  ])("%s", (_name, headers, expected) => {
    expect(declaredLength(new Headers(headers as Record<string, string>))).toBe(expected);
  });
});

describe("retryAfterSeconds", () => {
  const now = Date.UTC(2026, 10, 21);
  test.each([
    ["seconds", "120", 120],
    ["zero is at least one", "0", 1],
    ["a day", "86400", 86_400],
    ["more than a day is a day", "86401", 86_400],
    ["a date ahead", "Sat, 21 Nov 2026 00:01:30 GMT", 90],
    ["a date gone by", "Fri, 20 Nov 2026 00:00:00 GMT", 1],
    ["words", "soon", null],
    ["empty", "", null],
    ["negative is no number of seconds and no date", "-5x", null],
  ])("%s", (_name, text, expected) => {
    expect(retryAfterSeconds(new Headers({ "retry-after": text }), now)).toBe(expected);
  });
  test("not there", () => {
    expect(retryAfterSeconds(new Headers(), now)).toBeNull();
  });
});
