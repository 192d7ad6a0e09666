import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:http2";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Front, startFront } from "../../../../src/cli/edge/front.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function targetOf(handler: Handler): Promise<{ url: string; server: Server }> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  undo.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function frontOf(...handlers: readonly Handler[]): Promise<Front> {
  const targets = await Promise.all(handlers.map(targetOf));
  const front = await startFront({ port: 0, targets: targets.map(({ url }) => url) });
  undo.push(() => front.stop());
  return front;
}

function sessionOf(front: Front) {
  const session = connect(front.url, { ca: front.ca });
  undo.push(() => session.destroy());
  return session;
}

async function ask(front: Front, headers: Record<string, string> = {}, body = "") {
  const stream = sessionOf(front).request({ ":path": "/", ":method": body === "" ? "GET" : "POST", ...headers });
  if (body !== "") stream.end(body);
  const [answer] = await once(stream, "response");
  let text = "";
  for await (const chunk of stream) text += chunk;
  return { answer, text };
}

describe("the HTTP/2 front", () => {
  it("hands on path, method, body, host and headers; pseudo-headers and those of a connection stay behind", async () => {
    const front = await frontOf((incoming, outgoing) => {
      let body = "";
      incoming.on("data", (chunk) => (body += chunk));
      incoming.on("end", () => {
        const { method, url, headers } = incoming;
        outgoing.setHeader("keep-alive", "timeout=9");
        outgoing.end(JSON.stringify({ method, url, body, ...headers }));
      });
    });
    const asked = { ":path": "/warm?wait=1", "x-firstlight-colo": "MAD", te: "trailers" };
    const { answer, text } = await ask(front, asked, "order");
    const told = JSON.parse(text);
    expect(told).toMatchObject({ method: "POST", url: "/warm?wait=1", body: "order", "x-firstlight-colo": "MAD" });
    expect(told.host).toBe(new URL(front.url).host);
    expect(Object.keys(told).filter((name) => name.startsWith(":") || name === "te")).toEqual([]);
    expect(answer).not.toHaveProperty("keep-alive");
    expect(answer).not.toHaveProperty("transfer-encoding");
  });

  it("hands on what has come of an answer, before the rest of it comes", async () => {
    let finish = () => undefined as unknown;
    const front = await frontOf((_, outgoing) => {
      outgoing.write("first\n");
      finish = () => outgoing.end("second\n");
    });
    const stream = sessionOf(front).request({ ":path": "/" });
    const [first] = await once(stream, "data");
    expect(String(first)).toBe("first\n");
    finish();
    const [second] = await once(stream, "data");
    expect(String(second)).toBe("second\n");
  });

  it("hands on what has come of a request, before the rest of it comes", async () => {
    const front = await frontOf((incoming, outgoing) => {
      incoming.once("data", (chunk) => outgoing.end(`got ${chunk}`));
    });
    const stream = sessionOf(front).request({ ":path": "/", ":method": "POST" });
    stream.write("half");
    const [chunk] = await once(stream, "data");
    expect(String(chunk)).toBe("got half");
    stream.end();
  });

  it("serves HTTP/1.1 too, under the same certificate", async () => {
    const front = await frontOf((_, outgoing) => outgoing.end("ok"));
    const asked = request(front.url, { ca: front.ca }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    expect([answer.statusCode, answer.httpVersion]).toEqual([200, "1.1"]);
    answer.resume();
  });

  it("asks the isolates in turn", async () => {
    const front = await frontOf(
      ...["a", "b", "c"].map(
        (name): Handler =>
          (_, outgoing) =>
            outgoing.end(name),
      ),
    );
    const names: string[] = [];
    for (let i = 0; i < 4; i++) names.push((await ask(front)).text);
    expect(names).toEqual(["a", "b", "c", "a"]);
  });

  it("tells the Worker that a client has gone away", async () => {
    let gone: Promise<unknown> = Promise.resolve();
    const front = await frontOf((_, outgoing) => {
      gone = once(outgoing, "close");
      outgoing.write("first");
    });
    const stream = sessionOf(front).request({ ":path": "/" });
    await once(stream, "data");
    stream.close(8);
    await gone;
  });

  it("answers 502 when the Worker does not answer, and cuts an answer that the Worker cuts", async () => {
    const dead = await frontOf((incoming) => incoming.socket.destroy());
    expect((await ask(dead)).answer[":status"]).toBe(502);
    const cut = await frontOf((_, outgoing) => outgoing.write("first", () => outgoing.destroy()));
    await expect(ask(cut)).rejects.toThrow();
  });

  it("stops with its connections open, and refuses a port that is taken", async () => {
    const front = await frontOf((_, outgoing) => outgoing.write("never ends"));
    const stream = sessionOf(front).request({ ":path": "/" });
    stream.on("error", () => undefined);
    await once(stream, "data");
    const port = Number(new URL(front.url).port);
    await expect(startFront({ port, targets: [] })).rejects.toThrow("EADDRINUSE");
    await front.stop();
  });
});
