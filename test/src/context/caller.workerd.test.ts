import { describe, expect, test } from "vitest";
import { callerOf, rayOf } from "../../../src/context/caller.ts";

const CONFIG = { regions: ["enam", "weur"], regionOverrides: {} };
const asked = (url: string, headers: Record<string, string> = {}) => callerOf(new Request(url, { headers }), CONFIG);

describe("the edge cache's keys", () => {
  test.each([
    ["on loopback each place has its own", "http://127.0.0.1:8787/x", "MAD", "http://127.0.0.1:8787/.at/MAD"],
    [
      "a place that is no code stays one path segment",
      "http://127.0.0.1:8787/x",
      "a/b",
      "http://127.0.0.1:8787/.at/a%2Fb",
    ],
    ["elsewhere the header means nothing", "https://img.test/x", "MAD", "https://img.test"],
  ])("%s", (_, url, colo, cacheOrigin) => {
    const caller = asked(url, { "x-firstlight-colo": colo });
    expect(caller.cacheOrigin).toBe(cacheOrigin);
    expect(caller.origin).toBe(new URL(url).origin);
  });
  test("without a place there is one cache", () => {
    expect(asked("http://127.0.0.1:8787/x").cacheOrigin).toBe("http://127.0.0.1:8787");
  });
});

test("the ray is Cloudflare's; without one each request has an id of its own", () => {
  expect(rayOf(new Request("https://img.test", { headers: { "cf-ray": "r-MAD" } }))).toBe("r-MAD");
  const [a, b] = [1, 2].map(() => rayOf(new Request("https://img.test")));
  expect(a).not.toBe(b);
});
