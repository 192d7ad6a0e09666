/** When a governor counts as unreachable, so that readers go on without it. */
import { describe, expect, test } from "vitest";
import { REACH, Reach } from "../../../../../src/origin/governor/client/reach.ts";

const { unreachableMs, retryMs } = REACH;

describe("unreachable is unreachableMs without an answer that was due", () => {
  test.each([
    ["two calls that fail at once, too early", [0, 100], unreachableMs - 1, false],
    ["two calls that fail at once", [0, 100], unreachableMs, true],
    ["one call alone, however long ago: the isolate may be slow", [0], 60_000, false],
  ] as const)("%s", (_, failures, now, lost) => {
    const reach = new Reach();
    for (const at of failures) reach.failed(at, at);
    expect(reach.isLost(now)).toBe(lost);
  });

  test("a call that was held until the object restarted counts from its failure", () => {
    const reach = new Reach();
    reach.failed(2_000, 1_900);
    reach.failed(1_950, 1_950);
    expect(reach.isLost(1_900 + unreachableMs - 1)).toBe(false);
    expect(reach.isLost(1_900 + unreachableMs)).toBe(true);
  });

  test("a call that was never answered counts from the time when its answer was due", () => {
    const reach = new Reach();
    reach.failed(0, 1_000);
    reach.failed(1_000 + retryMs, 1_100);
    expect(reach.isLost(unreachableMs)).toBe(true);
  });

  test("an answer ends it", () => {
    const reach = new Reach();
    reach.failed(0, 0);
    reach.failed(100, 100);
    reach.answered(0);
    expect([reach.isLost(60_000), reach.retryAt]).toEqual([false, Number.NEGATIVE_INFINITY]);
  });
});
