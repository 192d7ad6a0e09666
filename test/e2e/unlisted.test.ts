/** Who is held to a list gets nothing that a signed request stored through a redirect to elsewhere, from no store. */
import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FaultyEdge, startFaultyEdge } from "../support/faultyEdge.ts";
import { jpegOf } from "../support/sources/picture.ts";
import { askFor, type Fetch, keepOnly } from "./asking.ts";

const [KEY, SALT] = ["secret", "hello"];
const hex = (text: string) => Buffer.from(text).toString("hex");

describe("who is held to a list", { timeout: 60_000 }, () => {
  let edge: FaultyEdge;
  let source: Server;
  let port = 0;
  const addressA = (name: string) => `http://127.0.0.1:${port}/A/${name}.jpg`;
  beforeAll(async () => {
    const picture = await jpegOf({ r: 200, g: 40, b: 40 }, 1600, 1200);
    source = createServer(({ url = "" }, response) => {
      if (url.startsWith("/A/"))
        response.writeHead(301, { location: `http://localhost:${port}/B/${url.slice(3)}` }).end();
      else response.writeHead(200, { "cache-control": "max-age=86400" }).end(picture);
    });
    await new Promise<void>((resolve) => source.listen(0, resolve));
    port = (source.address() as AddressInfo).port;
    // One takes signed requests for any host, the other unsigned ones for listed hosts. They share all stores.
    const signing = { SIGNING_KEYS: hex(KEY), SIGNING_SALTS: hex(SALT) };
    const listed = { ALLOWED_SOURCES: "127.0.0.1", ALLOW_LOOPBACK_SOURCES: "true" };
    const vars = { ...listed, ...signing, LADDER: "160,320,640,1024" };
    edge = await startFaultyEdge({ vars }, { vars: { SIGNING_KEYS: "", SIGNING_SALTS: "" } });
  }, 60_000);
  afterAll(async () => {
    await edge?.stop();
    source?.close();
  });

  const signed: Fetch = (address, init) => {
    const { origin, pathname } = new URL(address);
    const path = pathname.slice(pathname.indexOf("/", 1));
    const signature = createHmac("sha256", KEY).update(SALT).update(path).digest("base64url");
    return fetch(`${origin}/${signature}${path}`, init);
  };
  const unsigned: Fetch = async (url, init) => {
    const second = await edge.miniflare.getWorker("second");
    return second.fetch(url, init as object) as unknown as Promise<Response>;
  };

  test.each([
    ["region", /^R2_ENAM 2.t/, [320], 320],
    ["primary", /^R2_PRIMARY 2.t/, [320], 320],
    ["derive", /^R2_PRIMARY 2.t/, [640], 160],
    ["original", /^R2_ENAM 2.o/, [320], 640],
    ["all of them", /./, [320, 640], 320],
  ] as const)("%s: gets no picture that a signed request stored from elsewhere", async (row, keep, sizes, size) => {
    const name = `listed-${row.length}`;
    for (const width of sizes) expect((await askFor(edge.url, addressA(name), width, signed)).status).toBe(200);
    await keepOnly(edge, addressA(name), keep);
    const answer = await askFor("http://127.0.0.1", addressA(name), size, unsigned);
    expect(answer).toMatchObject({ status: 502, code: "source_redirect_refused" });
    // Nor does the signed one suffer from that.
    expect((await askFor(edge.url, addressA(name), size, signed)).status).toBe(200);
  });
});
