import { describe, expect, test } from "vitest";
import { Priority } from "../../../src/concurrency/priority.ts";
import { SingleFlight } from "../../../src/concurrency/singleFlight.ts";
import { Failure } from "../../../src/errors.ts";

const now = () => Date.now();

describe("SingleFlight", () => {
  test("a hundred at once are one piece of work", async () => {
    const flight = new SingleFlight<number>(1000);
    let runs = 0;
    const work = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return ++runs;
    };
    const all = await Promise.all(Array.from({ length: 100 }, () => flight.run("a", now, work)));
    expect(runs).toBe(1);
    expect(all.filter(({ joined }) => joined)).toHaveLength(99);
    expect(all.every(({ value }) => value === 1)).toBe(true);
    expect(flight.size).toBe(0);
  });

  test("one after the other are two, and other names are others", async () => {
    const flight = new SingleFlight<number>(1000);
    let runs = 0;
    const work = async () => ++runs;
    await flight.run("a", now, work);
    await flight.run("a", now, work);
    await Promise.all([flight.run("b", now, work), flight.run("c", now, work)]);
    expect(runs).toBe(4);
  });

  test("a failure is everybody's, and the next one tries again", async () => {
    const flight = new SingleFlight<number>(1000);
    let runs = 0;
    const work = async () => {
      runs++;
      throw new Error("source down");
    };
    const all = await Promise.allSettled([flight.run("a", now, work), flight.run("a", now, work)]);
    expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(runs).toBe(1);
    expect(await flight.run("a", now, async () => 7)).toEqual({ value: 7, joined: false });
  });

  test("a leader that never ends holds nobody longer than the limit", async () => {
    const flight = new SingleFlight<number>(30);
    void flight.run("a", now, () => new Promise(() => {}));
    expect(await flight.run("a", now, async () => 2)).toEqual({ value: 2, joined: false });
    expect(flight.size).toBe(0);
  });

  test.each([
    ["rate_limited", 2],
    ["source_redirect_refused", 2],
    ["source_missing", 1],
  ] as const)("%s of the leader: %i runs for two", async (reason, expected) => {
    const flight = new SingleFlight<number>(1000);
    let runs = 0;
    const work = async () => {
      if (++runs === 1) throw new Failure(reason);
      return runs;
    };
    const [leader, follower] = await Promise.allSettled([flight.run("a", now, work), flight.run("a", now, work)]);
    expect([runs, leader.status]).toEqual([expected, "rejected"]);
    expect(follower.status).toBe(expected === 2 ? "fulfilled" : "rejected");
  });

  test.each([
    ["user", "user"],
    ["warm", "warm"],
    ["job", "warm"],
  ] as const)("warm work that a %s joins is %s work from then on", async (joining, expected) => {
    const flight = new SingleFlight<number>(1000);
    const priority = new Priority("warm");
    const work = () => new Promise<number>((resolve) => setTimeout(() => resolve(1), 5));
    const leading = flight.run("a", now, work, priority);
    const following = flight.run("a", now, work, new Priority(joining));
    expect(priority.priority).toBe(expected);
    expect((await Promise.all([leading, following])).map(({ joined }) => joined)).toEqual([false, true]);
  });

  test("flights of leaders that were cancelled are forgotten by time", async () => {
    const flight = new SingleFlight<number>(1000);
    const never = () => new Promise<number>(() => {});
    for (const [i, name] of ["a", "b", "c"].entries()) void flight.run(name, () => 100 * i, never);
    void flight.run("d", () => 1100, never);
    expect(flight.size).toBe(2);
  });

  test("a flight past its time is not joined at all", async () => {
    const flight = new SingleFlight<number>(1000);
    void flight.run(
      "a",
      () => 0,
      () => new Promise(() => {}),
    );
    expect(
      await flight.run(
        "a",
        () => 1000,
        async () => 3,
      ),
    ).toEqual({ value: 3, joined: false });
  });
});
