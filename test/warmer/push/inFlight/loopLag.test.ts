import { describe, expect, test } from "vitest";
import { LoopLag } from "../../../../warmer/push/inFlight/loopLag.ts";

/** The end of this phase of the event loop: what is read now belongs to the next one. */
const nextPhase = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe("how long a response may have waited for us", () => {
  test("nothing is known of the first one", () => {
    expect(new LoopLag().at(1_000, 900)).toBe(0);
  });
  test.each([
    ["the loop was busy all the time", 10, 0, 10],
    ["the loop waited for events all the time", 10, 10, 0],
    ["the loop was busy for a part", 10, 7, 3],
    ["a long pause of ours", 120, 1, 119],
    ["the clocks differ a little", 10, 10.2, 0],
  ])("%s", async (_, elapsed, waited, lag) => {
    const loop = new LoopLag();
    loop.at(1_000, 900);
    await nextPhase();
    expect(loop.at(1_000 + elapsed, 900 + waited)).toBe(lag);
  });
  test("all responses that are read together have the same", async () => {
    const loop = new LoopLag();
    loop.at(1_000, 0);
    await nextPhase();
    expect([loop.at(1_005, 0), loop.at(1_009, 0)]).toEqual([5, 5]);
    await nextPhase();
    // The time since the first of them.
    expect(loop.at(1_012, 0)).toBe(7);
  });
});
