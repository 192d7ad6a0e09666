/** HTTP/1.1 over real sockets: requests, answers, limits, idle connections. hostileHttp1.test.ts has what is no answer. */
import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { RESPONSE_LIMITS } from "../../../warmer/push/http1Client.ts";
import {
  answering,
  BODY,
  CHUNKS,
  COMPLETE,
  connectTo,
  EARLY,
  listenRaw,
  outcome,
  WITH_LENGTH,
} from "../../support/rawEdge.ts";
import { until } from "../../support/warmer.ts";

describe("the request", () => {
  /** The bytes of one push. */
  async function sent(secret: string | null): Promise<[string[], string]> {
    let bytes = "";
    await using server = await listenRaw((socket) => socket.on("data", (chunk) => (bytes += chunk.toString("latin1"))));
    await using t = await connectTo(server.port, secret);
    t.push(["/a", '/b\\"c']);
    await until(() => bytes.endsWith("]}"));
    const [head = "", body = ""] = bytes.replace(String(server.port), "PORT").split("\r\n\r\n");
    return [head.split("\r\n"), body];
  }
  test("has the body of the protocol and few header fields", async () => {
    const [head, body] = await sent(null);
    expect(JSON.parse(body)).toEqual({ v: 1, region: "weur", format: "avif", deadlineMs: 800, paths: ["/a", '/b"c'] });
    expect(head).toEqual([
      "POST /warm HTTP/1.1",
      "host: 127.0.0.1:PORT",
      "connection: keep-alive",
      "user-agent: firstlight-warmer",
      "accept: application/x-ndjson",
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
    ]);
  });
  test("with a secret, has the time and the signature of its body", async () => {
    const secret = "0123456789abcdef";
    const [head, body] = await sent(secret);
    const hash = createHash("sha256").update(body).digest("hex");
    const signature = createHmac("sha256", secret).update(`POST\n/warm\n1763760000\n${hash}`).digest("base64url");
    expect(head).toEqual(
      expect.arrayContaining(["x-firstlight-time: 1763760000", `x-firstlight-signature: ${signature}`]),
    );
  });
});

describe("a complete response", () => {
  test.each(COMPLETE)("%s, in any pieces", async (_name, text, expected) => {
    for (const length of [text.length, 7, 1]) expect((await outcome(text, length))[0]).toBe(expected);
  });
  test("without a length ends with the connection (RFC 9112, 6.3)", async () => {
    expect((await outcome("HTTP/1.1 200 OK\r\n\r\nhello", undefined, true))[0]).toBe("push 0 200 hello (last)");
  });
  test("the parts of a body are reported as they arrive, and a body that arrives at once only as a whole", async () => {
    let write: (text: string) => void = () => {};
    let next = `${CHUNKS}3\r\nab`;
    await using server = await listenRaw((socket) => {
      write = (text) => socket.write(text);
      socket.on("data", () => write(next));
    });
    await using t = await connectTo(server.port);
    t.push();
    await until(() => t.events.length === 1);
    write("c\r\n2\r\nde");
    await until(() => t.events.length === 2);
    write("\r\n0\r\n\r\n");
    await until(() => t.events.length === 3);
    next = WITH_LENGTH;
    t.push();
    await until(() => t.events.length === 4);
    expect(t.events).toEqual([
      "push 0 partial 200 ab",
      "push 0 partial 200 cde",
      "push 0 200 abcde",
      `push 1 202 ${BODY}`,
    ]);
    expect(t.connection.free).toBe(1);
  });
});

describe("limits", () => {
  const { interim, headBytes, bodyBytes } = RESPONSE_LIMITS;
  const head = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ${"y".repeat(length)}\r\n\r\n`;
  const chunk = (length: number) => `${CHUNKS}${length.toString(16)}\r\n${"x".repeat(length)}\r\n0\r\n\r\n`;
  const sized = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${"x".repeat(length)}`;
  /** The longest value of X: names and values together must stay below the limit. */
  const value = headBytes - "Content-Length0X".length - 1;
  test.each([
    ["interim responses", EARLY.repeat(interim) + WITH_LENGTH, EARLY.repeat(interim + 1) + WITH_LENGTH],
    ["a head", head(value), head(value + 1)],
    ["a body in chunks", chunk(bodyBytes), chunk(bodyBytes + 1)],
    ["a body with a length", sized(bodyBytes), sized(bodyBytes + 1)],
  ])("%s: at the limit it is an answer, one above it is none", async (_name, at, above) => {
    expect((await outcome(at))[0]).toMatch(/^push 0 20[02] /);
    expect(await outcome(above)).toEqual([expect.stringMatching(/^closed push 0 malformed response: (a|above) .*\d/)]);
  });
  test("trailers count as a head does", async () => {
    const text = `${CHUNKS}0\r\nX: ${"y".repeat(headBytes)}\r\n\r\n`;
    expect(await outcome(text)).toEqual([`closed push 0 malformed response: a head above ${headBytes} bytes`]);
  });
  test.each([
    ["a status text", "HTTP/1.1 200 ", "x".repeat(65_536)],
    ["a chunk extension", `${CHUNKS}1;`, "x".repeat(65_536)],
    ["empty lines before the response", "", "\r\n".repeat(32_768)],
  ])("%s without an end: given up at the next tick above 1 MiB", async (_name, start, piece) => {
    await using server = await listenRaw((socket) => {
      socket.once("data", () => {
        socket.write(start);
        const more = () => {
          while (!socket.destroyed && socket.write(piece));
        };
        socket.on("drain", more);
        more();
      });
    });
    await using t = await connectTo(server.port);
    t.push();
    await until(() => {
      t.connection.expire(performance.now(), 60_000);
      return t.events.length > 0;
    });
    expect(t.events).toEqual([`closed push 0 malformed response: above ${RESPONSE_LIMITS.wireBytes} bytes`]);
  });
  test("a push without a response is given up after its time, and one whose answer has begun after its grace", async () => {
    await using server = await answering(`${CHUNKS}1\r\na\r\n`);
    await using t = await connectTo(server.port);
    t.push();
    await until(() => t.events.length > 0);
    t.connection.expire(performance.now(), 60_000);
    expect(t.events).toEqual(["push 0 partial 200 a"]);
    t.connection.expire(performance.now() + 60_001, 60_000);
    expect(t.events[1]).toBe("closed push 0 timeout");
  });
});

describe("a push whose hints are too old when it is written", () => {
  test.each([
    ["the first of a connection", 0],
    ["a later one", 1],
  ])("%s: it is not sent, and the connection takes the next one", async (_name, before) => {
    let [received, mayLeave] = [0, true];
    await using server = await listenRaw((socket) => {
      socket.on("data", () => {
        received++;
        socket.write(WITH_LENGTH);
      });
    });
    await using t = await connectTo(server.port, null, () => mayLeave);
    for (let n = 0; n < before; n++) {
      t.push();
      await until(() => t.events.length === n + 1);
    }
    mayLeave = false;
    t.push();
    await until(() => t.events.length === before + 1);
    expect([t.events[before], received, t.connection.free]).toEqual([`push ${before} unsent`, before, 1]);
    mayLeave = true;
    t.push();
    await until(() => t.events.length === before + 2);
    expect(t.events[before + 1]).toBe(`push ${before + 1} 202 ${BODY}`);
  });
});

describe("idle connections", () => {
  test("stay open, and the next push goes over the same one", async () => {
    let connections = 0;
    await using server = await listenRaw((socket) => {
      connections++;
      socket.on("data", () => socket.write(WITH_LENGTH));
    });
    await using t = await connectTo(server.port);
    for (let n = 1; n <= 3; n++) {
      // Longer than the 4 s that undici keeps idle connections by itself.
      if (n === 3) await new Promise((wake) => setTimeout(wake, 4_300));
      t.push();
      await until(() => t.events.length === n);
    }
    expect([connections, t.connection.served, t.connection.free]).toEqual([1, 3, 1]);
  });
  test.each([
    ["before its first push", 0],
    ["after a push", 1],
  ])("the server closes one %s: it is known at once", async (_name, pushes) => {
    let close = (): void => {};
    await using server = await listenRaw((socket) => {
      close = () => void socket.end();
      socket.on("data", () => socket.write(WITH_LENGTH));
    });
    await using t = await connectTo(server.port);
    if (pushes > 0) t.push();
    await until(() => t.events.length === pushes);
    close();
    await until(() => t.events.length > pushes);
    expect(t.events[pushes]).toBe("closed  closed by peer");
  });
  test("if the server says how long it keeps them, we close them before it does", async () => {
    await using server = await answering(WITH_LENGTH.replace("\r\n", "\r\nKeep-Alive: timeout=1\r\n"));
    await using t = await connectTo(server.port);
    t.push();
    await until(() => t.events.length === 1);
    const since = performance.now();
    await until(() => t.events.length === 2);
    expect(performance.now() - since).toBeGreaterThan(400);
    expect(t.events[1]).toBe("closed  closed by us");
  });
});
