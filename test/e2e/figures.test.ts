/** Figures from the log of the Worker as deployed, beside what its clients counted themselves. */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { HintFigures } from "../../src/cli/figures/hints.ts";
import { ReaderFigures } from "../../src/cli/figures/readers.ts";
import { pointOf } from "../../src/record.ts";
import { isSampled } from "../../src/sampling.ts";
import { sourceKeys } from "../../src/store/schema/key.ts";
import type { Trace } from "../../src/telemetry.ts";
import { analytics, sqlOf, type TimedPoint } from "../support/analytics.ts";
import { requestLines } from "../support/logLines.ts";
import { linesOf, signedPush } from "../support/push.ts";
import { jpegOf } from "../support/sources/picture.ts";
import { dropBucket, storedKeys } from "../support/stores.ts";
import { until } from "../support/warmer.ts";

const SECRET = "a secret of the test";
const HOUR_MS = 3_600_000;
const SQL = sqlOf(readFileSync("docs/operator/watch.md", "utf8"));

let source: Server;
let edge: Edge;
let base: string;
const log: string[] = [];
/** What clients saw: status and Cache-Status of each answer. */
const seen: { readonly status: number; readonly how: string; readonly timing: string }[] = [];

beforeAll(async () => {
  const picture = await jpegOf({ r: 200, g: 90, b: 40 });
  source = createServer((request, response) => {
    const status = request.url?.startsWith("/missing") ? 404 : 200;
    const seconds = request.url?.startsWith("/brief") ? 1 : 86_400;
    response.writeHead(status, { "cache-control": `max-age=${seconds}` }).end(picture);
  });
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
  edge = await startEdge({
    heavy: false,
    vars: { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1", WARM_SECRET: SECRET, MIN_FRESH: "1" },
    log: ({ message }) => log.push(message),
  });
}, 60_000);
afterAll(async () => {
  await edge?.stop();
  source?.close();
});

const path = (name: string, width = 320) => `/_/rs:fit:${width}:${width}/plain/${base}/${name}.jpg`;

async function read(wanted: string, colo = "MAD"): Promise<string> {
  const answer = await fetch(edge.url + wanted, { headers: { accept: "image/webp", "x-firstlight-colo": colo } });
  await answer.arrayBuffer();
  const how = answer.headers.get("cache-status") ?? "";
  seen.push({ status: answer.status, how, timing: answer.headers.get("server-timing") ?? "" });
  return how;
}

async function push(names: readonly string[]) {
  const { body, headers } = await signedPush(SECRET, { region: "weur", paths: names.map((name) => path(name)) });
  const answer = await fetch(`${edge.url}/warm`, { method: "POST", body, headers });
  return linesOf(await answer.text()).outcomes.map(({ outcome }) => outcome);
}

/** The lines so far, once those of every answer that a client saw have come. */
async function linesNow(): Promise<readonly Trace[]> {
  const readers = () => requestLines(log).filter(({ audience }) => audience === "reader").length;
  await until(() => readers() >= seen.length, 10_000);
  return requestLines(log);
}

const pointsOf = (lines: readonly Trace[]): TimedPoint[] =>
  lines.map((trace) => ({ point: pointOf(trace), at: Date.parse(trace.time) }));

describe("a replayed log", { timeout: 60_000 }, () => {
  test("gives readers' true hit ratio beside pushes, renewals and jobs", async () => {
    const warmed = ["1", "2", "3", "4", "5", "6"];
    expect(await push(warmed)).toEqual(warmed.map(() => "made"));
    // The primary got them after the region, so they are copied once more; then they are there.
    const again = await push(warmed);
    expect(await push(warmed)).toEqual(warmed.map(() => "present"));
    const copied = again.filter((outcome) => outcome === "made").length;
    await dropBucket(edge, "R2_PRIMARY");
    for (let round = 0; round < 2; round++) for (const name of warmed) await read(path(name));
    for (const name of ["cold-1", "cold-2", "brief-1", "brief-2"]) await read(path(name));
    await read(path("missing"));
    await read(path("missing"));
    await read("/_/rs:fit:10:10/plain/http://elsewhere.test/1.jpg");
    await storedKeys(edge, "R2_WEUR", warmed.length + 4);
    await new Promise((wake) => setTimeout(wake, 1_500));
    for (const name of ["brief-1", "brief-2"]) await read(path(name));
    const background = () => requestLines(log).filter(({ audience }) => audience === "background").length;
    await until(() => background() >= 2, 10_000);

    const lines = await linesNow();
    const pictures = seen.filter(({ status }) => status === 200);
    const hits = pictures.filter(({ how }) => how.startsWith("firstlight; hit"));
    // Six region hits, six edge hits, two stale hits; four misses.
    expect([hits.length, pictures.length]).toEqual([14, 18]);

    const figures = new ReaderFigures();
    for (const line of lines) figures.add(line);
    expect(figures.summary()).toMatchObject({
      requests: seen.length,
      ...{ hits: 14, made: 0, misses: 4, hitRatio: 14 / 18 },
      errors: [
        ["source_missing", 2],
        ["source_not_allowed", 1],
      ],
    });
    // One moment for all, or a full hour that ends meanwhile would give two rows.
    const now = Date.now();
    const table = analytics(
      pointsOf(lines).map(({ point }) => ({ point, at: now - 1_000 })),
      now,
    );
    const rows = table.query(SQL.find((sql) => sql.includes("hit_ratio")) ?? "");
    expect(rows.map(({ hit_ratio }) => hit_ratio)).toEqual([14 / 18]);
    // Without the filter it would be another figure.
    const [all] = table.query(
      "SELECT SUM(blob2 NOT IN ('miss', 'derived')) * 1.0 / COUNT(*) AS ratio FROM firstlight WHERE blob1 = 'ok'",
    );
    expect(all?.ratio).not.toBeCloseTo(14 / 18, 2);
    const outcomes = table.query(SQL.find((sql) => sql.includes("AS outcome")) ?? "");
    expect(outcomes.toSorted((a, b) => (`${a.outcome}` < `${b.outcome}` ? -1 : 1))).toEqual([
      { region: "weur", outcome: "made", hints: 6 + copied },
      { region: "weur", outcome: "present", hints: 12 - copied },
    ]);
  });

  test("every line says when, how bad, whose request and for whom", async () => {
    for (const line of await linesNow()) {
      expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(["info", "error"]).toContain(line.level);
      expect(line.ray).not.toBe("");
      expect(["reader", "warm", "background", "job"]).toContain(line.audience);
      expect(line.status).toBeGreaterThanOrEqual(200);
    }
  });

  test("Server-Timing names the store that answered, as Cache-Status does", () => {
    for (const { how, timing } of seen) {
      const [, detail] = /detail=([\w-]+)/.exec(how) ?? [];
      const [, told] = /^cache;desc=([\w-]+), /.exec(timing) ?? [];
      expect(told).toBe(detail ?? (how.includes("fwd=bypass") ? "bypass" : "miss"));
    }
    expect(new Set(seen.map(({ timing }) => timing.split(",")[0]))).toContain("cache;desc=region");
  });
});

describe("hints of use", { timeout: 60_000 }, () => {
  test("a hint that is read, one for another size, one that nobody reads", async () => {
    const sampled: string[] = [];
    const hashes = new Set<string>();
    for (let i = 0; sampled.length < 3; i++) {
      const { source32 } = await sourceKeys(`${base}/hint-${i}.jpg`);
      if (!isSampled(source32)) continue;
      sampled.push(`hint-${i}`);
      hashes.add(source32.slice(0, 16));
    }
    const [first = "", second = ""] = sampled;
    expect(await push(sampled)).toEqual(["made", "made", "made"]);
    await read(path(first));
    await read(path(second, 640));
    const lines = (await linesNow()).filter(({ source }) => hashes.has(source));

    const figures = new HintFigures();
    for (const line of lines) figures.add(line);
    expect(figures.summary().fates).toMatchObject({ read: 1, open: 2 });
    // The log goes on for two hours.
    figures.add({ ...(lines[0] as Trace), source: "", time: new Date(Date.now() + 2 * HOUR_MS).toISOString() });
    const { fates, mismatches } = figures.summary();
    expect(fates).toEqual({ read: 1, other: 1, elsewhere: 0, unread: 1, open: 0 });
    expect(mismatches).toEqual([[expect.stringContaining("w:320"), expect.stringContaining("w:640"), 1]]);

    const table = analytics(pointsOf(lines), Date.now() + 1.5 * HOUR_MS);
    expect(table.query(SQL.find((sql) => sql.includes("other_variant")) ?? "")).toEqual([
      { read: 1, other_variant: 1, unread: 1 },
    ]);
    const variants = table.query(SQL.find((sql) => sql.includes("AS asked")) ?? "");
    expect(variants).toEqual([
      { variant: expect.stringContaining("w:320"), hinted: 3, asked: 1 },
      { variant: expect.stringContaining("w:640"), hinted: 0, asked: 1 },
    ]);
  });
});

describe("one edge cache per place", () => {
  test("what one data centre's edge has, another's has not", async () => {
    expect(await read(path("place"), "MAD")).toContain("fwd=miss");
    await expect.poll(() => read(path("place"), "MAD")).toContain("detail=edge");
    expect(await read(path("place"), "FRA")).toMatch(/detail=(region|primary)/);
    await expect.poll(() => read(path("place"), "FRA")).toContain("detail=edge");
    expect(await read(path("place"), "MAD")).toContain("detail=edge");
  });
});
