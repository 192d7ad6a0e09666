import { describe, expect, test } from "vitest";
import { ReceiveQuota } from "../../../warmer/receive/receiveQuota.ts";

/** Iterations that read everything they may, or at most `most`. Returns the limit of each. */
function iterations(quota: ReceiveQuota, overflows: readonly number[], most = Number.POSITIVE_INFINITY): number[] {
  let overflow = 0;
  return overflows.map((more) => {
    const { left } = quota;
    quota.left -= Math.min(left, most);
    overflow += more;
    quota.endIteration(overflow);
    return left;
  });
}

describe("ReceiveQuota", () => {
  test("the first iterations may read everything", () => {
    expect(iterations(new ReceiveQuota(), [0, 0, 0])).toEqual([4096, 4096, 4096]);
  });

  test("halves what was read after each iteration with overflow, down to one system call", () => {
    expect(iterations(new ReceiveQuota(), [1, 1, 5, 1, 1, 1, 1, 1])).toEqual([4096, 2048, 1024, 512, 256, 128, 64, 64]);
  });

  test("halves what was read, not what was allowed", () => {
    expect(iterations(new ReceiveQuota(), [1, 1, 1], 600)).toEqual([4096, 300, 150]);
  });

  test("grows a little after an iteration without overflow, up to the maximum", () => {
    const quota = new ReceiveQuota();
    const seen = iterations(quota, [1, 1, 1, 1, 1, 1, ...new Array<number>(200).fill(0)]);
    expect(seen.slice(6, 10)).toEqual([64, 96, 128, 160]);
    expect(seen.at(-1)).toBe(4096);
  });

  test("an iteration counts only its own overflow", () => {
    const quota = new ReceiveQuota();
    expect(iterations(quota, [3, 0, 0])).toEqual([4096, 2048, 2080]);
  });
});
