/** The deployed bundle on embedded storage: every tier answers in its turn, across restarts, and without the source. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { dropBucket, dropEdge, dropKv, inKv, storedKeys } from "../support/stores.ts";

const VARS = { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1" };
/** cf.colo of the embedded edge is Dallas. */
const REGION = "R2_ENAM";

describe("the tiers of a running edge", { timeout: 60_000 }, () => {
  let source: Server;
  let asked = 0;
  let alive = true;
  let edge: Edge;
  let dir: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "firstlight-tiers-"));
    const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
    const picture = await sharp({ create: { width: 800, height: 600, channels: 3, background: "#888", noise } })
      .jpeg()
      .toBuffer();
    source = createServer((_, response) => {
      asked++;
      if (!alive) response.destroy();
      else response.writeHead(200, { "cache-control": "max-age=86400" }).end(picture);
    });
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    edge = await startEdge({ heavy: false, persist: dir, vars: VARS });
  }, 60_000);

  afterAll(async () => {
    await edge?.stop();
    source?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Asks for the picture; gives status, Cache-Status without its ttl, and the bytes. */
  async function get(headers: Record<string, string> = {}, method = "GET") {
    const { port } = source.address() as AddressInfo;
    const url = `${edge.url}/_/rs:fit:320:320/plain/http://127.0.0.1:${port}/a.jpg`;
    const answer = await fetch(url, { method, headers: { accept: "image/webp,*/*", ...headers } });
    const status = (answer.headers.get("cache-status") ?? "").replace(/ ttl=\d+;/, "");
    return {
      status: answer.status,
      how: status,
      headers: answer.headers,
      bytes: Buffer.from(await answer.arrayBuffer()),
    };
  }

  it("makes it from the source once, and stores it in the region and the primary", async () => {
    const first = await get();
    expect(first).toMatchObject({ status: 200, how: "firstlight; fwd=miss; fwd-status=200; stored" });
    expect(await sharp(first.bytes).metadata()).toMatchObject({ format: "webp", width: 320, height: 240 });
    expect(await storedKeys(edge, REGION)).toEqual(await storedKeys(edge, "R2_PRIMARY"));
    expect(asked).toBe(1);
  });

  it("answers the second request from the edge, the same bytes, without asking the source", async () => {
    const [one, two] = [await get(), await get()];
    expect(one.how).toBe("firstlight; hit; detail=edge");
    expect(two.bytes).toEqual(one.bytes);
    expect(asked).toBe(1);
  });

  it("answers a conditional request with 304 and HEAD without a body", async () => {
    const { headers } = await get();
    const etag = headers.get("etag") ?? "";
    expect(await get({ "if-none-match": etag })).toMatchObject({ status: 304, bytes: Buffer.alloc(0) });
    const head = await get({}, "HEAD");
    expect(head).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
    expect(head.headers.get("etag")).toBe(etag);
  });

  it("answers from a bucket when the edge has forgotten, from KV after that", async () => {
    const [key = ""] = await storedKeys(edge, REGION);
    await dropEdge(edge, key);
    // Both have it, and the first answer is taken.
    expect((await get()).how).toMatch(/^firstlight; hit; detail=(region|primary)$/);
    await inKv(edge, key);
    await dropEdge(edge, key);
    await dropBucket(edge, REGION);
    expect((await get()).how).toBe("firstlight; hit; detail=kv");
    expect(asked).toBe(1);
  });

  it("answers from the primary when only that is left, and copies it to the region", async () => {
    const [key = ""] = await storedKeys(edge, "R2_PRIMARY");
    await dropEdge(edge, key);
    await dropKv(edge);
    await dropBucket(edge, REGION);
    expect((await get()).how).toBe("firstlight; hit; detail=primary");
    expect(await storedKeys(edge, REGION)).toEqual([key]);
    expect(asked).toBe(1);
  });

  it("still has it after a restart, with the source down", async () => {
    const before = await get();
    await edge.stop();
    alive = false;
    edge = await startEdge({ heavy: false, persist: dir, vars: VARS });
    const after = await get();
    expect(after.status).toBe(200);
    expect(after.how).toMatch(/^firstlight; hit/);
    expect(after.bytes).toEqual(before.bytes);
    expect(asked).toBe(1);
  });
});
