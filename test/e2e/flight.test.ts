/**
 * One flight: many ask at once for a picture nobody has, in four sizes, in four isolates. The source is asked once and
 * each size is made once. FIRSTLIGHT_LONG=1 asks a thousand times, else a hundred and twenty.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { rendersIn } from "../support/logLines.ts";

const REQUESTS = process.env.FIRSTLIGHT_LONG === "1" ? 1_000 : 120;
const SIZES = [160, 320, 640, 1024] as const;
const ISOLATES = 4;
/** Long enough that all are there before the first is made. */
const SOURCE_MS = 1_000;

describe("one flight", { timeout: 120_000 }, () => {
  let source: Server;
  let edge: Edge;
  const asked: string[] = [];
  const lines: string[] = [];
  let status = 200;

  beforeAll(async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
    const picture = await sharp({ create: { width: 1600, height: 1200, channels: 3, background: "#888", noise } })
      .jpeg()
      .toBuffer();
    source = createServer((request, response) => {
      asked.push(request.url ?? "");
      setTimeout(() => response.writeHead(status).end(status === 200 ? picture : ""), SOURCE_MS);
    });
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    edge = await startEdge({
      heavy: false,
      isolates: ISOLATES,
      vars: { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1" },
      log: ({ message }) => void lines.push(message),
    });
  }, 60_000);

  afterAll(async () => {
    await edge?.stop();
    source?.close();
  });

  /** Asks for `name` so many times at once, sizes and isolates in turn. Gives status, width and bytes of each answer. */
  async function askAll(name: string, requests: number, region = "ord") {
    const { port } = source.address() as AddressInfo;
    const one = async (i: number) => {
      const size = SIZES[Math.floor(i / ISOLATES) % SIZES.length] ?? 0;
      const base = edge.isolates[i % ISOLATES] ?? "";
      const answer = await fetch(`${base}/_/rs:fit:${size}/plain/http://127.0.0.1:${port}/${name}.jpg`, {
        headers: { accept: "image/webp", "x-firstlight-colo": region },
      });
      return { status: answer.status, size, bytes: Buffer.from(await answer.arrayBuffer()) };
    };
    return Promise.all(Array.from({ length: requests }, (_, i) => one(i)));
  }

  it(`${REQUESTS} requests in 4 sizes from 4 isolates: 1 fetch, 4 renders`, async () => {
    const answers = await askAll("page", REQUESTS);
    expect(asked).toEqual(["/page.jpg"]);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    for (const size of SIZES) {
      const bodies = new Set(
        answers.filter((answer) => answer.size === size).map(({ bytes }) => bytes.toString("base64")),
      );
      expect(bodies.size, `different bodies at ${size}`).toBe(1);
      expect(await sharp(Buffer.from([...bodies][0] ?? "", "base64")).metadata()).toMatchObject({ width: size });
    }
    expect(await rendersIn(lines, REQUESTS)).toBe(SIZES.length);
  });

  it("in another region it is copied: nothing is fetched or rendered again", async () => {
    lines.length = 0;
    await askAll("page", 32, "MAD");
    expect(asked).toEqual(["/page.jpg"]);
    expect(await rendersIn(lines, 32)).toBe(0);
  });

  it("a source that fails is asked once for all sizes, and all are told", async () => {
    lines.length = 0;
    status = 503;
    const answers = await askAll("broken", 32);
    expect(asked.filter((url) => url === "/broken.jpg")).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([502]));
    expect(await rendersIn(lines, 32)).toBe(0);
  });
});
