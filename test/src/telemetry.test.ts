import { afterEach, describe, expect, it, vi } from "vitest";
import { cacheStatus, newTrace, POINT_BLOBS, POINT_DOUBLES, record, serverTiming } from "../../src/telemetry.ts";

afterEach(() => vi.restoreAllMocks());

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

describe("record", () => {
  it("writes one line and one point whose columns match their names", () => {
    const line = vi.spyOn(console, "log").mockImplementation(() => {});
    const points: { indexes: string[]; blobs: string[]; doubles: number[] }[] = [];
    const trace = {
      ...newTrace("reader", "weur", "MAD"),
      status: 200,
      bytesIn: 10,
      stages: { total: 5.55, decode: 2 },
    };
    record(trace, {
      events: { writeDataPoint: (point) => points.push(point) },
      report: false,
      now: Date.UTC(2026, 0, 2),
    });
    expect(line).toHaveBeenCalledTimes(1);
    const [point] = points;
    expect(point?.blobs).toHaveLength(POINT_BLOBS.length);
    expect(point?.doubles).toHaveLength(POINT_DOUBLES.length);
    expect(point?.doubles[POINT_DOUBLES.indexOf("total")]).toBe(5.55);
    expect(point?.doubles[POINT_DOUBLES.indexOf("decode")]).toBe(2);
    expect(point?.blobs[POINT_BLOBS.indexOf("region")]).toBe("weur");
    expect(point?.blobs[POINT_BLOBS.indexOf("audience")]).toBe("reader");
  });

  it("never throws", () => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const broken = {
      writeDataPoint: () => {
        throw new Error("quota");
      },
    };
    expect(() => record(newTrace("reader", "", ""), { events: broken, report: false, now: 0 })).not.toThrow();
  });
});
