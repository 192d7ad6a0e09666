/** Recognition on the deployed bundle: outcomes of a catalogue -> queue -> 2 megapixels -> labels -> polled -> tags in Postgres. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Bucket, importRun, keysOf, order, type Source, startSource } from "../../bench/catalogue/generatedRun.ts";
import { PROJECTION_SHARDS } from "../../src/catalogue/projection.ts";
import { SERVICES } from "../../src/catalogue/recognition/recogniser.ts";
import { EXPORT } from "../../src/cli/catalogue/export.ts";
import { RECOGNISE } from "../../src/cli/catalogue/recognise.ts";
import { SIMILAR } from "../../src/cli/catalogue/similar.ts";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../src/request/signing/signedBody.ts";
import { type Postgres, startPostgres } from "../support/postgres.ts";
import { type Fate, type RecognitionServer, repeatsOf, startRecognition } from "../support/recognitionServer.ts";

const SECRET = "secret of this test";
const KEYS = { accessKeyId: "AKIDOFTHISTEST", secretAccessKey: "secret of AWS", region: "us-east-1" };
const DATABASES = Array.from({ length: PROJECTION_SHARDS }, (_, shard) => `CATALOGUE_${shard}`);
const PRICE = 0.001;
const PICTURES = 16;
/** Of these only `Cat` and `Table` may be kept. */
const LABELS = [
  { Name: "Cat", Confidence: 97.5, Parents: [{ Name: "Animal" }], Instances: [], Aliases: [] },
  { Name: "Table", Confidence: 55, Parents: [], Instances: [] },
  { Name: "Chair", Confidence: 49.9, Parents: [], Instances: [] },
  { Name: "Woman", Confidence: 99.9, Parents: [{ Name: "Person" }], Instances: [] },
  { Name: "Smile", Confidence: 99, Parents: [{ Name: "Teenager" }], Instances: [] },
  { Name: "Gown", Confidence: 99, Parents: [], Aliases: [{ Name: "Bride" }], Instances: [] },
];
const EXCLUDED = /woman|teenager|bride|smile|gown|chair|japanese/i;
const uuid = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`;
const [LARGE, TINY] = [1, 2];

/** The first calls meet all that may go wrong. */
const FATES: Readonly<Record<number, Fate>> = {
  1: "throttle",
  2: "fail",
  4: "hang",
  6: "garbage",
  7: "throttle",
  9: "hang",
};

// The parts have small tests of their own; this takes two edges and a Postgres server.
describe.runIf(process.env.FIRSTLIGHT_LONG === "1")("recognition", { timeout: 120_000 }, () => {
  let [source, edge, folder, server]: [Source, Edge, string, RecognitionServer] = [] as never;
  let postgres: Postgres | { readonly missing: string };
  let slowFrom = Number.POSITIVE_INFINITY;
  const lines: string[] = [];
  const bucket = async () => (await edge.miniflare.getR2Bucket("R2_PRIMARY", "firstlight")) as unknown as Bucket;
  const start = () =>
    startEdge({
      ...{
        heavy: false,
        persist: join(folder, "state"),
        databases: DATABASES,
        log: ({ message }) => lines.push(message),
      },
      vars: {
        ...{ ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.2", CATALOGUE_SECRET: SECRET },
        ...{ PURGE_SECRET: SECRET, LABELS_SECRET: SECRET, LABELS_TIMEOUT_MS: "1000", REKOGNITION_ENDPOINT: server.url },
        ...{ AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
      },
      settings: JSON.stringify({
        politeness: { [new URL(source.url(0, "/")).host]: { perSecond: 100, concurrency: 6 } },
      }),
    });
  const env = () => ({
    ...{ S3_ENDPOINT: edge.s3.endpoint, S3_ACCESS_KEY_ID: edge.s3.accessKeyId },
    ...{ S3_SECRET_ACCESS_KEY: edge.s3.secretAccessKey, CATALOGUE_ENDPOINT: edge.url, LABELS_SECRET: SECRET },
  });
  const post = async (path: string, fields: object) => {
    const body = new TextEncoder().encode(JSON.stringify(fields));
    const time = String(Math.floor(Date.now() / 1000));
    const headers = { [TIME_HEADER]: time, [SIGNATURE_HEADER]: await signBody(SECRET, path, time, body) };
    return fetch(`${edge.url}${path}`, { method: "POST", headers, body });
  };
  const get = async (path: string) => {
    const answer = await fetch(`${edge.url}${path}`);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const said = async (work: () => Promise<number>) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    try {
      const code = await work();
      return { code, text: log.mock.calls.flat().join("\n") };
    } finally {
      log.mockRestore();
      error.mockRestore();
    }
  };
  const labelled = async () => (await keysOf(await bucket(), "catalogue/labels/")).length;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "firstlight-recognition-"));
    source = await startSource((_, path, response) => {
      const i = Number(/\d+/.exec(path)?.[0]);
      const [width, height] = i === LARGE ? [2400, 1600] : i === TINY ? [300, 60] : [320, 240];
      const create = { width, height, channels: 3, background: { r: 10 * i, g: 255 - 10 * i, b: 90 } } as const;
      void sharp({ create })
        .jpeg()
        .toBuffer()
        .then((jpeg) => response.end(jpeg));
    });
    server = await startRecognition({
      ...{ ...KEYS, labels: LABELS },
      fateOf: (number) => (number >= slowFrom ? "hang" : (FATES[number] ?? "answer")),
    });
    [postgres, edge] = await Promise.all([startPostgres(), start()]);
  }, 60_000);

  afterAll(async () => {
    await edge?.stop();
    await Promise.all([source?.close(), server?.stop(), "stop" in postgres ? postgres.stop() : null]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }, 60_000);

  test("faults and a kill cost no more than the budget, and nothing is paid twice but what was under way", async () => {
    const rows = Array.from({ length: PICTURES }, (_, i) => ({
      ...{ id: uuid(i), url: source.url(0, `/${i}.jpg`), provider: i === 0 ? "other" : "flickr", views: 100 - i },
      labels: [
        { name: "boat", accuracy: 0.8, provider: "yfcc100m" },
        { name: "japanese couple", accuracy: 0.9, provider: "yfcc100m" },
      ],
    }));
    await importRun(await bucket(), "first", rows);
    await order(edge.url, SECRET, { action: "start", run: "first" });
    await vi.waitFor(
      async () => {
        const { body } = await order(edge.url, SECRET, { action: "status", run: "first" });
        expect(body).toMatchObject({ state: "done", counts: { stored: PICTURES } });
      },
      { timeout: 30_000, interval: 200 },
    );
    const budget = "0.03";
    const call = (...further: string[]) =>
      said(() =>
        RECOGNISE.run(["first", "--where", "provider=flickr,views>=1", "--budget", budget, ...further], env()),
      );
    const dry = await call("--dry-run");
    expect(dry).toEqual({
      code: 0,
      text: `15 pictures would cost $0.015\n15 pictures for $0.015 of $${budget} with rekognition, by the price list of ${SERVICES.rekognition.read} (${SERVICES.rekognition.source})`,
    });
    expect(server.calls).toHaveLength(0);
    expect((await call()).code).toBe(0);
    expect((await get(`/labels/${uuid(PICTURES - 1)}`)).body).toEqual({ id: uuid(PICTURES - 1), status: "pending" });
    // The worker dies while a call is under way.
    await vi.waitFor(() => expect(server.calls.length).toBeGreaterThan(10), { timeout: 20_000, interval: 10 });
    slowFrom = server.calls.length;
    await vi.waitFor(() => expect(server.calls.length).toBeGreaterThan(slowFrom), { timeout: 20_000, interval: 5 });
    process.kill(edge.workerdPid ?? 0, "SIGKILL");
    await edge.stop().catch(() => undefined);
    slowFrom = Number.POSITIVE_INFINITY;
    edge = await start();
    // The local queue is lost with its process; Cloudflare's is not. The same call orders the rest.
    expect((await call()).code).toBe(0);
    await vi.waitFor(async () => expect(await labelled()).toBe(PICTURES - 1), { timeout: 90_000, interval: 200 });
    expect(server.problems).toEqual([]);
    const paid = server.calls.filter((one) => one.paid);
    const unknown = paid.filter(({ fate, answered }) => !answered || fate === "garbage").length;
    const spent = (
      (await (await post("/labels", { order: "first", budget: 0.03, ids: [] })).json()) as { spent: number }
    ).spent;
    expect(paid.length * PRICE).toBeLessThanOrEqual(spent + 1e-9);
    expect(spent).toBeLessThanOrEqual(Number(budget));
    expect(repeatsOf(server.calls)).toBeLessThanOrEqual(unknown + 1);
    expect(Math.max(...server.calls.map(({ pixels }) => pixels))).toBe(1620 * 1080);
  });

  test("labels are polled: done, refused, and nothing excluded in any store or log", async () => {
    const { body } = await get(`/labels/${uuid(LARGE)}`);
    expect(body).toMatchObject({ id: uuid(LARGE), status: "done", provider: "rekognition", modelVersion: "3.0" });
    expect(body.labels).toEqual([
      { name: "Cat", confidence: 0.975, parents: ["Animal"], aliases: [], boxes: [], display: true },
      { name: "Table", confidence: 0.55, parents: [], aliases: [], boxes: [], display: false },
    ]);
    expect((await get(`/labels/${uuid(TINY)}`)).body).toMatchObject({
      status: "refused",
      reason: "too-small",
      labels: [],
    });
    expect((await get(`/labels/${uuid(0)}`)).status).toBe(404);
    const r2 = await edge.miniflare.getR2Bucket("R2_PRIMARY", "firstlight");
    for (const key of await keysOf(await bucket(), "catalogue/labels/")) {
      expect(await (await r2.get(key))?.text()).not.toMatch(EXCLUDED);
    }
    expect(lines.join("\n")).not.toMatch(EXCLUDED);
    const stores = readFiles(join(folder, "state"), /\.sqlite(-wal)?$/);
    expect(stores.length).toBeGreaterThan(0);
    for (const text of stores) expect(text).not.toMatch(/woman|teenager|bride|smile|gown/i);
  });

  test("tags of machines go into Postgres, and only theirs are replaced", async () => {
    if ("missing" in postgres) return expect(process.env.CI, postgres.missing).toBeUndefined();
    const client = await postgres.connect();
    await client.query("CREATE TABLE image (identifier uuid PRIMARY KEY, tags jsonb)");
    const own = [{ name: "mine" }, { name: "Dog", accuracy: 0.7, provider: "rekognition" }];
    await client.query("INSERT INTO image VALUES ($1, $2), ($3, NULL)", [uuid(LARGE), JSON.stringify(own), uuid(TINY)]);
    const { url } = postgres;
    const run = () => said(() => EXPORT.run(["first", "--labels", "--to", url, "--table", "image"], env()));
    const tags = async (i: number) =>
      (await client.query("SELECT tags FROM image WHERE identifier = $1", [uuid(i)])).rows[0]?.tags;
    const boat = { name: "boat", accuracy: 0.8, provider: "yfcc100m" };
    const found = ["Cat", "Table"].map((name, i) => ({ name, accuracy: [0.975, 0.55][i], provider: "rekognition" }));
    for (let times = 0; times < 2; times++) {
      expect((await run()).code).toBe(0);
      expect(await tags(LARGE)).toEqual([{ name: "mine" }, boat, ...found]);
      expect(await tags(TINY)).toEqual([boat]);
    }
    const url1 = source.url(0, `/${LARGE}.jpg`);
    expect((await post("/purge", { source: url1, block: true })).status).toBe(200);
    expect((await get(`/labels/${uuid(LARGE)}`)).status).toBe(451);
    // Now that its labels are gone, the projection of the log says that it was taken down.
    expect((await get(`/labels/${uuid(LARGE)}`)).status).toBe(451);
    expect((await keysOf(await bucket(), "catalogue/labelled/")).length).toBe((await labelled()) || -1);
  });

  test("/similar reads one row, without pictures that were taken down; ids are looked up in the databases", async () => {
    const neighbours = join(folder, "neighbours.tsv");
    const clusters = join(folder, "clusters.tsv");
    const lists = [LARGE, 4, 5].map((i) => `${uuid(3)}\t${uuid(i)}\t${i}`);
    writeFileSync(neighbours, ["id\tneighbour\tdistance", ...lists, `${uuid(3)}\tunknown\t6`, ""].join("\n"));
    const members = [3, LARGE].map((i) => `${uuid(i)}\tc\t${uuid(LARGE)}`);
    writeFileSync(clusters, ["id\tcluster\trepresentative", ...members, ""].join("\n"));
    const files = ["--neighbours", neighbours, "--clusters", clusters];
    const written = await said(() => SIMILAR.run(["first", ...files], { ...env(), CATALOGUE_SECRET: SECRET }));
    expect(written).toEqual({ code: 0, text: '{"written":2,"unbound":0}' });
    expect((await post("/similar", { rows: [{ id: "a" }] })).status).toBe(400);
    expect((await get(`/similar/${uuid(3)}?k=1`)).body).toEqual({
      ...{ id: uuid(3), cluster: "c", representative: null, neighbours: [{ id: uuid(4), distance: 4 }] },
    });
    expect((await get(`/similar/${uuid(LARGE)}`)).status).toBe(451);
    expect((await get(`/similar/${uuid(7)}`)).status).toBe(404);
    for (const k of ["0", "51", "x", ""])
      expect([k, (await get(`/similar/${uuid(3)}?k=${k}`)).status]).toEqual([k, 400]);
    const ordered = await post("/labels", { ids: [uuid(0), "nobody"] });
    expect([ordered.status, await ordered.json()]).toEqual([
      202,
      { accepted: 1, unknown: ["nobody"], budget: 0, spent: 0, open: 1 },
    ]);
    // Orders without a name have the budget of LABELS_BUDGET, which is 0 here.
    await vi.waitFor(
      async () =>
        expect((await get(`/labels/${uuid(0)}`)).body).toMatchObject({ status: "failed", reason: "over-budget" }),
      { timeout: 10_000 },
    );
  });
});

function readFiles(folder: string, name: RegExp): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => name.test(file));
  return files.map((file) => readFileSync(join(folder, file), "latin1"));
}
