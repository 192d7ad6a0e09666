/** Sizes nobody asked for before: derived from larger ones in store, and from the master once the source is gone. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { storedKeys } from "../support/stores.ts";

const MASTER_WAIT_MS = 30_000;

/** A square that moves, 400x300. */
async function animatedGif(frames: number): Promise<Buffer> {
  const [width, height] = [400, 300];
  const data = Buffer.alloc(3 * width * height * frames, 200);
  for (let frame = 0; frame < frames; frame++) {
    for (let y = 100; y < 160; y++)
      data
        .fill(40, 3 * (width * (height * frame + y) + 40 * frame))
        .fill(200, 3 * (width * (height * frame + y) + 40 * frame + 60));
  }
  const raw = { width, height: height * frames, channels: 3, pageHeight: height } as const;
  return sharp(data, { raw })
    .gif({ loop: 2, delay: Array(frames).fill(60) })
    .toBuffer();
}

describe("sizes of one picture", { timeout: 90_000 }, () => {
  let source: Server;
  let edge: Edge;
  let asked = 0;
  let alive = true;

  beforeAll(async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
    const picture = await sharp({ create: { width: 3000, height: 2000, channels: 3, background: "#888", noise } })
      .blur(2)
      .jpeg()
      .toBuffer();
    const gif = await animatedGif(8);
    source = createServer(({ url }, response) => {
      asked++;
      if (url === "/b.gif") response.writeHead(200, { "cache-control": "max-age=86400" }).end(gif);
      else if (!alive) response.destroy();
      else response.writeHead(200, { "cache-control": "max-age=86400" }).end(picture);
    });
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    const vars = { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1", MAX_ANIMATION_FRAMES: "6" };
    edge = await startEdge({ heavy: false, vars });
  }, 60_000);

  afterAll(async () => {
    await edge?.stop();
    source?.close();
  });

  async function get(size: number, options = "") {
    const { port } = source.address() as AddressInfo;
    const url = `${edge.url}/_/rs:fit:${size}:${size}${options}/plain/http://127.0.0.1:${port}/a.jpg`;
    const answer = await fetch(url, { headers: { accept: "image/webp" } });
    const how = (answer.headers.get("cache-status") ?? "").replace(/ ttl=\d+;/, "");
    return { status: answer.status, how, bytes: Buffer.from(await answer.arrayBuffer()) };
  }

  it("a size with a stored one of twice its pixels is derived: no trip to the source", async () => {
    expect((await get(1024)).how).toBe("firstlight; fwd=miss; fwd-status=200; stored");
    await storedKeys(edge, "R2_PRIMARY", 1);
    const small = await get(320);
    expect(small.how).toBe("firstlight; hit; detail=derived");
    expect(await sharp(small.bytes).metadata()).toMatchObject({ format: "webp", width: 320, height: 213 });
    expect(asked).toBe(1);
  });

  it("a size without one is made from the kept original, and then a master is", async () => {
    const medium = await get(640);
    expect(medium).toMatchObject({ status: 200, how: "firstlight; fwd=miss; stored" });
    expect(asked).toBe(1);
    const primary = await edge.miniflare.getR2Bucket("R2_PRIMARY");
    const until = Date.now() + MASTER_WAIT_MS;
    let masters: readonly { key: string; customMetadata?: Record<string, string> }[] = [];
    while (masters.length === 0 && Date.now() < until) {
      masters = (await primary.list({ prefix: "2/m/", include: ["customMetadata"] })).objects;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(masters).toHaveLength(1);
    expect(masters[0]?.customMetadata).toMatchObject({ width: "2048", height: "1365", format: "webp" });
  });

  it("with source and kept original gone, a new size comes from the master", async () => {
    alive = false;
    for (const binding of ["R2_ENAM", "R2_PRIMARY"]) {
      const bucket = await edge.miniflare.getR2Bucket(binding);
      for (const { key } of (await bucket.list({ prefix: "2/o/" })).objects) await bucket.delete(key);
    }
    const large = await get(1024, "/c:0.5:0.5");
    expect(large.how).toBe("firstlight; fwd=miss");
    expect(large.status).toBe(502);
    const before = asked;
    const cropped = await get(320, "/c:0.5:0.5");
    expect(cropped.how).toBe("firstlight; hit; detail=derived");
    expect(await sharp(cropped.bytes).metadata()).toMatchObject({ width: 320, height: 213 });
    expect(asked).toBe(before);
  });

  it("an animation moves for readers who take WebP; a smaller size of it is derived and moves, too", async () => {
    const { port } = source.address() as AddressInfo;
    const ask = async (options: string, accept = "image/webp") => {
      const answer = await fetch(`${edge.url}/_/${options}/plain/http://127.0.0.1:${port}/b.gif`, {
        headers: { accept },
      });
      const how = (answer.headers.get("cache-status") ?? "").replace(/ ttl=\d+;/, "");
      const {
        format,
        pages = 1,
        loop,
        delay,
        pageHeight,
      } = await sharp(Buffer.from(await answer.arrayBuffer()), {
        animated: true,
      }).metadata();
      return {
        how,
        frames: answer.headers.get("x-firstlight-frames"),
        format,
        pages,
        loop,
        delay: delay?.[0],
        pageHeight,
      };
    };
    const before = asked;
    const moving = { frames: "6/8", format: "webp", pages: 6, loop: 2, delay: 60 };
    expect(await ask("w:320")).toMatchObject({
      ...moving,
      how: "firstlight; fwd=miss; fwd-status=200; stored",
      pageHeight: 240,
    });
    await expect.poll(async () => (await ask("w:320")).how, { timeout: 20_000 }).toMatch(/^firstlight; hit; detail=/);
    // Wherever it is stored, it is known how many frames it has.
    expect(await ask("w:320")).toMatchObject(moving);
    expect(await ask("w:160")).toMatchObject({ ...moving, how: "firstlight; hit; detail=derived", pageHeight: 120 });
    expect(await ask("w:160/da:1")).toMatchObject({ how: "firstlight; hit; detail=derived", frames: null, pages: 1 });
    expect(await ask("w:320", "image/*")).toMatchObject({ frames: null, format: "png", pages: 1 });
    expect(asked).toBe(before + 1);
  });
});
