/**
 * What holds when everything around the warmer fails. In each test, every received hint ends as exactly one outcome,
 * memory and age stay bounded, and healthy regions are not affected.
 */
import { describe, expect, test } from "vitest";
import { hintLine, isBalanced, seeded, unsettled, until } from "../support/warmer.ts";
import { startWarmSink } from "../support/warmSink.ts";
import { type World, world } from "../support/world.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("datagrams", () => {
  test("lost, reordered and repeated: each path is pushed once", async () => {
    await using w = await world({ WARM_MAX_AGE_MS: "5000" });
    const random = seeded(1);
    const paths = Array.from({ length: 300 }, (_, n) => `/p/${n}`);
    const datagrams = paths.flatMap((path) => (random() < 0.2 ? [] : random() < 0.5 ? [path, path] : [path]));
    const arriving = new Set(datagrams);
    datagrams.sort(() => random() - 0.5);
    for (const path of datagrams) await w.send(hintLine(path));
    await until(() => w.warmer.counts.ended() === datagrams.length);
    expect(w.weur.paths().sort()).toEqual([...arriving].sort());
    expect(w.warmer.counts).toMatchObject({ pushed: arriving.size, duplicate: datagrams.length - arriving.size });
  });

  test("garbage between valid ones: each bad one is counted, each valid one is pushed", async () => {
    await using w = await world({ WARM_MAX_AGE_MS: "5000" });
    const random = seeded(2);
    for (let n = 0; n < 200; n++) {
      await w.send(Buffer.from(Array.from({ length: 40 }, () => Math.floor(random() * 256))));
      await w.send(hintLine(`/good/${n}`));
    }
    await until(() => w.warmer.counts.pushed === 200);
    expect(w.warmer.counts.rejected).toBeGreaterThanOrEqual(200);
    expect(isBalanced(w.warmer)).toBe(true);
  });

  test("64 KB: rejected as too long, and the next one is read", async () => {
    await using w = await world({ WARM_MAX_AGE_MS: "5000" });
    await w.send(hintLine(Array.from({ length: 5_000 }, (_, n) => `/long/${n}`)));
    await w.send(Buffer.alloc(65_507, "x"));
    await w.send(hintLine("/short"));
    await until(() => w.warmer.counts.pushed === 1);
    expect(w.warmer.counts.rejectedBy.too_long).toBe(2);
    expect(w.weur.paths()).toEqual(["/short"]);
  });

  test("from a sender that is not allowed: counted, not read", async () => {
    await using w = await world({ WARM_ALLOWED_SENDERS: "10.0.0.0/8" });
    await w.send(hintLine("/a"));
    await until(() => w.warmer.counts.received === 1);
    expect(w.warmer.counts.rejectedBy.sender).toBe(1);
  });
});

describe("clocks", () => {
  // Only the senders' clocks are changed. Ours runs in real time, so the learning takes 2 s.
  test.each([5_000, -5_000])(
    "a sender %d ms off: known after 2 s, then pushed; another sender loses nothing",
    async (off) => {
      await using w = await world({ WARM_MAX_AGE_MS: "400" });
      const arrived = (tag: string) => w.weur.paths().filter((path) => path.startsWith(`/${tag}/`)).length;
      const started = performance.now();
      let n = 0;
      while (arrived("off") === 0 && performance.now() < started + 8_000) {
        await w.send(hintLine(`/off/${n}`, { s: "off", t: Date.now() + off }));
        await w.send(hintLine(`/right/${n++}`, { s: "right" }));
        await pause(20);
      }
      expect(performance.now() - started).toBeGreaterThan(2_000);
      await until(() => unsettled(w.warmer) === 0 && arrived("off") > 0);
      expect([arrived("right"), arrived("off") < 10]).toEqual([n, true]);
    },
  );

  test("a replayed stale log: every line is old", async () => {
    await using w = await world({ WARM_MAX_AGE_MS: "400" });
    for (let n = 0; n < 500; n++) {
      await w.send(hintLine(`/stale/${n}`, { t: Date.now() - 3_600_000 + n, s: "replay" }));
      if (n % 50 === 0) await w.send(hintLine(`/fresh/${n}`));
    }
    await until(() => w.warmer.counts.ended() === 510);
    expect(w.warmer.counts).toMatchObject({ oldAtReceipt: 500, pushed: 10 });
  });
});

describe.each(["1.1", "2"] as const)("a failing region, HTTP/%s", (http) => {
  // Longer than the default, so that a busy machine does not lose hints of the healthy region.
  const MAX_AGE_MS = 500;
  const AGE = { WARM_MAX_AGE_MS: String(MAX_AGE_MS) };

  /** Sends to both regions for a while, one hint to each every few ms. Returns how many to each. */
  async function sendToBoth(w: World, ms: number, tag: string): Promise<number> {
    const end = performance.now() + ms;
    let n = 0;
    while (performance.now() < end) {
      // The path contains the time, so that the sink can compute the age.
      const path = `/${tag}/${n}/${Date.now()}`;
      await w.send(`${hintLine(path, { r: "weur" })}\n${hintLine(path, { r: "apac" })}`);
      n++;
      await pause(2);
    }
    await until(() => unsettled(w.warmer) === 0);
    return n;
  }

  /** The healthy region got every hint, and none older than the limit. */
  async function expectUntouched(w: World, sent: number): Promise<void> {
    await until(() => w.apac.paths().length === sent);
    const ages = w.apac.pushes.flatMap(({ at, paths }) => paths.map((path) => at - Number(path.split("/")[3])));
    // The sink shares the one thread of this process, so it gets some tolerance.
    expect(Math.max(...ages)).toBeLessThan(MAX_AGE_MS + 100);
    expect(ages.sort((a, b) => a - b)[Math.floor(ages.length / 2)]).toBeLessThan(50);
  }

  test("down: queues stay bounded, its breaker opens, it recovers by itself; the other region misses no hint", async () => {
    await using w = await world(AGE, http);
    const { port } = w.weur;
    await w.weur.close();
    const sent = await sendToBoth(w, 1_500, "down");
    expect(w.warmer.pushers.map(({ region, state }) => `${region} ${state === "up"}`)).toEqual([
      "weur false",
      "apac true",
    ]);
    expect(w.warmer.counts.regionDown).toBeGreaterThan(0);
    await expectUntouched(w, sent);
    const again = await startWarmSink({}, port, http);
    await until(() => (w.warmer.pushers[0]?.connections.open ?? 0) > 0, 10_000);
    let n = 0;
    await until(() => {
      void w.send(hintLine(`/back/${n++}`));
      return again.paths().length > 0;
    }, 10_000);
    await until(() => unsettled(w.warmer) === 0);
    await w.warmer.stop();
    await again.close();
  });

  test("slow: waiting hints are bounded and become old, none is sent late; the other region misses no hint", async () => {
    await using w = await world({ ...AGE, WARM_CONNECTIONS: "2", WARM_BATCH_MS: "0" }, http);
    w.weur.behaviour.delayMs = 900;
    const sent = await sendToBoth(w, 1_500, "slow");
    expect(w.warmer.counts.oldAtPush).toBeGreaterThan(sent / 2);
    expect(w.warmer.pushers[0]?.waiting).toBeLessThanOrEqual(512);
    await expectUntouched(w, sent);
  });

  test("closing in the middle of the body: retried once, then failed; the other region misses no hint", async () => {
    await using w = await world(AGE, http);
    w.weur.behaviour.mode = "cut";
    const sent = await sendToBoth(w, 1_000, "cut");
    expect(w.warmer.counts.failed + w.warmer.counts.regionDown + w.warmer.counts.oldAtPush).toBe(sent);
    await expectUntouched(w, sent);
  });

  test("resetting connections: retried once, then failed; the other region misses no hint", async () => {
    await using w = await world(AGE, http);
    w.weur.behaviour.mode = "reset";
    const sent = await sendToBoth(w, 1_000, "reset");
    expect(w.warmer.counts.failed + w.warmer.counts.regionDown + w.warmer.counts.oldAtPush).toBe(sent);
    await expectUntouched(w, sent);
  });

  test("hanging: each push is given up after a second; the other region misses no hint", async () => {
    await using w = await world({ ...AGE, WARM_CONNECTIONS: "2" }, http);
    w.weur.behaviour.mode = "hang";
    const sent = await sendToBoth(w, 1_000, "hang");
    await expectUntouched(w, sent);
  });
});
