/** The pace of jobs, on both sides of each bound. */
import { describe, expect, test } from "vitest";
import { jobPace } from "../../../src/catalogue/jobPace.ts";
import { NO_LIMITS } from "../../../src/config/politeness.ts";

describe("the pace of a job", () => {
  test.each([
    [1, 1],
    [100_000, 1],
    [100_001, 2],
    [10_000_000, 2],
    [10_000_001, 5],
  ])("at a host without a rule, with %s pictures, is %s a second in one worker", (pictures, perSecond) => {
    expect(jobPace(null, pictures)).toMatchObject({ perSecond, workers: 1, expected: perSecond });
  });

  test.each([
    ["starts a second, less the margin for jitter", { perSecond: 54 }, { workers: 7, concurrency: 4 }],
    ["one start in five seconds: nobody waits in vain", { perSecond: 0.2 }, { workers: 1, concurrency: 1 }],
    ["two slots, one of them for readers", { concurrency: 2 }, { workers: 1, concurrency: 1, expected: 2 }],
    ["bytes", { bytesPerSecond: 300_000 }, { workers: 1, expected: 2 }],
    ["a day's budget, less the readers' share", { perDay: 86_400 }, { expected: 0.95 }],
  ])("with a rule of %s is the governor's", (_, rule, expected) => {
    expect(jobPace({ ...NO_LIMITS, ...rule }, 1_000)).toMatchObject({ perSecond: null, ...expected });
  });
});
