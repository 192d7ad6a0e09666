/** Overload, and the end of the process. FIRSTLIGHT_LONG=1 keeps the overload up for a minute. */
import { describe, expect, test } from "vitest";
import { hintLine, isBalanced, unsettled, until } from "../support/warmer.ts";
import { world } from "../support/world.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(["1.1", "2"] as const)("overload, HTTP/%s", (http) => {
  const seconds = LONG ? 60 : 3;
  test(`twice the capacity of the region for ${seconds} s: nothing older than 50 ms is sent, >= 80 % of the capacity is used`, async () => {
    // The sink responds after 20 ms to 4 requests of one hint at a time: at most 200 hints per second.
    await using w = await world({ WARM_CONNECTIONS: "4", WARM_BATCH_MS: "0", WARM_SKEW: "off" }, http);
    w.weur.behaviour.delayMs = 20;
    const started = performance.now();
    const heapBefore = process.memoryUsage().heapUsed;
    let sent = 0;
    while (performance.now() - started < seconds * 1_000) {
      while (sent < ((performance.now() - started) / 1_000) * 400) await w.send(hintLine(`/o/${sent++}`));
      await pause(2);
    }
    await until(() => unsettled(w.warmer) === 0);
    const { counts } = w.warmer;
    expect(counts.received).toBe(sent);
    expect(counts.oldAtPush + counts.overflow).toBeGreaterThan(sent / 4);
    const over50 = counts.ageAtPush.counts.slice(counts.ageAtPush.bounds.indexOf(50) + 1);
    expect([...over50]).toEqual([0, 0, 0, 0, 0]);
    // Two timers, of Node and of the sink, add to the 20 ms. So the capacity is computed from the measured mean
    // response time.
    const capacity = (4 / (counts.answerTime.sum / counts.answerTime.total())) * 1_000 * seconds;
    expect(counts.pushed).toBeGreaterThanOrEqual(capacity * 0.8);
    expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(100e6);
  }, 120_000);

  test("a burst of 20 000 hints: queues are bounded, every hint is counted", async () => {
    await using w = await world({}, http);
    const paths = Array.from({ length: 80 }, (_, n) => n);
    for (let n = 0; n < 250; n++) await w.send(hintLine(paths.map((m) => `/${n}/${m}`)));
    await until(() => w.warmer.counts.received >= 15_000 && unsettled(w.warmer) === 0);
    expect(isBalanced(w.warmer)).toBe(true);
    const { overflow, oldAtPush, oldAtReceipt } = w.warmer.counts;
    expect(overflow + oldAtPush + oldAtReceipt).toBeGreaterThan(1_000);
    // After the overload, new hints are pushed again.
    await w.send(hintLine("/after"));
    await until(() => w.weur.paths().includes("/after"));
  });
});

describe("stopping", () => {
  test("pushes waiting hints first, and ends within a second even if a region hangs", async () => {
    await using w = await world({ WARM_BATCH_MS: "400", WARM_MAX_AGE_MS: "2000" });
    w.apac.behaviour.mode = "hang";
    await w.send(hintLine("/last", { r: "weur" }));
    await w.send(hintLine("/hangs", { r: "apac" }));
    await until(() => w.warmer.counts.received === 2);
    const started = performance.now();
    await w.warmer.stop();
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(w.weur.paths()).toEqual(["/last"]);
    expect(w.warmer.counts).toMatchObject({ received: 2, pushed: 1, failed: 1 });
  });
});
