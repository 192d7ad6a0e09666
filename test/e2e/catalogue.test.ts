/** A catalogue on the deployed bundle: a kill in the middle loses and doubles nothing, and readers then meet hits. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Bucket,
  importRun,
  keysOf,
  order,
  outcomesOf,
  type Source,
  startSource,
} from "../../bench/catalogue/generatedRun.ts";
import { killedRun, SIZES } from "../../bench/catalogue/killing.ts";
import { JOB_CONCURRENCY } from "../../src/catalogue/jobPace.ts";
import type { ManifestRow } from "../../src/catalogue/manifestRow.ts";
import type { Outcome } from "../../src/catalogue/outcome.ts";
import { PROJECTION_LOOK_UP, PROJECTION_SHARDS, shardOfId } from "../../src/catalogue/projection.ts";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import type { CatalogueStatus } from "../../src/handlers/catalogue/answer.ts";
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../src/request/signing/signedBody.ts";
import { sourceKeys } from "../../src/store/schema/key.ts";

const SECRET = "secret of this test";
const VARS = {
  ...{
    ALLOW_LOOPBACK_SOURCES: "true",
    ALLOWED_SOURCES: "127.0.0.2,127.0.0.3,127.0.0.4,127.0.0.5",
    PURGE_SECRET: SECRET,
  },
  ...{ CATALOGUE_SECRET: SECRET, CATALOGUE_CHUNK_SECONDS: "2", CATALOGUE_LEASE_SECONDS: "4" },
};
const HTML = "<!DOCTYPE html><html><body>gone</body></html>";
const DATABASES = Array.from({ length: PROJECTION_SHARDS }, (_, shard) => `CATALOGUE_${shard}`);
/** Hosts with a rule. The next one has none: a job asks it once a second. */
const RULED = 3;

describe("a catalogue", { timeout: 60_000 }, () => {
  let source: Source;
  let edge: Edge;
  let folder: string;
  let isMended = false;
  const bucket = async () => (await edge.miniflare.getR2Bucket("R2_PRIMARY", "firstlight")) as unknown as Bucket;
  const send = async (fields: object) => (await order(edge.url, SECRET, fields)).body as unknown as CatalogueStatus;
  const start = () => {
    const rule = { perSecond: 50, concurrency: 6 };
    const hosts = Array.from({ length: RULED }, (_, i) => new URL(source.url(i, "/")).host);
    const settings = JSON.stringify({ politeness: Object.fromEntries(hosts.map((host) => [host, rule])) });
    return startEdge({ heavy: false, persist: join(folder, "state"), vars: VARS, settings, databases: DATABASES });
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "firstlight-catalogue-"));
    const create = { width: 900, height: 600, channels: 3, background: "#246" } as const;
    const picture = await sharp({ create })
      .jpeg()
      .withExif({ IFD0: { Make: "Canon", Model: "EOS 5D" } })
      .toBuffer();
    const pixel = await sharp({ create: { ...create, width: 1, height: 1 } })
      .png()
      .toBuffer();
    source = await startSource((_, path, response) => {
      if (path.includes("missing")) response.writeHead(404).end();
      else if (path.includes("gone")) response.writeHead(410).end();
      else if (path.includes("page")) response.end(HTML);
      else if (path.includes("pixel")) response.end(pixel);
      else if (path.includes("pdf")) response.end("%PDF-1.4 ...");
      else if (path.includes("broken") && !isMended) response.writeHead(500).end();
      else response.end(picture);
    });
    edge = await start();
  }, 60_000);

  afterAll(async () => {
    await edge?.stop();
    await source?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });

  async function until(run: string, done: (status: CatalogueStatus) => boolean): Promise<CatalogueStatus> {
    for (;;) {
      const status = await send({ action: "status", run });
      if (done(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const ended = (run: string) => until(run, ({ state }) => state === "done");
  const asked = (path: string) =>
    [...source.asked].filter(([key]) => key.endsWith(path)).reduce((sum, [, n]) => sum + n, 0);

  const KINDS = {
    missing: "not-found",
    gone: "gone",
    page: "html",
    pixel: "one-pixel",
    pdf: "wrong-kind",
    broken: "failed",
  };
  const rowsOf = (): ManifestRow[] => [
    ...Array.from({ length: 36 }, (_, i) => ({ id: `good-${i}`, url: source.url(i % RULED, `/good-${i}.jpg`) })),
    ...Object.keys(KINDS).map((kind, i) => ({ id: kind, url: source.url(i % RULED, `/${kind}.jpg`) })),
    ...Array.from({ length: 10 }, (_, i) => ({ id: `same-${i}`, url: source.url(0, "/same.jpg") })),
    ...Array.from({ length: 4 }, (_, i) => ({ id: `slow-${i}`, url: source.url(RULED, `/slow-${i}.jpg`) })),
  ];

  test("a kill in the middle loses and doubles nothing", async () => {
    const rows = rowsOf();
    await importRun(await bucket(), "first", rows);
    expect(await send({ action: "status", run: "first" })).toMatchObject({ state: "ready", pictures: rows.length });
    await send({ action: "start", run: "first" });
    await until("first", ({ done }) => done >= 5);
    process.kill(edge.workerdPid ?? 0, "SIGKILL");
    await edge.stop().catch(() => undefined);
    edge = await start();
    // No order is sent again: the feeds' alarms go on with the run.
    const status = await ended("first");
    const outcomes = await outcomesOf(await bucket(), "first");
    expect(outcomes.map(({ id }) => id).toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
    const of = (id: string) => outcomes.find((one) => one.id === id) as Outcome;
    for (const [kind, expected] of Object.entries(KINDS)) expect([kind, of(kind).status]).toEqual([kind, expected]);
    const { stored = 0, present = 0, ...others } = status.counts;
    expect(others).toEqual({ failed: 1, ...countsOf(Object.values(KINDS).slice(0, -1)) });
    // The address that is listed ten times may lie in several chunks.
    expect([stored + present, present >= 7]).toEqual([50, true]);
    expect(of("broken")).toMatchObject({ reason: "source_failed", http: 500, rendition: null });
    expect(of("good-0")).toMatchObject({
      ...{ http: 200, variant: "original", format: "jpeg", frames: 1, alpha: false, orientation: 1 },
      original: { width: 900, height: 600, camera: "Canon EOS 5D" },
      rendition: { width: 640, height: 427 },
    });
    const named = outcomes.flatMap(({ rendition }) => (rendition === null ? [] : [rendition.key]));
    expect((await keysOf(await bucket(), "2/t/")).toSorted()).toEqual([...new Set(named)].toSorted());
    // Chunks of one host that were under way at the kill: at most two of ten rows.
    for (let i = 0; i < 36; i++) expect(asked(`/good-${i}.jpg`)).toBeLessThanOrEqual(2);
    expect(asked("/same.jpg")).toBeLessThanOrEqual(2);
  });

  test("the databases know every picture by its identifier", async () => {
    const outcomes = await outcomesOf(await bucket(), "first");
    for (const { id, status, dhash, checkedAt } of outcomes) {
      const database = await edge.miniflare.getD1Database(`CATALOGUE_${shardOfId(id)}`, "firstlight");
      const row = await database.prepare(PROJECTION_LOOK_UP).bind(id).first();
      expect(row).toMatchObject({ id, status, dhash, checked_at: checkedAt });
    }
  });

  test("a reader's first view of a picture is a hit", async () => {
    const before = asked("/good-7.jpg");
    const url = `${edge.url}/insecure/w:640/plain/${source.url(7 % RULED, "/good-7.jpg")}`;
    const answer = await fetch(url, { headers: { accept: "image/webp" } });
    expect([answer.status, answer.headers.get("cache-status")]).toEqual([
      200,
      expect.stringContaining("detail=primary"),
    ]);
    await answer.arrayBuffer();
    expect(asked("/good-7.jpg")).toBe(before);
  });

  test("a host without a rule is asked once a second, by two runs at once too", async () => {
    const rows = (run: string) => [0, 1, 2].map((i) => ({ id: `${i}`, url: source.url(RULED, `/${run}-${i}.jpg`) }));
    for (const run of ["second", "third"]) await importRun(await bucket(), run, rows(run));
    source.times.clear();
    await Promise.all(["second", "third"].map((run) => send({ action: "start", run })));
    await Promise.all([ended("second"), ended("third")]);
    const times = source.times.get(new URL(source.url(RULED, "/")).host) ?? [];
    expect(times).toHaveLength(6);
    // A request is on its way for a moment, and on a busy machine that moment differs.
    for (const [i, at] of times.slice(1).entries()) expect(at - (times[i] ?? 0)).toBeGreaterThan(700);
  });

  test("a failed picture is taken up again once, and a pause holds it", async () => {
    isMended = true;
    expect(await send({ action: "pause", run: "first" })).toMatchObject({ state: "done" });
    expect(await send({ action: "retry", run: "first" })).toMatchObject({ retried: 1, done: true });
    expect(await send({ action: "retry", run: "first" })).toMatchObject({ retried: 0, done: true });
    expect((await send({ action: "status", run: "first" })).state).toBe("paused");
    expect((await send({ action: "resume", run: "first" })).state).not.toBe("paused");
    await ended("first");
    const last = (await outcomesOf(await bucket(), "first")).filter(({ id }) => id === "broken");
    expect(last.map(({ status }) => status)).toEqual(["failed", "stored"]);
  });

  test("what is taken down in the middle is not stored, and the outcome says so", async () => {
    const url = source.url(1, "/down.jpg");
    await importRun(await bucket(), "fourth", [{ id: "down", url }]);
    const body = new TextEncoder().encode(JSON.stringify({ source: url, block: true }));
    const time = String(Math.floor(Date.now() / 1000));
    const headers = { [TIME_HEADER]: time, [SIGNATURE_HEADER]: await signBody(SECRET, "/purge", time, body) };
    expect((await fetch(`${edge.url}/purge`, { method: "POST", headers, body })).status).toBe(200);
    await send({ action: "start", run: "fourth" });
    expect((await ended("fourth")).counts).toEqual({ blocked: 1 });
    expect(asked("/down.jpg")).toBe(0);
    const { renditions } = await sourceKeys(url);
    expect(await keysOf(await bucket(), renditions)).toEqual([]);
  });

  test.each([
    ["no such run", { action: "start", run: "nowhere" }, 400],
    ["no such action", { action: "stop", run: "first" }, 400],
    ["no such status", { action: "retry", run: "first", statuses: ["lost"] }, 400],
  ])("%s is refused", async (_, fields, status) => {
    expect((await order(edge.url, SECRET, fields)).status).toBe(status);
    expect((await order(edge.url, "another", fields)).status).toBe(401);
  });
});

describe.runIf(process.env.FIRSTLIGHT_LONG === "1")("a catalogue of 10 000 pictures of 100 hosts", () => {
  test("4 kills lose and double nothing", { timeout: 660_000 }, async () => {
    const { counts, logCounts, kills, repeats, ...run } = await killedRun(SIZES.tenth);
    expect(run).toMatchObject({ missing: 0, doubled: 0, unstored: 0, unnamed: 0 });
    expect(counts).toEqual(logCounts);
    expect(kills).toHaveLength(4);
    expect(repeats.unexplained).toBe(0);
    for (const { mostOfLease } of kills) expect(mostOfLease).toBeLessThanOrEqual(JOB_CONCURRENCY);
  });
});

function countsOf(statuses: readonly string[]): Record<string, number> {
  return Object.fromEntries(statuses.map((status) => [status, 1]));
}
