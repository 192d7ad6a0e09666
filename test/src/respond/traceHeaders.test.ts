import { describe, expect, it } from "vitest";
import { cacheStatus, serverTiming } from "../../../src/respond/traceHeaders.ts";
import { newTrace } from "../../../src/telemetry.ts";

describe("cacheStatus", () => {
  it("hit", () => {
    expect(cacheStatus({ ...newTrace("reader", "weur", "MAD"), hit: "region", ttl: 12 })).toBe(
      "firstlight; hit; ttl=12; detail=region",
    );
  });
  it("says when there is no edge cache to hit", () => {
    const trace = { ...newTrace("reader", "weur", "MAD"), hit: "kv", ttl: 1, edgeOff: true } as const;
    expect(cacheStatus(trace)).toBe("firstlight; hit; ttl=1; detail=kv; edge=off");
  });
  it("miss", () => {
    const trace = {
      ...newTrace("reader", "weur", "MAD"),
      door: "imgproxy",
      sourceStatus: 200,
      stored: true,
      collapsed: true,
    };
    expect(cacheStatus(trace)).toBe("firstlight; fwd=miss; fwd-status=200; stored; collapsed");
  });
  it("a failure that was remembered: nobody was asked (RFC 9211 2.1)", () => {
    const trace = { ...newTrace("reader", "weur", "MAD"), door: "imgproxy", hit: "negative", ttl: 29 } as const;
    expect(cacheStatus(trace)).toBe("firstlight; hit; ttl=29; detail=negative");
  });
  it("a request that was refused before any cache was asked", () => {
    expect(cacheStatus(newTrace("reader", "weur", "MAD"))).toBe("firstlight; fwd=bypass");
  });
});

describe("serverTiming", () => {
  it("lists the stages that ran, in the order of a request", () => {
    const trace = { ...newTrace("reader", "", ""), stages: { total: 12.34, lookup: 1 } };
    expect(serverTiming(trace)).toBe("cache;desc=bypass, lookup;dur=1.0, total;dur=12.3");
  });
});

describe("serverTiming says which store answered", () => {
  it.each([
    ["edge", "imgproxy", "cache;desc=edge"],
    ["stale-if-error", "imgproxy", "cache;desc=stale-if-error"],
    [null, "imgproxy", "cache;desc=miss"],
    [null, "", "cache;desc=bypass"],
  ])("hit %s, door %j: %s", (hit, door, timing) => {
    expect(serverTiming({ ...newTrace("reader", "", ""), hit, door })).toBe(timing);
  });
});
