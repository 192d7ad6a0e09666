/** `POST /purge` on the deployed bundle: after a failure, sent again by somebody else, with stray cursors, and marking stale. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { callPurge } from "../../src/cli/purge/call.ts";
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../src/request/signing/signedBody.ts";
import { type FaultyEdge, startFaultyEdge } from "../support/faultyEdge.ts";
import { jpegOf } from "../support/sources/picture.ts";
import { askFor, renditions, settled } from "./asking.ts";

const SECRET = "purge secret of this test";
let edge: FaultyEdge;
let source: Server;
let base = "";
/** Of the source: its status, how long it takes, and what it was asked with. */
let status = 200;
let delay = 0;
let asked: (string | undefined)[] = [];

beforeAll(async () => {
  const picture = await jpegOf({ r: 200, g: 40, b: 40 });
  source = createServer(({ headers }, response) => {
    asked.push(headers["if-none-match"]);
    const isSame = headers["if-none-match"] === '"one"';
    const answer = status !== 200 ? status : isSame ? 304 : 200;
    const fields = { etag: '"one"', "cache-control": "max-age=86400" };
    setTimeout(() => response.writeHead(answer, fields).end(answer === 200 ? picture : undefined), delay);
  });
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
  const vars = { ALLOWED_SOURCES: "127.0.0.1", ALLOW_LOOPBACK_SOURCES: "true", PURGE_SECRET: SECRET };
  edge = await startFaultyEdge({ vars });
}, 60_000);
afterAll(async () => {
  await edge?.stop();
  source?.close();
});
beforeEach(() => {
  [status, delay, asked] = [200, 0, []];
});

const purge = (order: object) =>
  callPurge(order as Record<string, unknown>, {
    endpoint: edge.url,
    secret: SECRET,
    signal: AbortSignal.timeout(30_000),
  });

/** A signed order as it goes over the wire: whoever has seen it can send it again. */
async function recorded(order: object, time = Math.floor(Date.now() / 1000)) {
  const body = new TextEncoder().encode(JSON.stringify(order));
  const signature = await signBody(SECRET, "/purge", String(time), body);
  return async () => {
    const headers = { [TIME_HEADER]: String(time), [SIGNATURE_HEADER]: signature };
    const answer = await fetch(`${edge.url}/purge`, { method: "POST", headers, body });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
}

describe("a purge right after a failure", { timeout: 60_000 }, () => {
  test.each([
    ["of the source", (name: string) => ({ source: `${base}/${name}.jpg` })],
    ["of its host", () => ({ host: new URL(base).host })],
    ["that marks it stale", (name: string) => ({ source: `${base}/${name}.jpg`, stale: true })],
  ])("%s: the source is asked again, and its picture stays", async (what, order) => {
    const name = `failed-${what.replaceAll(" ", "-")}`;
    status = 404;
    for (const width of [160, 320]) {
      expect(await askFor(edge.url, `${base}/${name}.jpg`, width)).toMatchObject({ status: 404 });
    }
    status = 200;
    expect(await askFor(edge.url, `${base}/${name}.jpg`)).toMatchObject({ status: 404, detail: "negative" });
    await purge(order(name));
    expect((await askFor(edge.url, `${base}/${name}.jpg`)).status).toBe(200);
    // The coordinator told the others of the failure for 5 s.
    expect((await askFor(edge.url, `${base}/${name}.jpg`, 320)).status).toBe(200);
    await settled(edge);
    expect((await askFor(edge.url, `${base}/${name}.jpg`)).status).toBe(200);
  });
});

describe("an order that somebody else sends again", { timeout: 60_000 }, () => {
  test("a block does not undo the lift that came after it", async () => {
    const address = `${base}/replayed.jpg`;
    const now = Math.floor(Date.now() / 1000);
    const block = await recorded({ source: address, block: true }, now - 2);
    expect((await block()).status).toBe(200);
    expect((await askFor(edge.url, address)).status).toBe(451);
    const lift = await recorded({ source: address, block: false }, now - 1);
    expect((await lift()).status).toBe(200);
    expect(await block()).toMatchObject({ status: 400, body: { code: "body_invalid" } });
    expect((await askFor(edge.url, address)).status).toBe(200);
    const again = await recorded({ source: address, block: true }, now);
    expect((await again()).status).toBe(200);
    expect((await lift()).status).toBe(400);
    expect((await askFor(edge.url, address)).status).toBe(451);
    await purge({ source: address, block: false });
  });

  test("a plain purge may come twice", async () => {
    const order = await recorded({ source: `${base}/twice.jpg` });
    expect([(await order()).status, (await order()).status]).toEqual([200, 200]);
  });
});

describe("a cursor that is not one of this purge", { timeout: 60_000 }, () => {
  test.each(["9.x", "2.W10", "1.x", "0.", "-1.x", "x", "", "00.x", "0.W10", "0.WzAsMCxudWxsXQ"])(
    "%j is refused, and what is stored stays",
    async (cursor) => {
      const address = `${base}/cursor.jpg`;
      expect((await askFor(edge.url, address)).status).toBe(200);
      const before = renditions(await settled(edge));
      const order = await recorded({ source: address, cursor });
      expect(await order()).toMatchObject({ status: 400, body: { code: "body_invalid" } });
      expect(renditions(await settled(edge))).toEqual(before);
    },
  );
});

describe("marked stale", { timeout: 60_000 }, () => {
  const SLOW_MS = 1_500;

  test.each([
    ["the source", (name: string) => ({ source: `${base}/${name}.jpg` })],
    ["its host", () => ({ host: new URL(base).host })],
    ["a prefix", (name: string) => ({ prefix: `${base}/${name}` })],
    ["a path", (name: string) => ({ path: `/_/rs:fit:160/plain/${encodeURIComponent(`${base}/${name}.jpg`)}` })],
  ])("%s: answered as fast as before, asked for behind the answer, and fresh after that", async (what, target) => {
    const name = `marked-${what.replaceAll(" ", "-")}`;
    const address = `${base}/${name}.jpg`;
    await askFor(edge.url, address);
    const before = renditions(await settled(edge));
    expect(await purge({ ...target(name), stale: true })).toEqual({ deleted: 0, cursor: null, done: true });
    expect(renditions(await settled(edge))).toEqual(before);
    [delay, asked] = [SLOW_MS, []];
    const answer = await askFor(edge.url, address);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.ms).toBeLessThan(SLOW_MS);
    // Browsers come again soon.
    expect(answer.maxAge).toBeLessThan(600);
    await expect.poll(() => asked, { timeout: 5_000 }).toEqual(['"one"']);
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    await settled(edge);
    [delay, asked] = [0, []];
    expect(await askFor(edge.url, address)).toMatchObject({ status: 200, detail: "edge" });
    await settled(edge);
    expect(asked).toEqual([]);
  });

  test("a size that is not stored is made from the source, not from a stale larger one or the kept original", async () => {
    const address = `${base}/sizes.jpg`;
    await askFor(edge.url, address, 320);
    await settled(edge);
    await purge({ source: address, stale: true });
    asked = [];
    expect((await askFor(edge.url, address, 160)).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  test("while the source fails, what is stored is shown on", async () => {
    const address = `${base}/down.jpg`;
    await askFor(edge.url, address, 320);
    await settled(edge);
    await purge({ source: address, stale: true });
    status = 503;
    expect((await askFor(edge.url, address, 320)).status).toBe(200);
    expect(await askFor(edge.url, address, 160)).toMatchObject({ status: 200, detail: "stale-if-error" });
  });
});
