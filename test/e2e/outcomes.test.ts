/**
 * More cold hints than an edge can make in time, over four isolates: the outcomes that the edge tells are what readers
 * find, and so are the counts of the warmer. The long version has 1 000 hints, of which some 200 can be made.
 */
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createRelay } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { signedUrl } from "../../src/client/url.ts";
import type { WarmOutcome } from "../../src/telemetry.ts";
import { createHinter } from "../../warmer/client/hint.ts";
import { requestLines } from "../support/logLines.ts";
import { linesOf, type OutcomeLine, signedPush } from "../support/push.ts";
import { jpegOf } from "../support/sources/picture.ts";
import { dropBucket } from "../support/stores.ts";
import { startTestWarmer, unsettled, until } from "../support/warmer.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const HINTS = LONG ? 1_000 : 120;
const DEADLINE_MS = LONG ? 10_000 : 1_200;
/** The source answers one request at a time: 20 a second. */
const SOURCE_MS = 50;
const ISOLATES = 4;
const PER_PUSH = 20;
const SECRET = "a secret of the test";
const SIGNING = { key: "00112233", salt: "44556677" };

let source: Server;
let edge: Edge;
let sourceIsDown = false;
const log: string[] = [];

beforeAll(async () => {
  const picture = await jpegOf({ r: 200, g: 90, b: 40 });
  let free = 0;
  source = createServer((_request, response) => {
    if (sourceIsDown) return void response.writeHead(503).end();
    free = Math.max(free, Date.now()) + SOURCE_MS;
    setTimeout(() => response.writeHead(200, { "cache-control": "max-age=86400" }).end(picture), free - Date.now());
  });
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  edge = await startEdge({
    heavy: false,
    isolates: ISOLATES,
    vars: {
      ...{
        ALLOW_LOOPBACK_SOURCES: "true",
        SIGNING_KEYS: SIGNING.key,
        SIGNING_SALTS: SIGNING.salt,
        WARM_SECRET: SECRET,
      },
      HTTP_SOURCES: "allow",
    },
    log: ({ message }) => log.push(message),
  });
}, 60_000);
afterAll(async () => {
  await edge?.stop();
  source?.closeAllConnections();
  source?.close();
});

const isolate = (i: number) => edge.isolates[i % ISOLATES] ?? edge.url;

async function push(paths: readonly string[], i: number): Promise<OutcomeLine[]> {
  const { body, headers } = await signedPush(SECRET, { region: "weur", paths, deadlineMs: DEADLINE_MS });
  const answer = await fetch(`${isolate(i)}/warm`, { method: "POST", body, headers });
  return linesOf(await answer.text()).outcomes;
}

/** The pictures that readers find. Each asks another isolate than the one that made it. */
async function foundOf(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  // What only the primary has does not count.
  await dropBucket(edge, "R2_PRIMARY");
  for (let at = 0; at < paths.length; at += ISOLATES) {
    const some = paths.slice(at, at + ISOLATES);
    const there = await Promise.all(some.map((path, i) => isFound(path, Math.floor(at / PER_PUSH) + 1 + i)));
    for (const [i, path] of some.entries()) if (there[i]) found.add(path);
  }
  return found;
}

/** Whether a reader in Madrid finds the picture in the region's store, while the source is down. */
async function isFound(path: string, i: number): Promise<boolean> {
  const headers = { accept: "image/webp", "x-firstlight-colo": "MAD" };
  const answer = await fetch(isolate(i) + path, { headers });
  await answer.arrayBuffer();
  return answer.status === 200 && (answer.headers.get("cache-status") ?? "").includes("detail=region");
}

describe(`${HINTS} cold hints over ${ISOLATES} isolates`, { timeout: 120_000 }, () => {
  test("each has one outcome, and the outcomes are what readers find", async () => {
    const base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
    const paths = await Promise.all(
      Array.from({ length: HINTS }, (_, i) => signedUrl("", `${base}/${i}.jpg`, { width: 100 }, SIGNING)),
    );
    const pushes = Array.from({ length: HINTS / PER_PUSH }, (_, i) => paths.slice(i * PER_PUSH, (i + 1) * PER_PUSH));
    const outcomes = (await Promise.all(pushes.map(push))).flat();
    expect(outcomes.map(({ path }) => path).sort()).toEqual([...paths].sort());

    sourceIsDown = true;
    const count = (wanted: WarmOutcome) => outcomes.filter(({ outcome }) => outcome === wanted).length;
    const told = new Set(outcomes.flatMap(({ outcome, path }) => (/made|present/.test(outcome) ? [path] : [])));
    const found = await foundOf(paths);
    const all = (["made", "present", "expired", "refused", "failed"] as const).map((one) => `${one} ${count(one)}`);
    console.log(`${HINTS} hints: ${all.join(", ")}; readers find ${found.size}`);
    const wrong = paths.filter((path) => told.has(path) !== found.has(path));
    expect(wrong.length).toBeLessThanOrEqual(HINTS / 100);
    // The load is what the title says: some were made, and more were not.
    expect(count("made")).toBeGreaterThan(0);
    expect(count("expired") + count("failed")).toBeGreaterThan(HINTS / 2);

    const lines = requestLines(log).filter(({ outcome }) => outcome !== "");
    expect(lines).toHaveLength(HINTS);
    for (const outcome of ["made", "present", "expired", "refused", "failed"] as const) {
      expect(lines.filter((line) => line.outcome === outcome)).toHaveLength(count(outcome));
    }
  });
});

/** One address for all isolates: each connection goes to the next one, as in a data centre. */
async function startRelay() {
  let next = 0;
  const relay = createRelay((client) => {
    const { hostname, port } = new URL(isolate(next++));
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) socket.on("error", () => socket.destroy());
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`, stop: () => relay.close() };
}

describe(`${HINTS} cold hints through the warmer`, { timeout: 120_000 }, () => {
  test("each ends in one outcome, and its counts are what readers find", async () => {
    sourceIsDown = false;
    const base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
    const paths = await Promise.all(
      Array.from({ length: HINTS }, (_, i) => signedUrl("", `${base}/warm/${i}.jpg`, { width: 100 }, SIGNING)),
    );
    const relay = await startRelay();
    const warmer = await startTestWarmer({
      WARM_REGIONS: ["enam", "weur", "apac", "oc"].map((region) => `${region}=${relay.url}`).join(),
      WARM_SECRET: SECRET,
      WARM_HTTP: "1.1",
      WARM_CONNECTIONS: "64",
      WARM_BATCH: String(PER_PUSH),
      WARM_DEADLINE_MS: String(DEADLINE_MS),
      // Hints are dropped by the edge's deadline here, not by their age, which depends on the machine's load.
      WARM_MAX_AGE_MS: "5000",
    });
    const hinter = createHinter({ address: `127.0.0.1:${warmer.udp.port}` });
    try {
      for (let at = 0; at < HINTS; at += PER_PUSH) hinter.hint({ paths: paths.slice(at, at + PER_PUSH), colo: "MAD" });
      await until(() => warmer.counts.received === HINTS && unsettled(warmer) === 0, 60_000);
      const { counts } = warmer;
      sourceIsDown = true;
      const found = await foundOf(paths);
      const { made, present, expired, oldAtPush, failedAtEdge, unknown } = counts;
      console.log(
        `${HINTS} hints through the warmer: made ${made}, present ${present}, expired ${expired}, old ${oldAtPush}, ` +
          `failed ${failedAtEdge}, unknown ${unknown}; readers find ${found.size}`,
      );
      expect(counts.ended()).toBe(HINTS);
      expect(Math.abs(made + present - found.size)).toBeLessThanOrEqual(HINTS / 100);
      expect(made).toBeGreaterThan(0);
      expect(found.size).toBeLessThan(HINTS);
    } finally {
      await hinter.close();
      await warmer.stop();
      relay.stop();
    }
  });
});
