import { describe, expect, test } from "vitest";
import { quantile, ReaderFigures } from "../../../../src/cli/figures/readers.ts";
import { newTrace, type Trace } from "../../../../src/telemetry.ts";

const line = (over: Partial<Trace>): Trace => ({ ...newTrace(over.audience ?? "reader", "weur", "MAD"), ...over });
const summaryOf = (lines: readonly Partial<Trace>[]) => {
  const figures = new ReaderFigures();
  for (const one of lines) figures.add(line(one));
  return figures.summary();
};

describe("an answer of a reader is", () => {
  test.each([
    ["edge", "hits"],
    ["kv", "hits"],
    ["region", "hits"],
    ["primary", "hits"],
    ["stale-if-error", "hits"],
    ["derived", "made"],
    [null, "misses"],
  ] as const)("%s: %s", (hit, kind) => {
    expect(summaryOf([{ hit }])).toMatchObject({ hits: 0, made: 0, misses: 0, [kind]: 1 });
  });
  test("an error, remembered or not, is no picture", () => {
    const errors = [{ reason: "source_missing", hit: "negative" } as const, { reason: "blocked" } as const];
    expect(summaryOf([...errors, { reason: "blocked" }])).toMatchObject({
      ...{ requests: 3, hits: 0, misses: 0, hitRatio: null, p50: null },
      errors: [
        ["blocked", 2],
        ["source_missing", 1],
      ],
    });
  });
});

test("look-ups of facts, labels and likeness are no pictures", () => {
  const lookUps = ["info", "labels", "similar"].map((door) => ({ door, stages: { origin: 1 } }));
  expect(summaryOf([...lookUps, { hit: "edge" }])).toMatchObject({ requests: 1, hitRatio: 1, fetches: 3 });
});

test("other audiences count for nothing but exchanges with sources", () => {
  const work = (["warm", "background", "job"] as const).map((audience) => ({ audience, stages: { origin: 0 } }));
  expect(summaryOf([...work, { hit: "edge", stages: { total: 3 } }])).toMatchObject({
    ...{ requests: 1, hitRatio: 1, fetches: 3, p50: 3, p95: 3 },
  });
});

test("without a line there is nothing to say", () => {
  expect(summaryOf([])).toEqual({
    ...{ requests: 0, hits: 0, made: 0, misses: 0, hitRatio: null, p50: null, p95: null, fetches: 0, errors: [] },
  });
});

describe("quantile, nearest rank", () => {
  test.each([
    [[], 0.5, null],
    [[7], 0.95, 7],
    [[1, 2], 0.5, 1],
    [[1, 2, 3], 0.5, 2],
    [Array.from({ length: 20 }, (_, i) => i + 1), 0.95, 19],
    [Array.from({ length: 21 }, (_, i) => i + 1), 0.95, 20],
    [[1, 2], 1, 2],
    [[1, 2], 0, 1],
  ])("of %j at %d is %j", (sorted, share, value) => expect(quantile(sorted, share)).toBe(value));
});
