/** A chunk whose stores fail: what was made is found by the next attempt, and the host is not asked again. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Begun, Report, Work } from "../../../src/catalogue/feed/port.ts";
import { outcomeText, readOutcome } from "../../../src/catalogue/outcome.ts";
import { logKey, logPrefix, readLog } from "../../../src/catalogue/outcomeLog.ts";
import { openPart, partBytes, partKey, rangeOf } from "../../../src/catalogue/part.ts";
import { DEFAULT_SETTINGS } from "../../../src/catalogue/run.ts";
import { catalogue as answer } from "../../../src/handlers/catalogue.ts";
import { factsOf } from "../../../src/image/facts.ts";
import { readChunk, writeChunk } from "../../../src/jobs/catalogue/chunkLog.ts";
import { originalFacts } from "../../../src/jobs/catalogue/outcomes.ts";
import { type ChunkOrder, catalogue } from "../../../src/jobs/catalogue.ts";
import { dead } from "../../../src/jobs/dead.ts";
import { hostHash } from "../../../src/store/schema/key.ts";
import { outcome } from "../../support/catalogue.ts";
import { jpegOf, worldOf } from "../../support/world.workerd.ts";

const HOST = "pictures.test";
let serial = 0;

/** A part of six pictures, and a feed that gives it to every worker and writes down what it reports. */
async function chunk() {
  const run = `run-${++serial}`;
  const host16 = await hostHash(HOST);
  const rows = Array.from({ length: 6 }, (_, i) => ({ id: `${i}`, url: `https://${HOST}/${run}-${i}.jpg` }));
  const bytes = partBytes(HOST, rows);
  await env.R2_PRIMARY.put(partKey(run, host16, 0), bytes);
  const range = rangeOf(openPart(bytes), 0, rows.length);
  const reports: Report[] = [];
  let asked = 0;
  const picture = await jpegOf(400, 300);
  const attempt = async (
    number: number,
    bindings: object = {},
    job: typeof catalogue = catalogue,
    { onFetch = picturesOf, ...over }: Partial<Work> & { onFetch?: () => Response | Promise<Response> } = {},
  ) => {
    const work: Work = {
      ...{
        run,
        host: HOST,
        settings: { ...DEFAULT_SETTINGS, options: "w:320" },
        part: 0,
        from: 0,
        to: rows.length,
        cutFrom: [],
        range,
      },
      ...{
        attempt: number,
        perSecond: null,
        concurrency: 2,
        startInMs: 0,
        workMs: 60_000,
        leaseMs: 80_000,
        lastTry: false,
        poison: false,
        ...over,
      },
    };
    const begin = async (): Promise<Begun> => ({ go: true, work });
    const report = async (_: unknown, one: Report) => reports.push(one) > 0;
    const CATALOGUE_FEED = { idFromName: (name: string) => name, get: () => ({ begin, report }) };
    const {
      app,
      caller,
      job: own,
    } = worldOf({
      bindings: { CATALOGUE_FEED, ...bindings } as unknown as Partial<Env>,
      caller: { audience: "job" },
    });
    const fetch = async () => {
      asked++;
      return onFetch();
    };
    const order: ChunkOrder = {
      ...{
        v: 1,
        run,
        shard: 0,
        origin: "https://img.test",
        region: "weur",
        host16,
        round: 0,
        part: 0,
        from: work.from,
        to: work.to,
      },
      ...{ attempt: number, delivery: 1 },
    };
    await job.run(order, { ...app, fetch }, caller, own);
    return reports.at(-1);
  };
  const picturesOf = () => new Response(picture as Uint8Array<ArrayBuffer>);
  const renditions = async () => {
    const { objects } = await env.R2_PRIMARY.list({ prefix: `2/t/${host16}` });
    return objects.length;
  };
  const rangeFrom = (from: number) => rangeOf(openPart(bytes), from, rows.length);
  const logged = async () => {
    const { objects } = await env.R2_PRIMARY.list({ prefix: logPrefix(run) });
    return Promise.all(objects.map(async ({ key }) => readLog((await (await env.R2_PRIMARY.get(key))?.text()) ?? "")));
  };
  return { attempt, logged, renditions, rangeFrom, picturesOf, asked: () => asked };
}

/** A bucket that takes no objects whose key has this in it. */
function without(part: string): R2Bucket {
  return new Proxy(env.R2_PRIMARY, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]) => {
        if (name === "put" && String(args[0]).includes(part)) throw new Error("service unavailable (simulated)");
        return Reflect.apply(member, target, args);
      };
    },
  });
}

/** A bucket whose first look at a log comes before anything was written. */
function lateReader(): R2Bucket {
  let looks = 0;
  return new Proxy(env.R2_PRIMARY, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]) => {
        const isFirst = (name === "get" || name === "head") && String(args[0]).includes("/log/") && looks++ === 0;
        return isFirst ? Promise.resolve(null) : Reflect.apply(member, target, args);
      };
    },
  });
}

test("a chunk is reported once it is in the log", async () => {
  const { attempt, logged, asked } = await chunk();
  expect(await attempt(1)).toMatchObject({ upTo: 6, counts: { stored: 6 }, trouble: null });
  expect((await logged()).map(({ length }) => length)).toEqual([6]);
  expect(asked()).toBe(6);
});

test("a log that cannot be written: nothing is reported as done, and the next attempt asks the host for nothing", async () => {
  const { attempt, logged, asked } = await chunk();
  expect(await attempt(1, { R2_PRIMARY: without("/log/") })).toMatchObject({ upTo: 0, trouble: { kind: "stores" } });
  expect(await logged()).toEqual([]);
  expect(await attempt(2)).toMatchObject({ upTo: 6, counts: { stored: 6 }, trouble: null });
  const [outcomes = []] = await logged();
  expect(
    outcomes.map(({ id, status, rendition, dhash, pdq }) => [id, status, rendition?.width, dhash?.length, pdq?.length]),
  ).toEqual(Array.from({ length: 6 }, (_, i) => [`${i}`, "stored", 320, 16, 64]));
  expect(asked()).toBe(6);
});

test("whoever writes a chunk later, with fewer rows or more, gets what the log has", async () => {
  const place = { run: `run-${++serial}`, host16: await hostHash(HOST), part: 0, from: 10 };
  const some = (count: number, checkedAt: number) =>
    Array.from({ length: count }, (_, i) => outcome({ id: `${i}`, checkedAt }));
  expect(await writeChunk(env.R2_PRIMARY, place, some(3, 1))).toMatchObject({ upTo: 13 });
  for (const count of [2, 3, 5])
    expect(await writeChunk(env.R2_PRIMARY, place, some(count, 2))).toEqual({ outcomes: some(3, 1), upTo: 13 });
  expect((await readChunk(env.R2_PRIMARY, place))?.outcomes).toEqual(some(3, 1));
});

test("two workers of a chunk at once: one of them writes, and both hear of the same rows", async () => {
  const place = { run: `run-${++serial}`, host16: await hostHash(HOST), part: 0, from: 0 };
  const some = (count: number) => Array.from({ length: count }, (_, i) => outcome({ id: `${i}` }));
  const [one, other] = await Promise.all([6, 2].map((count) => writeChunk(env.R2_PRIMARY, place, some(count))));
  expect(one).toEqual(other);
  expect((await readChunk(env.R2_PRIMARY, place))?.outcomes).toEqual(one?.outcomes);
});

test("what a file says of its camera, however long, does not make the log unreadable", async () => {
  const bytes = await jpegOf(400, 300);
  const facts = await factsOf(bytes, bytes.length);
  for (const length of [300, 301, 4_000]) {
    const original = originalFacts({ ...facts, camera: "c".repeat(length) }, null);
    expect(readOutcome(outcomeText(outcome({ original }))).original?.camera).toHaveLength(300);
  }
});

test("a rendition that cannot be stored is no outcome, until it has been tried for long", async () => {
  const { attempt, logged } = await chunk();
  const broken = { R2_PRIMARY: without("2/t/") };
  expect(await attempt(19, broken)).toMatchObject({ upTo: 0, trouble: { kind: "stores" } });
  expect(await logged()).toEqual([]);
  const away = { R2_PRIMARY: without("/") };
  expect(await attempt(20, away)).toMatchObject({ upTo: 0, trouble: { kind: "stores" } });
  expect(await attempt(20, broken)).toMatchObject({ upTo: 6, counts: { failed: 6 }, reasons: { internal: 6 } });
});

test("a database that fails: the chunk comes again, and goes in from the log", async () => {
  const { attempt, asked } = await chunk();
  const database = { prepare: () => ({ bind: () => ({ run: fails }), run: async () => ({ meta: {} }) }) };
  const databases = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`CATALOGUE_${i}`, database]));
  expect(await attempt(1, databases)).toMatchObject({ upTo: 0, trouble: { kind: "stores" } });
  expect(await attempt(2)).toMatchObject({ upTo: 6, counts: { stored: 6 }, trouble: null });
  // The log is the truth: a database that is broken for good does not stop a run.
  expect(await attempt(20, databases)).toMatchObject({ upTo: 6, trouble: null });
  expect(asked()).toBe(6);
});

test("a dead letter is written down as failed, and what the log has of it stays", async () => {
  const { attempt, logged } = await chunk();
  // Few attempts: stores were away for a while, and the feed sends it again.
  expect(await attempt(4, {}, dead)).toMatchObject({ upTo: 0, trouble: { kind: "stores" } });
  expect(await attempt(5, {}, dead)).toMatchObject({ upTo: 6, counts: { failed: 6 } });
  expect((await logged())[0]?.map(({ status, reason }) => [status, reason])).toEqual(
    new Array(6).fill(["failed", "internal"]),
  );
  const other = await chunk();
  await other.attempt(1);
  expect(await other.attempt(5, {}, dead)).toMatchObject({ upTo: 6, counts: { stored: 6 } });
});

test("an object of the log never changes: rows behind its end may be another chunk's already", async () => {
  const { attempt, logged } = await chunk();
  expect(await attempt(1, {}, catalogue, { to: 4 })).toMatchObject({ upTo: 4 });
  // The other worker looked before the first one had written, and has done all six.
  expect(await attempt(2, { R2_PRIMARY: lateReader() })).toMatchObject({
    from: 0,
    to: 6,
    upTo: 4,
    counts: { stored: 4 },
  });
  expect((await logged()).map(({ length }) => length)).toEqual([4]);
});

test("a piece of a chunk that was divided finds its rows in the log of the whole chunk", async () => {
  const { attempt, logged, asked, rangeFrom } = await chunk();
  await attempt(1);
  expect(await attempt(2, {}, catalogue, { to: 3 })).toMatchObject({ upTo: 3, counts: { stored: 3 } });
  const piece = { from: 3, cutFrom: [0], range: rangeFrom(3) };
  expect(await attempt(2, {}, catalogue, piece)).toMatchObject({ from: 3, upTo: 6, counts: { stored: 3 } });
  expect((await logged()).map(({ length }) => length)).toEqual([6]);
  expect(asked()).toBe(6);
});

test("a worker whose lease has passed stores nothing, and blames nobody", async () => {
  const { attempt, logged, renditions } = await chunk();
  const before = await renditions();
  expect(await attempt(1, {}, catalogue, { leaseMs: 0 })).toMatchObject({ upTo: 0, counts: {}, trouble: null });
  expect([await logged(), await renditions()]).toEqual([[], before]);
});

test("a picture that another worker stores while this one is refused is an outcome, not a failure", async () => {
  const { attempt, logged, picturesOf } = await chunk();
  const onFetch = async () => {
    await attempt(1, { R2_PRIMARY: without("/log/") }, catalogue, { onFetch: picturesOf });
    return new Response(null, { status: 410 });
  };
  const one = { concurrency: 1, to: 1 };
  expect(await attempt(2, {}, catalogue, { ...one, onFetch })).toMatchObject({ upTo: 1, counts: { stored: 1 } });
  expect((await logged()).map(({ length }) => length)).toEqual([1]);
});

test.each([
  ["rows of a part", { range: { offset: 0, length: 20 } }],
  ["a log", {}],
])("%s that cannot be read: nothing is done, and the feed hears of the damage", async (what, over) => {
  const { attempt, asked } = await chunk();
  const isLog = what === "a log";
  if (isLog) await env.R2_PRIMARY.put(logKey(`run-${serial}`, await hostHash(HOST), 0, 0), "no JSON\n");
  const trouble = { kind: "damaged", reason: null, waitMs: null };
  expect(await attempt(isLog ? 2 : 1, {}, catalogue, over)).toMatchObject({ from: 0, upTo: 0, trouble });
  expect(asked()).toBe(0);
});

test("a feed that cannot be reached: the message comes again", async () => {
  const { attempt, asked } = await chunk();
  const CATALOGUE_FEED = { idFromName: (name: string) => name, get: () => ({ begin: fails }) };
  await expect(attempt(1, { CATALOGUE_FEED })).rejects.toThrow("unavailable");
  expect(asked()).toBe(0);
});

test("without a secret there is no such address", async () => {
  const { app, caller, job } = worldOf();
  const http = new Request("https://img.test/catalogue", { method: "POST", body: "{}" });
  await expect(answer(http, app, caller, job)).rejects.toMatchObject({ reason: "not_found" });
});

async function fails(): Promise<never> {
  throw new Error("service unavailable (simulated)");
}
