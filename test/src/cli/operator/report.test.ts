/** The report and its page: from points in memory to figures, dollars and HTML. */
import { describe, expect, test } from "vitest";
import { PRICES } from "../../../../src/catalogue/prices.ts";
import { askAll, todayOf, windowOf } from "../../../../src/cli/operator/ask/askAll.ts";
import { CollectedPoints } from "../../../../src/cli/operator/collected.ts";
import { operatorDocument } from "../../../../src/cli/operator/page/document.ts";
import { bytesText, dollarsText, numberText } from "../../../../src/cli/operator/page/format.ts";
import { type Beside, type Report, reportOf } from "../../../../src/cli/operator/report/report.ts";
import { newTrace, type Trace } from "../../../../src/telemetry.ts";

const NOW = Date.UTC(2026, 10, 28, 12);
const BESIDE: Beside = { cpu: null, cpuMissing: "no token", weather: null, runs: [], deployment: "" };

async function reportFrom(lines: readonly object[], beside: Partial<Beside> = {}, hours = 1): Promise<Report> {
  const collected = new CollectedPoints();
  for (const line of lines) collected.add(JSON.stringify(line));
  const window = windowOf(NOW, hours);
  return reportOf(await askAll(collected.ask, window, NOW), { ...BESIDE, ...beside }, window, NOW);
}

/** A line of a reader's picture, a minute old. */
function line(over: Partial<Trace> = {}): Trace {
  return {
    ...newTrace("reader", "weur", "MAD"),
    ...{ time: new Date(NOW - 60_000).toISOString(), door: "imgproxy", status: 200, sourceHost: "a.test" },
    ...{ stages: { total: 10 } },
    ...over,
  };
}
const times = (count: number, of: Partial<Trace>) => Array.from({ length: count }, () => line(of));
const usageLine = (usage: object, msAgo = 60_000) => ({
  ...{ msg: "usage", time: new Date(NOW - msAgo).toISOString(), level: "info", ray: "r", audience: "background" },
  ...{ region: "weur", colo: "MAD", usage },
});
const item = ({ dollars }: Report, name: string) => dollars.find((one) => one.name === name);

describe("what the page says about its views", () => {
  const PAGE = { resultsPage: "/" };
  const LINK = '<a href="/">the results page</a>';
  const FIRST = "All of these were first views, which cost the most.";
  test.each([
    ["nobody has asked", [], {}, "No reader has asked yet.</p>"],
    ["nobody has asked, in the demo", [], PAGE, `No reader has asked yet: open ${LINK}.</p>`],
    ["first views", [line({ hit: null })], {}, `${FIRST}</p>`],
    [
      "first views, in the demo",
      [line({ hit: null })],
      PAGE,
      `${FIRST} Load ${LINK} again: stored pictures are hits.</p>`,
    ],
    ["one hit among them", [line({ hit: null }), line({ hit: "edge" })], PAGE, " The end.</p>"],
  ])("%s", async (_, lines, beside, text) => {
    const made = await reportFrom(lines, { ...beside, deployment: "The end." });
    const page = operatorDocument(made, { hours: 24, everySeconds: 60, problem: null });
    expect(page).toContain(text);
    expect(page.includes("Back to the results page")).toBe(beside === PAGE);
  });
  test.each([
    [null, "The fixed table is in force"],
    ["unknown", "Unknown: /regions did not answer."],
    [{ version: 7, colos: { MAD: "enam" } }, "Version 7"],
  ] as const)("the region map %j: %s", async (weather, text) => {
    const made = await reportFrom([], { weather });
    expect(operatorDocument(made, { hours: 24, everySeconds: 60, problem: null })).toContain(text);
  });
});

describe("readers", () => {
  const lines = [
    ...times(6, { hit: "edge", stages: { total: 2 } }),
    ...times(2, { hit: "region", region: "enam", stages: { total: 30 } }),
    ...times(1, { hit: "derived", stages: { total: 80 } }),
    ...times(1, { hit: null, stages: { total: 400, origin: 300 }, bytesIn: 5_000, bytesSaved: 1_000 }),
    ...times(1, { reason: "source_missing", status: 404 }),
    // None of these is a reader's.
    ...times(9, { audience: "warm", outcome: "made" }),
    ...times(9, { audience: "job", door: "masters" }),
    ...times(9, { audience: "background", door: "behind" }),
    // These are readers' and no pictures.
    ...(["info", "labels", "similar"] as const).flatMap((door) => times(9, { door })),
  ];
  test("hit ratio by tier and region, without pushes, jobs and work behind answers", async () => {
    const made = await reportFrom(lines);
    expect([made.views, made.hitRatio]).toEqual([11, 0.8]);
    expect(made.tiers).toEqual([
      { region: "weur", requests: 8, hitRatio: 0.75, answers: { edge: 6, derived: 1, miss: 1 } },
      { region: "enam", requests: 2, hitRatio: 1, answers: { region: 2 } },
    ]);
    expect(made.latency.find(({ answer }) => answer === "region")).toEqual({
      ...{ answer: "region", requests: 2, p50: 30, p95: 30, p99: 30 },
    });
    expect(made.errors).toEqual([{ name: "source_missing", count: 1 }]);
    expect(made.slots).toMatchObject([{ requests: 11, hits: 8, made: 2, p50: 2, p95: 400 }]);
    expect(made.bytes).toMatchObject({ in: 5_000, saved: 1_000 });
  });
  test("bytes are those of all sources, also of more than the page lists", async () => {
    const fetched = { hit: null, stages: { total: 9, origin: 8 }, bytesIn: 100, bytesSaved: 10 };
    const lines = Array.from({ length: 230 }, (_, i) => line({ ...fetched, sourceHost: `${i}.test` }));
    const { bytes, hosts } = await reportFrom(lines);
    expect([hosts.length, bytes.in, bytes.saved]).toEqual([200, 23_000, 2_300]);
  });
  test("what is older than the window does not count; today begins at midnight UTC", async () => {
    const old = { time: new Date(NOW - 2 * 3_600_000).toISOString(), hit: "edge" };
    const yesterday = { time: new Date(NOW - 13 * 3_600_000).toISOString(), hit: "edge" };
    const made = await reportFrom([...times(4, { hit: "edge" }), ...times(3, old), ...times(2, yesterday)]);
    expect(made.views).toBe(4);
    expect(item(made, "requests")?.today).toBeCloseTo((7 * PRICES.workerRequest.usdPerMillion) / 1e6, 12);
    expect(todayOf(Date.UTC(2026, 10, 28))).toMatchObject({ from: Date.UTC(2026, 10, 28) / 1_000 });
  });
});

test("third parties: fetches and their times, new and remembered failures, breakers and governors", async () => {
  const lines = [
    ...times(2, { hit: null, stages: { total: 50, origin: 40, governor: 6 }, governorCalls: 1, bytesIn: 100 }),
    ...times(3, { reason: "source_failed", status: 502, stages: { total: 9, origin: 8 } }),
    ...times(1, { reason: "source_timeout", status: 504, stages: { total: 9, origin: 8 } }),
    ...times(4, { reason: "source_failed", status: 502, hit: "negative" }),
    ...times(5, { reason: "source_breaker_open", status: 502 }),
    ...times(6, { reason: "source_saturated", status: 503, stages: { total: 900, governor: 900 } }),
    ...times(7, { reason: "governor_unreachable", status: 503 }),
    // A limit of the address is no failure of the source.
    ...times(8, { reason: "source_over_limit", status: 413 }),
    ...times(8, { hit: "edge", sourceHost: "quiet.test" }),
  ];
  expect((await reportFrom(lines)).hosts).toEqual([
    {
      ...{ host: "a.test", fetches: 6, p50: 8, p95: 40, failures: 4, remembered: 4, bytesIn: 200, bytesSaved: 0 },
      reasons: [
        ["source_failed", 3],
        ["source_timeout", 1],
      ],
      ...{
        breakerOpen: 5,
        governorCalls: 2,
        waited: 8,
        meanWaitMs: (2 * 6 + 6 * 900) / 8,
        saturated: 6,
        unreachable: 7,
      },
    },
  ]);
});

test("hints by outcome, those that nobody reads, and the advice", async () => {
  const at = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
  const hint = (source: string) => line({ audience: "warm", outcome: "made", source, variant: "w:1#1", time: at(110) });
  const lines = [
    ...Array.from({ length: 11 }, (_, i) => hint(`000000000000000${i.toString(16)}`)),
    line({ time: at(0.5) }),
  ];
  const { hints } = await reportFrom(lines, {}, 24);
  expect(hints.outcomes).toEqual([{ region: "weur", outcome: "made", hints: 11 }]);
  expect(hints.fates).toMatchObject({ unread: 11, read: 0 });
  expect(hints.advice.at(-1)).toBe("Change: 100.0 % of the hints are never read. Hint only what the page shows first.");
  expect(hints.isCut).toBe(false);
});

describe("dollars", () => {
  const used = {
    kvReads: 10,
    kvWrites: 4,
    r2Reads: 30,
    r2Writes: 5,
    objectCalls: 6,
    rowsWritten: 7,
    queueOperations: 9,
  };
  const lines = [
    ...times(3, { hit: "edge" }),
    line({ hit: null, stages: { total: 90, decode: 20, resize: 5, encode: 15 }, usage: { kvReads: 6 } }),
    usageLine({ ...used, kvReads: 4 }),
    usageLine({ r2Writes: 1_000 }, 7_200_000),
    ...times(5, { audience: "warm", outcome: "present" }),
    line({ audience: "warm", door: "warm" }),
  ];
  test.each([
    ["requests", 5 * 0.3],
    ["kv", 10 * 0.5 + 4 * 5],
    ["r2", 30 * 0.36 + 5 * 4.5],
    ["objects", 6 * 0.15 + 7 * 1],
    ["queues", 9 * 0.4],
    // 11 lines in the window, and 5 invocations.
    ["logs", (11 + 5) * 0.6],
  ])("%s: per million views, of the lines of requests and of what is behind answers", async (name, millionths) => {
    expect(item(await reportFrom(lines), name)?.perMillion).toBeCloseTo(millionths / 4, 9);
  });
  test("today so far has what is older than the window", async () => {
    expect(item(await reportFrom(lines), "r2")?.today).toBeCloseTo((30 * 0.36 + 1_005 * 4.5) / 1e6, 12);
  });
  test("CPU as the platform says, else estimated and marked", async () => {
    const measured = await reportFrom(lines, { cpu: { windowMs: 1_000, todayMs: 2_000 } });
    expect(item(measured, "cpu")).toMatchObject({ isEstimated: false, perMillion: (1_000 * 0.02) / 4 });
    expect([item(measured, "cpu")?.today, measured.cpuMissing]).toEqual([(2_000 * 0.02) / 1e6, null]);
    const estimated = await reportFrom(lines);
    expect(item(estimated, "cpu")).toMatchObject({ isEstimated: true });
    expect(estimated.cpuMissing).toBe("no token");
    // The stages of the engine, and something for each request.
    expect(item(estimated, "cpu")?.perMillion).toBeGreaterThan((40 * 0.02) / 4);
  });
  test("where the platform has no CPU time of Workers that were asked, it is estimated", async () => {
    const none = await reportFrom(lines, { cpu: { windowMs: 0, todayMs: 0 } });
    expect(item(none, "cpu")).toMatchObject({ isEstimated: true });
    expect(item(none, "cpu")?.perMillion).toBeGreaterThan((40 * 0.02) / 4);
    expect(none.cpuMissing).toMatch(/--script/);
  });
  test("a clock that stands still during most work does not hide it", async () => {
    // On the network only a call of the heavy Worker moves the clock.
    const still = await reportFrom([
      ...times(99, { hit: null }),
      line({ hit: null, stages: { total: 90, decode: 40 } }),
    ]);
    expect(item(still, "cpu")?.perMillion).toBeGreaterThan(25 * 0.02);
  });
  test("without a view there is no figure per million", async () => {
    expect(item(await reportFrom([]), "requests")).toMatchObject({ perMillion: null, today: 0 });
  });
});

describe("the page", () => {
  const page = async (lines: readonly object[], beside: Partial<Beside> = {}) =>
    operatorDocument(await reportFrom(lines, beside), { hours: 1, everySeconds: 60, problem: null });
  test("whatever a third party is called stays text", async () => {
    const evil = `<img src=x onerror="alert('1')">&`;
    const html = await page(
      [line({ sourceHost: evil, hit: null, region: evil, stages: { total: 1, origin: 1 } }), line({ hit: evil })],
      {
        weather: { version: 1, colos: { [evil]: evil } },
        deployment: evil,
        cpuMissing: evil,
        runs: [{ run: evil, state: evil, done: 1, pictures: 2, dollars: 1, secondsLeft: null }],
      },
    );
    expect(html).not.toContain("<img");
    expect(html.match(/&#60;img/g)?.length).toBeGreaterThanOrEqual(8);
  });
  test("estimates are marked, and so is sampling", async () => {
    const html = await page(times(1, { hit: "edge" }));
    expect(html).toContain("CPU time (estimated)");
    expect(html).toContain("every point is there");
    expect(html).toContain("The fixed table is in force");
  });
  test("without figures it says why", () => {
    const html = operatorDocument(null, { hours: 24, everySeconds: 60, problem: "<no>" });
    expect(html).toContain('<p id="problem" role="status">&#60;no&#62;</p>');
  });
  test.each([
    [bytesText(0), "0 B"],
    [bytesText(999), "999 B"],
    [bytesText(1_000), "1.0 kB"],
    [bytesText(12_345_678), "12.3 MB"],
    [numberText(999), "999"],
    [numberText(1_234_567), "1\u202f234\u202f567"],
    [dollarsText(0), "$0.00"],
    [dollarsText(0.000_012), "$0.000012"],
    [dollarsText(0.012_34), "$0.0123"],
    [dollarsText(3.456), "$3.46"],
    [dollarsText(null), "none yet"],
  ])("%s", (text, wanted) => expect(text).toBe(wanted));
});
