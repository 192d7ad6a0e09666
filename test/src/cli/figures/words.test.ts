import { describe, expect, test } from "vitest";
import type { Fate } from "../../../../src/cli/figures/hints.ts";
import { hintLines, percent, readerLine } from "../../../../src/cli/figures/words.ts";

const READERS = {
  requests: 0,
  hits: 0,
  made: 0,
  misses: 0,
  hitRatio: null,
  p50: null,
  p95: null,
  fetches: 0,
  errors: [],
};

describe("readers", () => {
  test("figures in one line", () => {
    const figures = {
      ...READERS,
      requests: 8,
      hits: 5,
      made: 1,
      misses: 1,
      hitRatio: 5 / 7,
      p50: 3,
      p95: 120,
      fetches: 1,
    };
    expect(readerLine({ ...figures, errors: [["blocked", 1]] })).toBe(
      "8 reader requests, hit ratio 71.4 % (1 derived, 1 missed), p50 3 ms, p95 120 ms, 1 source fetch, errors: blocked 1",
    );
  });
  test("nothing", () => {
    expect(readerLine(READERS)).toBe("0 reader requests, no pictures, 0 source fetches, no errors");
  });
});

describe("hints", () => {
  const linesOf = (over: Partial<Record<Fate, number>>) =>
    hintLines({
      fates: { read: 0, other: 0, elsewhere: 0, unread: 0, open: 0, ...over },
      mismatches: [["w:320", "w:640", 7]],
    });
  const advice = (over: Partial<Record<Fate, number>>) => linesOf(over).slice(1);

  test("none: no line", () => expect(linesOf({})).toEqual([]));
  test("too new: a line without advice", () => expect(linesOf({ open: 40 })).toHaveLength(1));
  test("all read: no advice", () => expect(advice({ read: 100 })).toEqual([]));
  test.each([
    ["other", "Change: 7 hints named w:320, and readers asked for w:640. Hint what the pages embed."],
    ["elsewhere", "Change: hint for the region of the reader (`colo` or `c`), not of the API server."],
    ["unread", "Change: 10.0 % of the hints are never read. Hint only what the page shows first."],
  ] as const)("a tenth %s: what to change; less: nothing", (fate, line) => {
    expect(advice({ read: 90, [fate]: 10 })).toEqual([line]);
    expect(advice({ read: 91, [fate]: 9 })).toEqual([]);
  });
  test("nine hints are too few for advice, ten are enough", () => {
    expect(advice({ unread: 9 })).toEqual([]);
    expect(advice({ unread: 10 })).toHaveLength(1);
  });
});

test("a share in per cent", () => expect(percent(0.1234)).toBe("12.3 %"));
