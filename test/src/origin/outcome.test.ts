import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { failureOfStatus, failureOfThrown, isConnectFailure } from "../../../src/origin/outcome.ts";

/** A Response may not be built with every status a source can send. */
const answer = (status: number, headers: Record<string, string> = {}) =>
  ({ status, headers: new Headers(headers) }) as Response;

describe("failureOfStatus", () => {
  test.each([
    [199, "source_failed"],
    [200, null],
    [201, "source_failed"],
    [203, null],
    [204, "source_failed"],
    [206, "source_failed"],
    [300, "source_failed"],
    [302, "source_failed"],
    [304, "source_failed"],
    [400, "source_refused"],
    [401, "source_refused"],
    [403, "source_refused"],
    [404, "source_missing"],
    [408, "source_failed"],
    [410, "source_missing"],
    [418, "source_refused"],
    [425, "source_failed"],
    [429, "source_refused"],
    [451, "source_refused"],
    [500, "source_failed"],
    [503, "source_failed"],
    [520, "source_failed"],
    [521, "source_unreachable"],
    [522, "source_unreachable"],
    [523, "source_unreachable"],
    [524, "source_failed"],
    [525, "source_tls"],
    [526, "source_tls"],
    [530, "source_unreachable"],
    [599, "source_failed"],
    [999, "source_refused"],
  ])("%i is %s", (status, reason) => {
    expect(failureOfStatus(answer(status), 0, false)?.reason ?? null).toBe(reason);
  });
  test("304 is an answer to a conditional request only", () => {
    expect(failureOfStatus(answer(304), 0, true)).toBeNull();
  });
  test.each([
    ["bytes 0-9/10", undefined],
    ["bytes 0-8/10", "source_failed"],
  ])("206 with %s: %s", (range, reason) => {
    expect(failureOfStatus(answer(206, { "content-range": range }), 0, false)?.reason).toBe(reason);
  });
  test("Retry-After goes with the failure", () => {
    expect(failureOfStatus(answer(429, { "retry-after": "30" }), 0, false)?.facts).toEqual({
      value: 429,
      retryAfter: 30,
    });
  });
});

describe("failureOfThrown", () => {
  const http = new URL("http://pictures.test/");
  const https = new URL("https://pictures.test/");
  test.each([
    ["lost over http", new Error("Network connection lost."), http, "source_unreachable"],
    ["lost over https", new Error("Network connection lost."), https, "source_unreachable"],
    ["internal over http", new Error("internal error; reference = abc"), http, "source_unreachable"],
    ["internal over https", new Error("internal error; reference = abc"), https, "source_tls"],
    ["a certificate", new Error("invalid peer certificate: UnknownIssuer"), https, "source_tls"],
    ["unfetchable", new TypeError("Fetch API cannot load: ftp://x/"), http, "source_invalid"],
    ["our own limit", new Error("Too many subrequests."), https, "internal"],
    ["unknown text", new Error("something new"), https, "source_unreachable"],
    ["not an Error", "text", http, "source_unreachable"],
  ])("%s", (_name, error, url, reason) => {
    const failure = failureOfThrown(error, url);
    expect(failure.reason).toBe(reason);
    // What was thrown may name an address: it is no fact, and facts are all the public sees.
    expect(JSON.stringify(failure.facts)).not.toMatch(/abc|x\//);
  });
  test("a Failure stays what it is", () => {
    const failure = new Failure("loop");
    expect(failureOfThrown(failure, http)).toBe(failure);
  });
});

test("connect failures are the two that lead to plain HTTP", () => {
  const reasons = ["source_unreachable", "source_tls", "source_failed", "source_timeout", "source_refused"] as const;
  expect(reasons.filter((reason) => isConnectFailure(new Failure(reason)))).toEqual([
    "source_unreachable",
    "source_tls",
  ]);
});
