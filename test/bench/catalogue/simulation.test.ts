/** The feed in virtual time: every row is worked on, whatever queue, workers and hosts do, and no host holds another up. */
import { describe, expect, test } from "vitest";
import { type SimulatedHost, type SimulationOptions, simulate } from "../../../bench/catalogue/simulation.ts";
import { timingOf } from "../../../src/catalogue/feed/timing.ts";
import { jobPace } from "../../../src/catalogue/jobPace.ts";
import { seeded } from "../../support/seeded.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const UNRULED = (pictures: number) => jobPace(null, pictures);

/** Runs it, and looks that each row of each host is in the log. Gives how often rows were worked on twice. */
function run(hosts: readonly SimulatedHost[], options: Partial<SimulationOptions> = {}) {
  const rows = hosts.map(({ pictures }) => new Uint8Array(pictures));
  const count = (host: number, row: number) => {
    const times = rows[host];
    if (times !== undefined) times[row] = (times[row] ?? 0) + 1;
  };
  const result = simulate({
    ...{ hosts, feeds: 4, random: seeded(16), onRow: count },
    ...options,
  });
  const missing = rows.reduce((sum, host) => sum + host.filter((times) => times === 0).length, 0);
  const repeated = rows.reduce((sum, host) => sum + host.filter((times) => times > 1).length, 0);
  return { ...result, missing, repeated };
}

const many = (count: number, pictures: (i: number) => number): SimulatedHost[] =>
  Array.from({ length: count }, (_, i) => ({ host: `h${i}.test`, pictures: pictures(i), pace: UNRULED(pictures(i)) }));

describe("a run in virtual time", () => {
  test("ends at the pace of its slowest host", () => {
    const hosts = [
      ...many(20, (i) => 500 + 100 * i),
      {
        host: "governed.test",
        pictures: 20_000,
        pace: jobPace({ concurrency: 9, perSecond: 19, bytesPerSecond: null, perDay: null }, 20_000),
      },
    ];
    const { seconds, boundSeconds, done, missing, repeated } = run(hosts);
    expect({ done, missing, repeated }).toEqual({ done: true, missing: 0, repeated: 0 });
    expect(seconds / boundSeconds).toBeLessThan(1.02);
  });

  test.each<[string, Partial<SimulationOptions>]>([
    ["lost messages", { lost: 0.1 }],
    ["repeated messages", { repeated: 0.3 }],
    ["messages that are delayed by an hour", { delayed: 0.05 }],
    ["workers that die", { crashes: 0.1 }],
    ["a kill every five minutes", { killEveryMs: 300_000, timing: timingOf(60, 120) }],
    [
      "all of it",
      { lost: 0.05, repeated: 0.1, delayed: 0.02, crashes: 0.05, killEveryMs: 400_000, timing: timingOf(30, 90) },
    ],
  ])("%s: nothing is lost", (_, faults) => {
    for (const seed of LONG ? [1, 2, 3, 4, 5, 6, 7, 8] : [1]) {
      const { done, missing } = run(
        many(30, (i) => 50 + 37 * i),
        { ...faults, random: seeded(seed) },
      );
      expect({ seed, done, missing }).toEqual({ seed, done: true, missing: 0 });
    }
  });

  test("nothing is done twice when only messages are repeated or late", () => {
    expect(
      run(
        many(30, () => 500),
        { repeated: 0.3, delayed: 0.02 },
      ).repeated,
    ).toBe(0);
  });

  test("with more hosts than the consumers have room for, no chunk waits in the queue until its lease ends", () => {
    const { done, missing, repeated, sent, chunks } = run(
      many(300, () => 200),
      { consumers: 10, timing: timingOf(60, 600) },
    );
    expect({ done, missing, repeated }).toEqual({ done: true, missing: 0, repeated: 0 });
    expect(sent / chunks).toBeLessThan(1.05);
  });

  test("a poison row is found and costs its neighbours little", () => {
    const poison = new Set([137, 412]);
    const { done, missing, seconds } = run([{ host: "p.test", pictures: 1_000, pace: UNRULED(1_000), poison }]);
    expect({ done, missing }).toEqual({ done: true, missing: 0 });
    expect(seconds).toBeLessThan(1_000 * 2);
  });

  test("a host that is down for hours holds nobody up, and is done when it is back", () => {
    const dead: SimulatedHost = {
      host: "dead.test",
      pictures: 600,
      pace: UNRULED(600),
      down: [[60_000, 5 * 3_600_000]],
    };
    const { done, missing } = run([...many(10, () => 600), dead]);
    expect({ done, missing }).toEqual({ done: true, missing: 0 });
    const others = run(many(10, () => 600));
    expect(others.seconds).toBeLessThan(650);
  });

  test("a host that never comes back is given up after a day", () => {
    const { done, missing, seconds } = run([
      { host: "gone.test", pictures: 5_000, pace: UNRULED(5_000), down: [[0, Number.POSITIVE_INFINITY]] },
    ]);
    expect({ done, missing }).toEqual({ done: true, missing: 0 });
    expect(seconds).toBeLessThan(27 * 3_600);
  });
});
