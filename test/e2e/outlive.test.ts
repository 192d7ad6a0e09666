/** The deployed bundle: one page's sizes at once, and what can still be made of a picture when its source has died. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { keysIn } from "../support/stores.ts";

const VARS = {
  ALLOW_LOOPBACK_SOURCES: "true",
  ALLOWED_SOURCES: "127.0.0.1",
  MIN_FRESH: "0",
  LADDER: "160,320,640,1024,1400",
};

describe("a source that dies", { timeout: 60_000 }, () => {
  let source: Server;
  let edge: Edge;
  let alive = true;
  const asked = new Map<string, number>();

  beforeAll(async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
    const picture = await sharp({ create: { width: 1600, height: 1200, channels: 3, background: "#888", noise } })
      .jpeg()
      .toBuffer();
    source = createServer((request, response) => {
      const path = request.url ?? "";
      asked.set(path, (asked.get(path) ?? 0) + 1);
      if (!alive) response.destroy();
      else response.writeHead(200, { "cache-control": `max-age=${path === "/page.jpg" ? 86400 : 1}` }).end(picture);
    });
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    edge = await startEdge({ heavy: false, vars: VARS });
  }, 60_000);

  afterAll(async () => {
    await edge?.stop();
    source?.close();
  });

  async function get(path: string, width: number) {
    const { port } = source.address() as AddressInfo;
    const url = `${edge.url}/_/rs:fit:${width}:0/plain/http://127.0.0.1:${port}${path}`;
    const answer = await fetch(url, { headers: { accept: "image/webp,*/*" } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const how = (answer.headers.get("cache-status") ?? "").replace(/ ttl=-?\d+;/, "");
    const size = answer.status === 200 ? await sharp(bytes).metadata() : { width: 0 };
    return { status: answer.status, how, width: size.width };
  }

  it("all sizes of a page at once: the source is asked once, and a master is made behind them", async () => {
    const sizes = [160, 320, 640];
    const answers = await Promise.all(sizes.map((width) => get("/page.jpg", width)));
    expect(answers.map(({ status, width }) => [status, width])).toEqual(sizes.map((width) => [200, width]));
    expect(asked.get("/page.jpg")).toBe(1);
    expect(await keysIn(edge, "R2_PRIMARY", "2/m/", 1)).toHaveLength(1);
  });

  it("gives a size never asked for from a stale larger one, and a larger one from the stale original", async () => {
    await get("/c.jpg", 1024);
    await keysIn(edge, "R2_ENAM", "2/o/", 2);
    await keysIn(edge, "R2_PRIMARY", "2/t/", 4);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    alive = false;
    const expected = { status: 200, how: "firstlight; hit; detail=stale-if-error" };
    expect(await get("/c.jpg", 320)).toEqual({ ...expected, width: 320 });
    expect(await get("/c.jpg", 1400)).toEqual({ ...expected, width: 1400 });
  });

  it("has nothing to give of a picture never seen", async () => {
    expect((await get("/never-seen.jpg", 320)).status).toBe(502);
  });
});
