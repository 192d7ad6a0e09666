/**
 * A takedown in the middle of traffic: after the answer of `POST /purge` every request is 451 and nothing of the picture
 * is stored, neither then nor later; lifting brings it back. Two isolates: the one that answered knows at once, the
 * other within the age of its settings, which a clock set forward stands for.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { callPurge } from "../../src/cli/purge/call.ts";
import { SETTINGS_MAX_AGE_MS } from "../../src/live/settingsCache.ts";
import { hostHash, type SourceKeys, sourceKeys } from "../../src/store/schema/key.ts";
import { type FaultyEdge, startFaultyEdge } from "../support/faultyEdge.ts";
import { jpegOf } from "../support/sources/picture.ts";
import { type Answer, askFor, type Fetch, settled } from "./asking.ts";

const SECRET = "purge secret of this test";
const VARS = { ALLOWED_SOURCES: "127.0.0.1", ALLOW_LOOPBACK_SOURCES: "true", PURGE_SECRET: SECRET };
const WIDTHS = [160, 320, 640] as const;
const TRAFFIC_MS = 1_500;

let edge: FaultyEdge;
let source: Server;
let base: string;
let picture: Uint8Array;
/** Milliseconds the source takes; requests it got. */
let delay = 0;
let asked = 0;

beforeAll(async () => {
  picture = await jpegOf({ r: 200, g: 40, b: 40 });
  source = createServer((_, response) => {
    asked++;
    setTimeout(() => response.writeHead(200, { etag: '"one"' }).end(picture), delay);
  });
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
  edge = await startFaultyEdge({ vars: VARS }, {});
}, 60_000);
afterAll(async () => {
  await edge?.stop();
  source?.close();
});
beforeEach(() => {
  delay = 0;
  asked = 0;
});

const purge = (order: object, endpoint = edge.url) =>
  callPurge(order as Record<string, unknown>, { endpoint, secret: SECRET, signal: AbortSignal.timeout(30_000) });

/** Asks the other isolate. */
async function askSecond(address: string, width?: number): Promise<Answer> {
  const second = await edge.miniflare.getWorker("second");
  const via = ((url: string, init: object) => second.fetch(url, init)) as unknown as Fetch;
  return askFor("http://127.0.0.1", address, width, via);
}

/** Everything stored of a source, once nothing changes any more. */
async function storedOf(keys: SourceKeys): Promise<readonly string[]> {
  return (await settled(edge)).filter((key) => key.includes(keys.source32));
}

/** Asks without a pause until told to stop, in every width; what each answer was, and when it was asked for. */
function traffic(at: string, address: () => string) {
  const answers: { readonly asked: number; readonly status: number }[] = [];
  let going = true;
  const loops = WIDTHS.map(async (width) => {
    while (going) {
      const started = performance.now();
      const { status } = await askFor(at, address(), width);
      answers.push({ asked: started, status });
    }
  });
  const stop = async () => {
    going = false;
    await Promise.all(loops);
    return answers;
  };
  return { stop };
}

const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms));

describe("a takedown in the middle of traffic", { timeout: 60_000 }, () => {
  test("stored pictures: 451 for every request after the answer, and nothing is left in any store", async () => {
    const address = `${base}/stored.jpg`;
    const keys = await sourceKeys(address);
    for (const width of WIDTHS) expect((await askFor(edge.url, address, width)).status).toBe(200);
    expect((await storedOf(keys)).length).toBeGreaterThan(WIDTHS.length);

    const requests = traffic(edge.url, () => address);
    await pause(TRAFFIC_MS / 3);
    const step = await purge({ source: address, block: true });
    const answered = performance.now();
    await pause(TRAFFIC_MS);
    const answers = await requests.stop();

    expect(step).toMatchObject({ cursor: null, done: true });
    expect(answers.filter((answer) => answer.asked < answered && answer.status === 200)).not.toEqual([]);
    const after = answers.filter((answer) => answer.asked > answered);
    expect(after.length).toBeGreaterThan(10);
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([451]));
    expect(await storedOf(keys)).toEqual([]);
  });

  test("pictures in the making: those who asked before get theirs, but nothing of it is stored", async () => {
    const address = `${base}/making.jpg`;
    const keys = await sourceKeys(address);
    delay = 1_200;
    const before = Promise.all(WIDTHS.map((width) => askFor(edge.url, address, width)));
    await expect.poll(() => asked).toBeGreaterThan(0);
    await purge({ source: address, block: true });
    const after = await Promise.all(WIDTHS.map((width) => askFor(edge.url, address, width)));
    expect(after.map(({ status, code }) => [status, code])).toEqual(WIDTHS.map(() => [451, "blocked"]));
    await before;
    expect(await storedOf(keys)).toEqual([]);
    await pause(500);
    expect(await storedOf(keys)).toEqual([]);
  });

  test("purged, not blocked, in the making: those who asked before get theirs, nothing of it is stored", async () => {
    const address = `${base}/purged-in-the-making.jpg`;
    const keys = await sourceKeys(address);
    delay = 1_200;
    const before = Promise.all(WIDTHS.map((width) => askFor(edge.url, address, width)));
    await expect.poll(() => asked).toBeGreaterThan(0);
    await purge({ source: address });
    expect((await before).map(({ status }) => status)).toEqual(WIDTHS.map(() => 200));
    expect(await storedOf(keys)).toEqual([]);
    delay = 0;
    expect(await askFor(edge.url, address)).toMatchObject({ status: 200, detail: "miss" });
    expect((await storedOf(keys)).length).toBeGreaterThan(0);
  });

  test("another isolate: within the age of its settings, and what it stored meanwhile goes with the sweep", async () => {
    const address = `${base}/elsewhere.jpg`;
    const keys = await sourceKeys(address);
    expect((await askSecond(address)).status).toBe(200);
    await purge({ source: address, block: true });
    expect((await askFor(edge.url, address)).status).toBe(451);
    // It has not heard of it: this is the time that the documentation allows for.
    await askSecond(address, 320);
    await setClock(SETTINGS_MAX_AGE_MS);
    expect((await askSecond(address)).status).toBe(451);
    expect((await askSecond(address, 320)).status).toBe(451);
    await purge({ source: address });
    expect(await storedOf(keys)).toEqual([]);
    expect((await askSecond(address, 640)).status).toBe(451);
    expect(await storedOf(keys)).toEqual([]);
    await setClock(0);
  });

  test("lifting brings it back, from the source", async () => {
    const address = `${base}/back.jpg`;
    expect((await askFor(edge.url, address)).status).toBe(200);
    await purge({ source: address, block: true });
    await purge({ source: address, block: true });
    expect((await askFor(edge.url, address)).status).toBe(451);
    asked = 0;
    await purge({ source: address, block: false });
    expect(await askFor(edge.url, address)).toMatchObject({ status: 200, detail: "miss" });
    expect(asked).toBe(1);
    await settled(edge);
    expect(await askFor(edge.url, address)).toMatchObject({ status: 200, detail: "edge" });
  });
});

/** Sets the other isolate's clock forward by so many milliseconds: a purge is only taken from one who has the time. */
async function setClock(clock: number): Promise<void> {
  const second = await edge.miniflare.getWorker("second");
  await second.fetch("http://127.0.0.1/faults", { method: "POST", body: JSON.stringify({ clock }) });
}

describe("what a purge takes", { timeout: 60_000 }, () => {
  const NAMES = ["a/1.jpg", "a/2.jpg", "b/1.jpg"] as const;
  const host = () => new URL(base).host;

  /** Stores the three pictures anew and gives which of them are in store after the purge. */
  async function leftAfter(order: object): Promise<readonly string[]> {
    for (const name of NAMES) expect((await askFor(edge.url, `${base}/${name}`)).status).toBe(200);
    await settled(edge);
    expect(await purge(order)).toMatchObject({ done: true });
    const left = await settled(edge);
    const hashes = await Promise.all(NAMES.map((name) => sourceKeys(`${base}/${name}`)));
    return NAMES.filter((_, i) =>
      left.some((key) => key.includes(" 2/t/") && key.includes(hashes[i]?.source32 ?? "?")),
    );
  }

  test("a source", async () => {
    expect(await leftAfter({ source: `${base}/a/1.jpg` })).toEqual(["a/2.jpg", "b/1.jpg"]);
  });
  test("a prefix", async () => {
    expect(await leftAfter({ prefix: `${base}/a/` })).toEqual(["b/1.jpg"]);
  });
  test("a host, and every edge and KV copy misses at once", async () => {
    expect(await leftAfter({ host: host() })).toEqual([]);
    expect((await askFor(edge.url, `${base}/b/1.jpg`)).detail).toBe("miss");
  });
  test("one path", async () => {
    const path = `/insecure/rs:fit:160/plain/${encodeURIComponent(`${base}/b/1.jpg`)}`;
    expect(await leftAfter({ path })).toEqual(["a/1.jpg", "a/2.jpg"]);
  });
  test("a host that is blocked is out with all its sources, also those never seen, until it is lifted", async () => {
    await purge({ host: host(), block: true });
    expect((await askFor(edge.url, `${base}/never-seen.jpg`)).status).toBe(451);
    const prefix = `/${await hostHash(host())}/`;
    expect((await settled(edge)).filter((key) => key.includes(prefix))).toEqual([]);
    await purge({ host: host(), block: false });
    expect((await askFor(edge.url, `${base}/never-seen.jpg`)).status).toBe(200);
  });
});
