import { describe, expect, test } from "vitest";
import type { HttpVersion } from "../../../warmer/push/socket.ts";
import type { Warmer } from "../../../warmer/service.ts";
import {
  hintLine,
  isBalanced,
  keptLog,
  type Sender,
  startSender,
  startTestWarmer,
  unsettled,
  until,
} from "../../support/warmer.ts";
import { startWarmSink, type WarmSink } from "../../support/warmSink.ts";

type Setting = { warmer: Warmer; sink: WarmSink; sender: Sender; [Symbol.asyncDispose](): Promise<void> };

/** A warmer, its sink and a sender. They end after the test. */
async function start(
  http: HttpVersion,
  env: Record<string, string>,
  behaviour: Parameters<typeof startWarmSink>[0],
): Promise<Setting> {
  const sink = await startWarmSink(behaviour, 0, http);
  // Unless a test is about age, a busy machine must not make hints old.
  const warmer = await startTestWarmer({
    WARM_REGIONS: `weur=${sink.url},apac=${sink.url}`,
    WARM_MAX_AGE_MS: "2000",
    WARM_HTTP: http,
    ...env,
  });
  const sender = startSender(warmer.udp.port);
  const connected = () =>
    warmer.pushers.every(({ connections }) => connections.open === Number(env.WARM_CONNECTIONS ?? 8));
  await until(connected);
  return {
    warmer,
    sink,
    sender,
    async [Symbol.asyncDispose]() {
      sender.close();
      await warmer.stop();
      await sink.close();
      expect(unsettled(warmer)).toBe(0);
    },
  };
}

describe("the log says why pushes fail, with one line per region, not per push", () => {
  const rows = [
    ["an error status", { status: 401 }, 'pushes":1,"hints":1', "status 401"],
    ["a lost connection, while the retry may succeed", { mode: "cut" }, 'pushes":1,"hints":0', ""],
  ] as const;
  test.each(rows)("%s", async (_name, behaviour, counted, reason) => {
    const sink = await startWarmSink(behaviour);
    const log = keptLog();
    const regions = `weur=${sink.url},apac=${sink.url}`;
    const warmer = await startTestWarmer({ WARM_REGIONS: regions, WARM_MAX_AGE_MS: "5000" }, { log });
    const sender = startSender(warmer.udp.port);
    await until(() => warmer.pushers.every(({ connections }) => connections.open === 8));
    for (const [n, r] of ["weur", "weur", "apac", "apac"].entries()) {
      await sender.send(hintLine(`/${n}`, { r }));
      await until(() => warmer.counts.failed === n + 1);
    }
    const lines = log.lines.filter((line) => line.includes("pushes fail"));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(`"region":"weur","reason":"${reason}`);
    expect(lines[0]).toContain(counted);
    expect(lines[1]).toContain('"region":"apac"');
    sender.close();
    await warmer.stop();
    await sink.close();
  });
});

test("a retry that became too old is logged with the reason of the first failure", async () => {
  const sink = await startWarmSink({ status: 500, delayMs: 300 });
  const log = keptLog();
  // The response arrives when the hint is 300 ms old.
  const env = { WARM_REGIONS: `weur=${sink.url}`, WARM_MAX_AGE_MS: "200", WARM_CONNECTIONS: "1", WARM_BATCH_MS: "0" };
  const warmer = await startTestWarmer(env, { log });
  const sender = startSender(warmer.udp.port);
  await until(() => warmer.pushers.every(({ connections }) => connections.open === 1));
  await sender.send(hintLine("/a"));
  await until(() => warmer.counts.failed === 1);
  const lines = () => log.lines.filter((line) => line.includes("pushes fail"));
  await until(() => lines().length > 0);
  expect(lines().join("\n")).toContain('"reason":"too old to be tried again after status 500","pushes":1,"hints":1');
  expect(lines()).toHaveLength(1);
  sender.close();
  await warmer.stop();
  await sink.close();
});

describe.each(["1.1", "2"] as const)("HTTP/%s", (http) => {
  const setUp = (env: Record<string, string> = {}, behaviour: Parameters<typeof startWarmSink>[0] = {}) =>
    start(http, env, behaviour);

  describe("batches", () => {
    test.each([
      [{}, "5", [...new Array(9).fill(5)]],
      [{ WARM_BATCH: "20" }, "WARM_BATCH=20", [20, 20, 5]],
      [{ WARM_BATCH: "1" }, "WARM_BATCH=1", [...new Array(45).fill(1)]],
    ])("hints of one region and format share pushes: %j, up to %s; others are separate", async (env, _, sizes) => {
      await using t = await setUp({ WARM_BATCH_MS: "40", ...env });
      const paths = Array.from({ length: 45 }, (_, n) => `/a/${n}`);
      await t.sender.send(hintLine(paths));
      await t.sender.send(hintLine("/avif", { f: "avif" }));
      await t.sender.send(hintLine("/far", { r: "apac" }));
      await until(() => t.warmer.counts.pushed === 47);
      const seen = t.sink.pushes.map(({ region, format, paths }) => `${region} ${format} ${paths.length}`);
      expect(seen.sort()).toEqual(["apac webp 1", "weur avif 1", ...sizes.map((size) => `weur webp ${size}`)].sort());
      expect(
        t.sink
          .paths()
          .filter((path) => path.startsWith("/a/"))
          .sort(),
      ).toEqual([...paths].sort());
    });
    test("WARM_BATCH_MS=0 sends each hint alone", async () => {
      await using t = await setUp({ WARM_BATCH_MS: "0" });
      await t.sender.send(hintLine(["/a", "/b", "/c"]));
      await until(() => t.warmer.counts.pushed === 3);
      expect(t.sink.pushes.map(({ paths }) => paths).sort()).toEqual([["/a"], ["/b"], ["/c"]]);
    });
    test("a hint waits no longer than WARM_BATCH_MS", async () => {
      await using t = await setUp({ WARM_BATCH_MS: "20" });
      const sent = Date.now();
      await t.sender.send(hintLine("/a"));
      await until(() => t.sink.pushes.length === 1);
      expect((t.sink.pushes[0]?.at ?? 0) - sent).toBeGreaterThanOrEqual(18);
      expect((t.sink.pushes[0]?.at ?? 0) - sent).toBeLessThan(200);
    });
  });

  describe("answers", () => {
    test("a refused path is counted by its reason, not as failed, and stays in the dedup table", async () => {
      await using t = await setUp({}, { refuse: (path) => (path === "/no" ? "source_not_allowed" : undefined) });
      await t.sender.send(hintLine(["/yes", "/no"]));
      await until(() => t.warmer.counts.ended() === 2);
      await t.sender.send(hintLine(["/no"]));
      await until(() => t.warmer.counts.ended() === 3);
      expect(t.warmer.counts).toMatchObject({ pushed: 1, refused: 1, duplicate: 1, failed: 0 });
      expect([...t.warmer.counts.refusedBy]).toEqual([["source_not_allowed", 1]]);
    });
    test("a 4xx is not retried, and its path may be pushed again", async () => {
      await using t = await setUp({}, { status: 403 });
      await t.sender.send(hintLine("/a"));
      await until(() => t.warmer.counts.failed === 1);
      t.sink.behaviour.status = 202;
      await t.sender.send(hintLine("/a"));
      await until(() => t.warmer.counts.pushed === 1);
      expect(t.sink.pushes).toHaveLength(2);
      expect(t.warmer.counts.retries).toBe(0);
    });
    test("a 5xx is retried exactly once", async () => {
      await using t = await setUp({}, { status: 500 });
      await t.sender.send(hintLine("/a"));
      await until(() => t.warmer.counts.failed === 1);
      expect(t.sink.pushes).toHaveLength(2);
      expect(t.warmer.counts).toMatchObject({ requests: 2, retries: 1, failed: 1 });
    });
    test("a connection that closes in the middle of a response: retried on another one", async () => {
      await using t = await setUp({}, { mode: "cut" });
      await t.sender.send(hintLine("/a"));
      await until(() => t.sink.pushes.length === 1);
      t.sink.behaviour.mode = "answer";
      await until(() => t.warmer.counts.pushed === 1);
      expect(t.warmer.counts).toMatchObject({ requests: 2, retries: 1, failed: 0 });
    });
    test("a retry that is too late is not sent", async () => {
      await using t = await setUp({ WARM_MAX_AGE_MS: "200" }, { status: 500, delayMs: 300 });
      await t.sender.send(hintLine("/a"));
      await until(() => t.warmer.counts.failed === 1);
      expect(t.sink.pushes).toHaveLength(1);
      expect(t.warmer.counts.retries).toBe(0);
    });
    test("no response: given up after a second, and its path may be pushed again", async () => {
      await using t = await setUp({ WARM_MAX_AGE_MS: "500" }, { mode: "hang" });
      await t.sender.send(hintLine("/a"));
      await until(() => t.warmer.counts.failed === 1);
      t.sink.behaviour.mode = "answer";
      await t.sender.send(hintLine("/a"));
      await until(() => t.warmer.counts.pushed === 1);
    });
    test("a repeat of a path in flight is a duplicate", async () => {
      await using t = await setUp({}, { delayMs: 60 });
      await t.sender.send(hintLine("/a"));
      await until(() => t.sink.pushes.length === 1);
      await t.sender.send(hintLine("/a"));
      await until(() => t.warmer.counts.duplicate === 1);
      await until(() => t.warmer.counts.pushed === 1);
      expect(t.sink.pushes).toHaveLength(1);
    });
  });

  test("a failing region gets few requests, even if it opens connections or windows again and again", async () => {
    await using w = await start(http, { WARM_BATCH_MS: "0" }, { status: 500, mode: "restless" });
    for (let n = 0; n < 120; n++) {
      await w.sender.send(hintLine(`/${n}`));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    // Five failures in a row and the requests in flight with them, then a trial after 0.5 s, and one after 1 s more.
    expect(w.sink.pushes.length).toBeLessThan(24);
    expect(w.warmer.counts.regionDown).toBeGreaterThan(80);
  });

  describe("connections", () => {
    test("are opened at the start and kept open", async () => {
      await using t = await setUp(
        { WARM_CONNECTIONS: "3", WARM_BATCH_MS: "0", WARM_MAX_AGE_MS: "5000" },
        { delayMs: 10 },
      );
      for (let n = 0; n < 60; n++) await t.sender.send(hintLine(`/${n}`));
      await until(() => t.warmer.counts.pushed === 60);
      // HTTP/2 sends all requests over two connections to each region.
      expect(t.sink.connections()).toBe(http === "2" ? 4 : 6);
    });
    test("the server closes an idle one: another one is open before it is needed", async () => {
      await using t = await setUp({ WARM_CONNECTIONS: "1" });
      await t.sender.send(hintLine("/a"));
      await until(() => t.warmer.counts.pushed === 1);
      expect(t.sink.connections()).toBe(2);
      t.sink.hangUp();
      await until(
        () => t.sink.connections() === 4 && t.warmer.pushers.every(({ connections }) => connections.open === 1),
      );
      await t.sender.send(hintLine("/b"));
      await until(() => t.warmer.counts.pushed === 2);
      expect(t.warmer.counts).toMatchObject({ failed: 0, retries: 0, requests: 2 });
    });
  });

  test("the age limit also applies at the push: a hint that waited too long for a connection is not sent", async () => {
    await using t = await setUp(
      { WARM_CONNECTIONS: "1", WARM_BATCH_MS: "0", WARM_MAX_AGE_MS: "300" },
      { delayMs: 200 },
    );
    await t.sender.send(hintLine(["/a", "/b", "/c", "/d", "/e"]));
    await until(() => t.warmer.counts.ended() === 5);
    expect(t.sink.paths().slice(0, 2)).toEqual(["/a", "/b"]);
    expect(t.warmer.counts.pushed + t.warmer.counts.oldAtPush).toBe(5);
    expect(t.warmer.counts.oldAtPush).toBeGreaterThanOrEqual(3);
    expect(isBalanced(t.warmer)).toBe(true);
  });
});
