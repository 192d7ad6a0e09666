/** The warmer learns what became of its hints: each ends in exactly one outcome. */
import { describe, expect, test } from "vitest";
import { hintLine, isBalanced, keptLog, unsettled, until } from "../support/warmer.ts";
import { world } from "../support/world.ts";

const AGE = { WARM_MAX_AGE_MS: "5000", WARM_BATCH_MS: "20" };
const PATHS = ["/made", "/present", "/expired", "/refused", "/failed", "/silent"];
const outcome = (path: string): string | undefined =>
  ({
    "/made": "made",
    "/present": "present",
    "/expired": "expired",
    "/refused": "refused:over_limit",
    "/failed": "failed:source_404",
  })[path];

describe.each(["1.1", "2"] as const)("HTTP/%s", (http) => {
  test("each outcome is counted once, with its reason", async () => {
    await using w = await world(AGE, http);
    Object.assign(w.weur.behaviour, { outcome, refuse: (path: string) => (path === "/no" ? "blocked" : undefined) });
    await w.send(hintLine([...PATHS, "/no"]));
    await until(() => w.warmer.counts.received === 7 && unsettled(w.warmer) === 0);
    expect(w.warmer.counts).toMatchObject({
      pushed: 6,
      made: 1,
      present: 1,
      expired: 1,
      refused: 2,
      failedAtEdge: 1,
      unknown: 1,
      failed: 0,
    });
    expect(Object.fromEntries(w.warmer.counts.refusedBy)).toEqual({ blocked: 1, over_limit: 1 });
    expect(Object.fromEntries(w.warmer.counts.failedAtEdgeBy)).toEqual({ source_404: 1 });
  });
  test("an older edge answers 202: accepted, and the outcome is unknown", async () => {
    await using w = await world(AGE, http);
    await w.send(hintLine(PATHS));
    await until(() => w.warmer.counts.received === 6 && unsettled(w.warmer) === 0);
    expect(w.warmer.counts).toMatchObject({ pushed: 6, unknown: 6, failed: 0 });
  });
  test("hints are in flight until their outcome, and other hints are pushed meanwhile", async () => {
    await using w = await world(AGE, http);
    Object.assign(w.weur.behaviour, { outcome: () => "made", outcomeMs: 150 });
    await w.send(hintLine(["/1", "/2"]));
    await until(() => w.warmer.counts.pushed === 2);
    expect([w.warmer.pushers[0]?.inFlight, w.warmer.counts.made]).toEqual([2, 0]);
    await w.send(hintLine("/3"));
    await until(() => w.warmer.counts.pushed === 3);
    expect([w.warmer.counts.made < 3, isBalanced(w.warmer)]).toEqual([true, true]);
    await until(() => w.warmer.counts.made === 3);
    expect(w.warmer.pushers[0]?.inFlight).toBe(0);
  });
  test("a connection that is lost between outcomes: the rest is unknown, is not pushed again, and is no failure", async () => {
    await using w = await world(AGE, http);
    Object.assign(w.weur.behaviour, { outcome: () => "made", cutAfter: 2, outcomeMs: 20 });
    await w.send(hintLine(["/1", "/2", "/3", "/4"]));
    await until(() => w.warmer.counts.received === 4 && unsettled(w.warmer) === 0);
    expect(w.warmer.counts).toMatchObject({ pushed: 4, made: 2, unknown: 2, failed: 0, requests: 1, retries: 0 });
    expect(w.warmer.pushers[0]?.state).toBe("up");
  });
  test("outcomes may take longer than a response may", async () => {
    await using w = await world(AGE, http);
    Object.assign(w.weur.behaviour, { outcome: () => "made", outcomeMs: 1_500 });
    await w.send(hintLine("/slow"));
    await until(() => w.warmer.counts.made === 1);
    expect(w.warmer.counts).toMatchObject({ pushed: 1, failed: 0, unknown: 0, requests: 1 });
  });
  test("a path that expired may be pushed again at once; one that was made or failed may not", async () => {
    await using w = await world(AGE, http);
    w.weur.behaviour.outcome = outcome;
    for (const paths of [PATHS, ["/expired", "/made", "/failed"]]) {
      await w.send(hintLine(paths));
      await until(() => w.warmer.counts.received >= paths.length && unsettled(w.warmer) === 0);
    }
    await until(() => w.warmer.counts.received === 9 && unsettled(w.warmer) === 0);
    expect(w.weur.paths().filter((path) => path === "/expired")).toHaveLength(2);
    expect(w.warmer.counts.duplicate).toBe(2);
  });
});

test("the log has one masked example per reason", async () => {
  const log = keptLog();
  await using w = await world(AGE, "1.1", { log });
  w.weur.behaviour.outcome = () => "failed:source_404";
  for (let n = 0; n < 30; n++) await w.send(hintLine(`/signature/w:${n + 1}/plain/https://private.example/${n}.jpg`));
  await until(() => w.warmer.counts.failedAtEdge === 30);
  const lines = log.lines.filter((line) => line.includes("the edge did not make hints"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('"outcome":"failed","reason":"source_404"');
  expect(log.lines.join("\n")).not.toMatch(/signature|private\.example/);
});

test("1 000 cold hints at an edge that makes 200 in time: the counts are what the edge did, each hint in one outcome", async () => {
  await using w = await world({ WARM_MAX_AGE_MS: "2000", WARM_CONNECTIONS: "64" }, "2");
  const did = { made: 0, expired: 0 };
  w.weur.behaviour.outcome = () => {
    const what = did.made < 200 ? "made" : "expired";
    did[what]++;
    return what;
  };
  for (let n = 0; n < 50; n++) await w.send(hintLine(Array.from({ length: 20 }, (_, m) => `/cold/${n}/${m}`)));
  await until(() => w.warmer.counts.received === 1_000 && unsettled(w.warmer) === 0);
  const { made, expired, oldAtPush, overflow } = w.warmer.counts;
  expect({ made, expired }).toEqual(did);
  expect(made + expired + oldAtPush + overflow).toBe(1_000);
});
