import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPassage, passagePath } from "../../demo/passage.ts";

describe("createPassage", () => {
  const seen: { url: string; headers: IncomingHttpHeaders }[] = [];
  let worker: Server;
  let front: Server;
  let url: string;
  let passage: ReturnType<typeof createPassage>;
  const listen = async (server: Server) => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  beforeAll(async () => {
    worker = createServer((request, response) => {
      seen.push({ url: request.url ?? "", headers: request.headers });
      const status = request.headers["if-none-match"] === '"e"' ? 304 : 200;
      response.writeHead(status, {
        etag: '"e"',
        "cache-status": "firstlight; hit; detail=edge",
        "server-timing": "total;dur=1.5",
      });
      response.end(status === 304 ? undefined : "picture");
    });
    passage = createPassage(await listen(worker));
    front = createServer((request, response) => {
      if (!passage.handle(request, response)) response.writeHead(418).end();
    });
    url = await listen(front);
  });
  afterAll(() => {
    passage.close();
    front.close();
    worker.close();
  });

  it("asks the Worker for the same path and names the place; other headers of the browser are left out", async () => {
    const path = "/sig/rs:fit:320:0/plain/https:%2F%2Fa.test%2Fb%20c.jpg";
    const answer = await fetch(url + passagePath("NRT", "v1", path), {
      headers: { accept: "image/webp", cookie: "a=b", referer: "http://x.test/" },
    });
    expect(await answer.text()).toBe("picture");
    const { url: asked, headers } = seen.at(-1) ?? { url: "", headers: {} };
    expect(asked).toBe(path);
    expect(headers).toMatchObject({ "x-firstlight-colo": "NRT", accept: "image/webp" });
    expect(headers).not.toHaveProperty("cookie");
    expect(headers).not.toHaveProperty("referer");
  });
  it("repeats Cache-Status inside Server-Timing and keeps both", async () => {
    const answer = await fetch(url + passagePath("MAD", "v1", "/x"));
    expect(answer.headers.get("server-timing")).toBe('total;dur=1.5, answer;desc="firstlight; hit; detail=edge"');
    expect(answer.headers.get("cache-status")).toBe("firstlight; hit; detail=edge");
  });
  it("passes conditional requests on", async () => {
    const answer = await fetch(url + passagePath("MAD", "v1", "/x"), { headers: { "if-none-match": '"e"' } });
    expect(answer.status).toBe(304);
  });
  it.each(["/", "/at/MAD/v1", "/at/mad/v1/x", "/at/MAD/../x", "/sources.json"])(
    "leaves %s to the page",
    async (path) => {
      expect((await fetch(url + path)).status).toBe(418);
    },
  );
  it("answers 502 when there is no Worker", async () => {
    const lost = createPassage("http://127.0.0.1:1");
    const server = createServer((request, response) => void lost.handle(request, response));
    const address = await listen(server);
    expect((await fetch(address + passagePath("MAD", "v1", "/x"))).status).toBe(502);
    server.close();
    lost.close();
  });
});
