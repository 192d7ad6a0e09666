/** An isolate's window, and what an object believes of a report. */
import { describe, expect, test } from "vitest";
import { readReport } from "../../../src/weather/readReport.ts";
import { MAX_MS, ReportWindow, type WeatherReport, type WeatherRow, WINDOW_MS } from "../../../src/weather/report.ts";

const sample = (ms: number, hit = true, region = "weur") => ({ tier: "region" as const, region, ms, hit });

describe("a window", () => {
  test("is reported when it is over, by tier and region, with its median", () => {
    const window = new ReportWindow("a");
    for (const [i, ms] of [50, 10, 30, 20].entries()) window.note("MAD", sample(ms, i > 0), 1_000 + i);
    window.note("MAD", { ...sample(95), tier: "primary" }, 1_010);
    window.note("MAD", sample(110, false, "enam"), 1_010);
    expect(window.take(1_000 + WINDOW_MS - 1)).toBeNull();
    const region = { tier: "region", region: "weur", count: 4, hits: 3, medianMs: 20 };
    expect(window.take(1_000 + WINDOW_MS)).toEqual({
      ...{ v: 1, isolate: "a", colo: "MAD" },
      rows: [
        region,
        { tier: "primary", region: "weur", count: 1, hits: 1, medianMs: 95 },
        { tier: "region", region: "enam", count: 1, hits: 0, medianMs: 110 },
      ],
    });
    expect(window.take(10 * WINDOW_MS)).toBeNull();
  });

  test.each<[string, number, number | null]>([
    ["just not too old", 179_999, 1],
    ["too old", 180_000, null],
    ["of a clock that was set back", -1, null],
  ])("%s", (_, age, count) => {
    const window = new ReportWindow("a");
    window.note("MAD", sample(20), 1_000);
    expect(window.take(1_000 + age)?.rows[0]?.count ?? null).toBe(count);
    // What comes after it begins a new one.
    window.note("MAD", sample(20), 1_000_000);
    expect(window.take(1_000_000 + WINDOW_MS)?.rows[0]?.count).toBe(1);
  });

  test("of another data centre begins anew", () => {
    const window = new ReportWindow("a");
    window.note("MAD", sample(20), 0);
    window.note("CDG", sample(30), 10_000);
    expect(window.take(WINDOW_MS)).toBeNull();
    expect(window.take(WINDOW_MS + 10_000)).toMatchObject({ colo: "CDG", rows: [{ count: 1, medianMs: 30 }] });
  });

  test("cuts times, and leaves out what is no time", () => {
    const window = new ReportWindow("a");
    for (const ms of [-5, 20_000, 20_000, Number.NaN, Number.POSITIVE_INFINITY]) window.note("MAD", sample(ms), 0);
    expect(window.take(WINDOW_MS)?.rows).toEqual([
      { tier: "region", region: "weur", count: 3, hits: 3, medianMs: MAX_MS },
    ]);
  });

  test("keeps the newest reads for its median, and counts all", () => {
    const window = new ReportWindow("a");
    for (let i = 0; i < 1_000; i++) window.note("MAD", sample(i < 744 ? 10 : 50), 0);
    expect(window.take(WINDOW_MS)?.rows).toMatchObject([{ count: 1_000, medianMs: 50 }]);
  });
});

describe("a report", () => {
  const row: WeatherRow = { tier: "region", region: "weur", count: 3, hits: 2, medianMs: 20 };
  const report: WeatherReport = { v: 1, isolate: "a", colo: "MAD", rows: [row] };

  test("is believed as it is", () => {
    expect(readReport(report)).toEqual(report);
  });

  test.each<[string, object]>([
    ["another version", { v: 2 }],
    ["no name", { isolate: "" }],
    ["too long a name", { isolate: "a".repeat(33) }],
    ["no data centre", { colo: "mad" }],
    ["no rows", { rows: [] }],
    ["rows that are no list", { rows: {} }],
  ])("with %s is left out", (_, wrong) => {
    expect(readReport({ ...report, ...wrong })).toBeNull();
  });

  test.each<[string, unknown]>([
    ["nothing", null],
    ["another tier", { ...row, tier: "kv" }],
    ["the name of the primary as a region", { ...row, region: "/primary" }],
    ["no count", { ...row, count: 0 }],
    ["half a count", { ...row, count: 1.5 }],
    ["too many", { ...row, count: 100_001 }],
    ["more hits than reads", { ...row, hits: 4 }],
    ["no number", { ...row, medianMs: Number.NaN }],
    ["a negative time", { ...row, medianMs: -1 }],
    ["too long a time", { ...row, medianMs: MAX_MS + 1 }],
  ])("loses a row with %s", (_, wrong) => {
    expect(readReport({ ...report, rows: [wrong as WeatherRow, row] })).toEqual(report);
    expect(readReport({ ...report, rows: [wrong as WeatherRow] })).toBeNull();
  });
});
