import { afterEach, describe, expect, it, vi } from "vitest";
import { POINT_BLOBS, POINT_DOUBLES, pointOf, record } from "../../src/record.ts";
import { newTrace } from "../../src/telemetry.ts";

afterEach(() => vi.restoreAllMocks());

describe("pointOf", () => {
  const full = {
    ...newTrace("reader", "weur", "MAD", "a-ray"),
    ...{ door: "imgproxy", status: 200, hit: "edge", sourceHost: "images.test", format: "webp", bytesOut: 12 },
    asked: [{ tier: "edge", ms: 1, outcome: "hit" as const }],
    stages: { total: 5.5, lookup: 1 },
  };
  it("a log line that was written and parsed again gives the same point", () => {
    for (const trace of [full, { ...full, source: "00112233", variant: "w:1/f:webp#12345678" }]) {
      expect(pointOf(JSON.parse(JSON.stringify(trace)))).toEqual(pointOf(trace));
    }
  });
  it("has what was used, and the rows of governors beside those of the meter", () => {
    const usage = { kvReads: 3, r2Writes: 2, rowsWritten: 4 };
    const { doubles } = pointOf({ ...full, usage, governorWrites: 1 });
    const of = (name: (typeof POINT_DOUBLES)[number]) => doubles[POINT_DOUBLES.indexOf(name)];
    expect([of("kvReads"), of("kvWrites"), of("r2Writes"), of("rowsWritten")]).toEqual([3, 0, 2, 5]);
  });
  it("is sampled by the host, and a sampled source by itself", () => {
    expect(pointOf(full).indexes).toEqual(["images.test"]);
    expect(pointOf({ ...full, sourceHost: "h".repeat(97) }).indexes).toEqual(["h".repeat(96)]);
    expect(pointOf({ ...full, source: "00112233" }).indexes).toEqual(["00112233"]);
  });
  it("stays within Analytics Engine's limits of columns, and keeps the columns of points that are stored", () => {
    expect(POINT_BLOBS.length).toBeLessThanOrEqual(20);
    expect(POINT_DOUBLES.length).toBeLessThanOrEqual(20);
    const first = ["reason", "answer", "region", "colo", "door", "format", "sourceHost", "tiersAsked", "audience"];
    expect(POINT_BLOBS.slice(0, first.length)).toEqual(first);
    const doubles = [
      "status",
      "bytesIn",
      "bytesOut",
      "total",
      "lookup",
      "origin",
      "decode",
      "resize",
      "encode",
      "queue",
    ];
    expect(POINT_DOUBLES.slice(0, doubles.length)).toEqual(doubles);
  });
});

describe("record", () => {
  it.each([
    [false, "log", "info"],
    [true, "error", "error"],
  ] as const)("report %s: the console's %s, level %s, with the time", (report, method, level) => {
    const written = vi.spyOn(console, method).mockImplementation(() => {});
    record(newTrace("reader", "", "", "a-ray"), { report, now: Date.UTC(2026, 10, 28, 3, 4, 5, 6) });
    expect(JSON.parse(written.mock.calls[0]?.[0])).toMatchObject({
      ...{ msg: "request", time: "2026-11-28T03:04:05.006Z", level, ray: "a-ray" },
    });
  });

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
