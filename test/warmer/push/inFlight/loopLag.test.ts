import { describe, expect, test } from "vitest";
import { LoopLag } from "../../../../warmer/push/inFlight/loopLag.ts";

/** The end of this phase of the event loop: what is read now belongs to the next one. */
const nextPhase = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** The lag of a second response, after so many ms, of which the loop has waited for events so many. */
async function lagOf(elapsed: number, waited: number, others: number): Promise<number> {
  const loop = new LoopLag();
  loop.at(1_000, 900, others);
  await nextPhase();
  return loop.at(1_000 + elapsed, 900 + waited, others);
}

describe("how long a response may have waited for us", () => {
  test("nothing is known of the first one", () => {
    expect(new LoopLag().at(1_000, 900, 1)).toBe(0);
  });
  test.each([
    ["the loop was busy all the time", 10, 0, 10],
    ["the loop waited for events all the time", 10, 10, 0],
    ["the loop was busy for a part", 10, 7, 3],
    ["the clocks differ a little", 10, 11, 0],
    ["a pause of 20 ms is lag", 20, 0, 20],
    ["a longer pause is idleness", 21, 0, 0],
  ])("few others in flight, %s", async (_, elapsed, waited, lag) => {
    for (const others of [1, 3]) expect(await lagOf(elapsed, waited, others)).toBe(lag);
  });
  test("many others in flight, or none: all the time since the last responses counts", async () => {
    for (const others of [0, 4, 63]) expect(await lagOf(10, 10, others)).toBe(10);
    for (const others of [0, 4]) expect([await lagOf(20, 0, others), await lagOf(21, 0, others)]).toEqual([20, 0]);
  });
  test("all responses that are read together have the same", async () => {
    const loop = new LoopLag();
    loop.at(1_000, 0, 9);
    await nextPhase();
    expect([loop.at(1_005, 0, 9), loop.at(1_009, 0, 9)]).toEqual([5, 5]);
    await nextPhase();
    // The time since the first of them.
    expect(loop.at(1_012, 0, 9)).toBe(7);
  });
});
