/** The deployed bundle, one isolate: a source that declares 30 MB and trickles must not keep the others waiting. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { askFor } from "./asking.ts";

const DECLARED = 30_000_000;
/** More than a slow loris, and far too little for its deadline. */
const TRICKLE = { bytes: 20_000, everyMs: 500 };

let source: Server;
let edge: Edge;
let medium: Uint8Array;
let trickling = 0;

beforeAll(async () => {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const picture = sharp({ create: { width: 1600, height: 1200, channels: 3, background: "#888", noise } });
  medium = await picture.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
  source = createServer((request, response) => {
    if (request.url !== "/slow.jpg") return void response.end(medium);
    response.writeHead(200, { "content-length": DECLARED });
    response.flushHeaders();
    const send = () => void (response.write(medium.subarray(0, TRICKLE.bytes)) && trickling++);
    const timer = setInterval(send, TRICKLE.everyMs);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  edge = await startEdge({ heavy: false, vars: { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1" } });
}, 60_000);
afterAll(async () => {
  await edge?.stop();
  source?.closeAllConnections();
  source?.close();
});

test("pictures of some MB come while it trickles", { timeout: 30_000 }, async () => {
  const base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
  // Beside what 30 MB would leave of the budget.
  expect(medium.length).toBeGreaterThan(33_554_432 - DECLARED);
  const slow = askFor(edge.url, `${base}/slow.jpg`).then(({ status }) => `slow ${status}`);
  await expect.poll(() => trickling, { timeout: 5_000 }).toBeGreaterThan(1);
  const others = Promise.all([1, 2, 3].map((i) => askFor(edge.url, `${base}/${i}.jpg`)));
  expect(await Promise.race([slow, others.then((answers) => answers.map(({ status }) => status))])).toEqual([
    200, 200, 200,
  ]);
});
