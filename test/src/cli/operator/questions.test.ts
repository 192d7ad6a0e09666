/** The questions of the operator's page: SQL and the evaluation in memory agree, and both weigh points. */
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../../src/cli/operator/ask/evaluate.ts";
import { columnOf, type Question, type Row } from "../../../../src/cli/operator/ask/question.ts";
import { QUESTIONS } from "../../../../src/cli/operator/ask/questions.ts";
import { sqlOf } from "../../../../src/cli/operator/ask/sql.ts";
import { POINT_BLOBS, POINT_DOUBLES, pointOf } from "../../../../src/record.ts";
import { newTrace, type Trace, USAGE } from "../../../../src/telemetry.ts";
import { analytics } from "../../../support/analytics.ts";
import { seeded } from "../../../support/seeded.ts";

const NOW = Date.UTC(2026, 10, 28, 15, 7);
const WINDOW = { from: NOW / 1_000 - 3_600, to: NOW / 1_000, slotMinutes: 15 };

/** Points of every kind, some of them before or at the edges of the window. */
function randomPoints(count: number, seed: number) {
  const random = seeded(seed);
  const one = <T>(...list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const number = (most: number) => Math.floor(random() * most);
  return Array.from({ length: count }, (_, at) => {
    const trace: Trace = {
      ...newTrace(one("reader", "reader", "warm", "job", "background"), one("weur", "enam", ""), "MAD"),
      ...{ door: one("imgproxy", "warm", "behind", "usage", "masters"), sourceHost: one("", "a.test", "b.test") },
      ...{ reason: one("ok", "ok", "source_failed", "source_breaker_open", "source_saturated", "not_an_image") },
      ...{ hit: one(null, "edge", "kv", "region", "derived", "negative"), outcome: one("", "", "made", "present") },
      ...{ status: 200, bytesIn: number(9_000), bytesOut: number(5_000), bytesSaved: one(null, number(100)) },
      ...{ governorCalls: number(3), source: one("", "0011223344556677"), variant: one("w:1#1", "w:2#2") },
      stages: {
        total: number(500) / 10,
        origin: one(0, number(300)),
        governor: one(0, 0, number(90)),
        decode: number(9),
      },
      usage: Object.fromEntries(USAGE.map((kind) => [kind, number(4)])),
    };
    const times = [WINDOW.from - 1, WINDOW.from, WINDOW.to - 1, WINDOW.to];
    const second = times[at] ?? WINDOW.from - 60 + number(3_600);
    return { point: pointOf(trace), at: second * 1_000 + number(1_000), interval: one(1, 1, 10, 3) };
  });
}

/** Rows with equal first measures may come in any order. */
const sorted = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row, Object.keys(row).sort())).sort();

describe("a question's SQL and its evaluation in memory", () => {
  const points = randomPoints(1_500, 7);
  const table = analytics(points, NOW);
  test.each(Object.entries(QUESTIONS as Readonly<Record<string, Question>>))("%s", (_, question) => {
    const fromSql = table.query(sqlOf(question, "firstlight", WINDOW)) as readonly Row[];
    const inMemory = evaluate(question, points, WINDOW);
    expect(fromSql.length).toBeGreaterThan(0);
    expect(sorted(inMemory)).toEqual(sorted(fromSql));
  });

  test("a point counts as often as its interval says", () => {
    const [point] = randomPoints(1, 1).map((one) => ({ ...one, at: NOW - 1_000, interval: 10 }));
    if (point === undefined) throw new Error("no point");
    const question = {
      where: [],
      by: [],
      measures: { count: { kind: "count" }, sum: { kind: "sum", column: "kvReads" }, interval: { kind: "interval" } },
      most: 1,
    } as const satisfies Question;
    const kvReads = point.point.doubles[POINT_DOUBLES.indexOf("kvReads")] ?? 0;
    const row = { count: 10, sum: 10 * kvReads, interval: 10 };
    expect(evaluate(question, [point], WINDOW)).toEqual([row]);
    expect(analytics([point], NOW).query(sqlOf(question, "firstlight", WINDOW))).toEqual([row]);
  });

  test("no more rows than asked for, those with the most first", () => {
    const two: Question = { ...QUESTIONS.tiers, most: 2 };
    const all = evaluate(QUESTIONS.tiers, points, WINDOW);
    expect(evaluate(two, points, WINDOW)).toEqual(all.slice(0, 2));
    expect(Number(all[0]?.requests)).toBeGreaterThanOrEqual(Number(all[1]?.requests));
    expect(sqlOf(two, "firstlight", WINDOW)).toMatch(/ORDER BY requests DESC LIMIT 2$/);
  });
});

test("columns by position", () => {
  expect([columnOf("reason"), columnOf("audience")]).toEqual(["blob1", "blob9"]);
  expect(columnOf("status")).toBe("double1");
  expect(columnOf("queueOperations")).toBe(`double${POINT_DOUBLES.length}`);
  expect(columnOf("sourceVariant")).toBe(`blob${POINT_BLOBS.length}`);
});

test("a word with a quote cannot stand in a question", () => {
  const question: Question = { ...QUESTIONS.tiers, where: [{ column: "reason", is: ["it's"] }] };
  expect(() => sqlOf(question, "firstlight", WINDOW)).toThrow(`"it's" cannot stand in a question`);
});
