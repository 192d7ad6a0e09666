import { once } from "node:events";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { afterEach, describe, expect, test } from "vitest";
import { type PageOrder, startApiServer } from "../../../bench/race/page/apiServer.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** Asks for a page over HTTP/2. Gives what came, and when, in ms after the request. */
async function ask(port: number, path: string) {
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  undo.push(() => session.destroy());
  await once(session, "connect");
  const started = performance.now();
  const stream = session.request({ ":path": path });
  let early: IncomingHttpHeaders | null = null;
  stream.on("headers", (headers: IncomingHttpHeaders) => {
    early ??= headers;
  });
  const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
  const ms = performance.now() - started;
  let body = "";
  for await (const piece of stream) body += String(piece);
  return { status: headers[":status"], ms, body, early: early as IncomingHttpHeaders | null };
}

describe("the API server", () => {
  const order = (over: Partial<PageOrder>): PageOrder => ({
    ...{ html: "<p>page", thinkMs: 60, hint: () => undefined, preload: null },
    ...over,
  });

  test("hints at once, thinks, and answers", async () => {
    const server = await startApiServer();
    undo.push(() => server.stop());
    let hintedAt = 0;
    const { path, askedAt } = server.add(order({ hint: () => (hintedAt = Date.now()) }));
    const { status, ms, body, early } = await ask(server.port, path);
    expect([status, body, early]).toEqual([200, "<p>page", null]);
    expect(ms).toBeGreaterThanOrEqual(58);
    expect(Math.abs(hintedAt - (await askedAt))).toBeLessThan(20);
  });

  test("sends 103 Early Hints with one preload before it thinks", async () => {
    const server = await startApiServer();
    undo.push(() => server.stop());
    const { path } = server.add(order({ preload: "https://edge.test/a" }));
    const { status, early } = await ask(server.port, path);
    expect(status).toBe(200);
    expect(early).toMatchObject({ ":status": 103, link: "<https://edge.test/a>; rel=preload; as=image" });
  });

  test("has each page once", async () => {
    const server = await startApiServer();
    undo.push(() => server.stop());
    const { path } = server.add(order({ thinkMs: 0 }));
    await ask(server.port, path);
    expect((await ask(server.port, path)).status).toBe(404);
  });
});
