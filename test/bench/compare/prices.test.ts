import { describe, expect, test } from "vitest";
import { COSTS } from "../../../.ci/docs/costs.ts";
import { markdown, withMeasured } from "../../../bench/compare/page.ts";
import { HOSTS, usdPerMillionCpuMs, usdPerMillionRenders, usdPerMillionStored } from "../../../bench/compare/prices.ts";
import { spread, timesAsLong, typicalMs } from "../../../bench/compare/ratios.ts";

describe("dollars", () => {
  test("a Worker pays for CPU and requests", () => {
    // 50 ms are 50 million CPU milliseconds in a million renders, at $0.02 a million.
    expect(usdPerMillionRenders(50, HOSTS.worker)).toBeCloseTo(50 * 0.02 + 0.3, 10);
    expect(usdPerMillionRenders(0, HOSTS.worker)).toBe(0.3);
  });
  test("a machine pays for its hours: $3.60 an hour are $1 for a million milliseconds", () => {
    expect(usdPerMillionCpuMs(3.6)).toBeCloseTo(1, 10);
    expect(usdPerMillionRenders(100, HOSTS.machine)).toBeCloseTo((100_000 / 3600) * 0.0408, 10);
  });
  test("stores and coordinator of a first render", () => {
    const { kvReads, kvWrites, classB, classA, objectCalls } = COSTS["made from the source"];
    expect(usdPerMillionStored(COSTS["made from the source"])).toBeCloseTo(
      kvReads * 0.5 + kvWrites * 5 + classB * 0.36 + classA * 4.5 + objectCalls * 0.15,
      10,
    );
    expect(usdPerMillionStored(COSTS["hit at the edge"])).toBe(0);
  });
});

describe("ratios", () => {
  test("the median file, with the median of its rounds", () => {
    expect(typicalMs([[1, 9, 2], [10], [30, 20]])).toBe(10);
  });
  test("are of the same file and round", () => {
    // The machine is three times slower in the second round; the ratio stays 2.
    const slow = [
      [20, 60],
      [4, 12],
    ];
    expect(
      timesAsLong(slow, [
        [10, 30],
        [2, 6],
      ]),
    ).toBe(2);
    expect(timesAsLong(slow, slow)).toBe(1);
  });
  test("other files or rounds are refused", () => {
    expect(() => timesAsLong([[1]], [[1], [2]])).toThrow("1 files against 2");
    expect(() => timesAsLong([[1, 2]], [[1]])).toThrow("2 rounds against 1");
  });
});

test.each([
  [5, [1, 3, 5, 7, 9]],
  [3, [1, 5, 9]],
  [2, [1, 9]],
  [1, [1]],
  [9, [1, 3, 5, 7, 9]],
])("%i photographs, spread over the sizes", (count, expected) => {
  expect(spread([9, 1, 5, 3, 7], count, (one) => one)).toEqual(expected);
});

describe("the page", () => {
  const BEGIN = "<!-- measured: npm run bench -- compare --page -->";
  const END = "<!-- end of measured -->";
  test("only what is between the markers changes, and twice is once", () => {
    const once = withMeasured(`# A\n${BEGIN}\nold\n${END}\nrest\n`, "new");
    expect(once).toBe(`# A\n${BEGIN}\nnew\n${END}\nrest\n`);
    expect(withMeasured(once, "new")).toBe(once);
  });
  test.each(["", BEGIN, END, `${END}${BEGIN}`, `${BEGIN}${BEGIN}${END}`, `${BEGIN}${END}${END}`])(
    "%j is refused",
    (page) => expect(() => withMeasured(page, "new")).toThrow("the page must have one"),
  );
  test("a table", () => expect(markdown(["", "ms"], [["a", "1"]])).toBe("|  | ms |\n|---|---:|\n| a | 1 |"));
});
