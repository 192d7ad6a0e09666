import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  declaredLength,
  readHeaders,
  retryAfterSeconds,
  sentHeaders,
  singleValue,
  VERSION,
  wholeRangeLength,
} from "../../../src/origin/headers.ts";

const DATE = "Sat, 21 Nov 2026 00:00:00 GMT";
const CONFIG = { loopId: "abc", contactUrl: "https://firstlight.test/about" };

test("the version we send is the package's", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(VERSION).toBe(manifest.version);
});

test("the whole of what is sent, and nothing else", () => {
  expect(sentHeaders(CONFIG, null)).toEqual({
    "User-Agent": `Firstlight/${VERSION} (bot; +https://firstlight.test/about)`,
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

test("of the answer only freshness and validators are read, no validator over 256 characters, no Cache-Control over 16 KiB", () => {
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
  const cacheControl = (length: number) =>
    readHeaders(new Headers({ "Cache-Control": "x".repeat(length) })).cacheControl;
  expect([cacheControl(16_384)?.length, cacheControl(16_385)]).toEqual([16_384, null]);
});

describe("singleValue", () => {
  test.each([
    ["one", ["/a"], "/a"],
    ["two equal ones", ["/a", "/a"], "/a"],
    ["three equal ones", ["/a", "/a", "/a"], "/a"],
    ["two different ones stay joined", ["/a", "/b"], "/a, /b"],
    ["two equal dates, which have a comma", [DATE, DATE], DATE],
    ["a comma that is the value's own", ["/a,b"], "/a,b"],
    ["two equal ones with a comma", ["/a,b", "/a,b"], "/a,b"],
    ["two equal ones with a comma and a space", ["a, b", "a, b"], "a, b"],
    ["as many commas as a field has room for", [Array(8_000).fill("a").join(", ")], "a"],
    ["nothing, twice", ["", ""], ""],
    ["a value of three equal parts and one more", ["a, a, a, b"], "a, a, a, b"],
  ])("%s", (_name, lines, expected) => {
    const headers = new Headers();
    for (const line of lines) headers.append("x", line);
    expect(singleValue(headers, "x")).toBe(expected);
  });
  test("none", () => expect(singleValue(new Headers(), "x")).toBeNull());
});

describe("wholeRangeLength", () => {
  test.each([
    ["bytes 0-99/100", 100],
    ["BYTES 0-0/1", 1],
    ["bytes 0-98/100", null],
    ["bytes 1-99/100", null],
    ["bytes 0-99/*", null],
    ["bytes */100", null],
    ["bytes 0-99/100, bytes 0-99/100", 100],
    ["items 0-99/100", null],
    ["", null],
  ])("%s is %s", (text, expected) => {
    expect(wholeRangeLength(new Headers({ "content-range": text }))).toBe(expected);
  });
});

describe("declaredLength", () => {
  test.each([
    ["digits", { "content-length": "123" }, 123],
    ["none", {}, null],
    ["negative", { "content-length": "-1" }, null],
    ["two different ones", { "content-length": "3, 5" }, null],
    ["two equal ones", { "content-length": "3, 3" }, 3],
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
