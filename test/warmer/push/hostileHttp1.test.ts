/** Servers that send no valid HTTP/1.1 response, or more than one, over real sockets. */
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  answering,
  CHUNKED,
  CHUNKS,
  COMPLETE,
  connectTo,
  EARLY,
  listenRaw,
  outcome,
  WITH_LENGTH,
} from "../../support/rawEdge.ts";
import { seeded, until } from "../../support/warmer.ts";

describe("what is no response: the push is lost with its connection, and the reason is named", () => {
  test.each([
    ["another protocol", "SSH-2.0-OpenSSH\r\n\r\n"],
    ["a status without digits", "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n"],
    ["12 200 interim responses", EARLY.repeat(12_200)],
    ["12 200 times 100, for which nobody asked", "HTTP/1.1 100\r\n\r\n".repeat(12_200)],
    ["another protocol than asked for", "HTTP/1.1 101 X\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"],
    ["a length that is not a number", "HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n"],
    ["a length above all numbers", `HTTP/1.1 200 OK\r\nContent-Length: ${"9".repeat(30)}\r\n\r\n`],
    ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
    ["a length beside chunks", CHUNKED.replace("\r\n", "\r\nContent-Length: 5\r\n")],
    ["another coding beside chunks", CHUNKED.replace("chunked", "gzip, chunked")],
    ["a coding that is not chunks", CHUNKED.replace("chunked", "identity")],
    ["a chunk size that is not a number", `${CHUNKS}xyz\r\n`],
    ["a chunk longer than its size", `${CHUNKS}1\r\nabc\r\n0\r\n\r\n`],
    ["no length", "HTTP/1.1 200 OK\r\nX\r\n\r\n"],
  ])("%s", async (_name, text) => {
    expect(await outcome(text)).toEqual(["closed push 0 malformed response"]);
  });
  test.each([
    ["before it answers", ""],
    ["in the head", "HTTP/1.1 200 OK\r\nContent-"],
    ["in the body", WITH_LENGTH.slice(0, -1)],
    ["in a chunk", CHUNKED.slice(0, -9)],
    ["before the last chunk", CHUNKED.slice(0, -5)],
  ])("the server closes %s", async (_name, text) => {
    expect(await outcome(text, undefined, true)).toEqual(["closed push 0 closed by peer"]);
  });
  test("the server resets the connection", async () => {
    await using server = await listenRaw((socket) => socket.once("data", () => socket.resetAndDestroy()));
    await using t = await connectTo(server.port);
    t.push();
    await until(() => t.events.length > 0);
    expect(t.events).toEqual(["closed push 0 ECONNRESET"]);
  });
});

describe("bytes that nobody asked for never become the answer to another push", () => {
  const SMUGGLED = WITH_LENGTH.replace("202", "299");
  test.each([
    ["a second response", WITH_LENGTH + SMUGGLED],
    ["a second response after chunks", CHUNKED + SMUGGLED],
    ["one byte", `${WITH_LENGTH}H`],
    ["a byte that begins no response", `${CHUNKED}x`],
  ])("%s in the same packet: the connection is not used again", async (_name, text) => {
    await using server = await answering(text);
    await using t = await connectTo(server.port);
    t.push();
    await until(() => t.events.length > 0);
    expect(t.ends()).toEqual(["closed push 0 malformed response"]);
    expect(t.connection.capacity).toBe(0);
  });
  test.each([
    ["a response", SMUGGLED],
    ["garbage", "x"],
  ])("%s on an idle connection that has served: it closes", async (_name, text) => {
    let write: (text: string) => void = () => {};
    await using server = await listenRaw((socket) => {
      write = (bytes) => socket.write(bytes);
      socket.once("data", () => write(WITH_LENGTH));
    });
    await using t = await connectTo(server.port);
    t.push();
    await until(() => t.events.length === 1);
    write(text);
    await until(() => t.events.length === 2);
    expect(t.events[1]).toBe("closed  malformed response");
    expect(t.connection.capacity).toBe(0);
  });
  test("anything before the first push: it closes", async () => {
    await using server = await listenRaw((socket) => void socket.write(SMUGGLED));
    await using t = await connectTo(server.port);
    await until(() => t.events.length > 0);
    expect(t.events).toEqual(["closed  malformed response"]);
  });
});

/** Valid responses with bytes flipped, cut, repeated or joined, in pieces of any length, over real sockets. */
test("fuzzed responses: each push is answered or lost exactly once, nothing throws, and no body exceeds the limit", async () => {
  const rounds = process.env.FIRSTLIGHT_LONG === "1" ? 5_000 : 300;
  const random = seeded(9112);
  const below = (n: number): number => Math.floor(random() * n);
  const seeds = [...COMPLETE.map(([, text]) => text), EARLY, "HTTP/1.1 100\r\n\r\n", "0\r\n\r\n", "ffffffff\r\n"];
  let text = "";
  await using server = await listenRaw((socket) => {
    socket.on("data", async () => {
      for (let at = 0, length = 0; at < text.length; at += length) {
        length = 1 + below(40);
        socket.write(text.slice(at, at + length), "latin1");
        if (random() < 0.3) await turn();
      }
      socket.end();
    });
  });
  for (let round = 0; round < rounds; round++) {
    text = "";
    for (let n = below(4); n >= 0; n--) {
      const part = seeds[below(seeds.length)] ?? "";
      text += random() < 0.3 ? part.slice(below(part.length)) : part;
    }
    for (let n = below(3); n > 0; n--) {
      const at = below(text.length);
      text = text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + below(3));
    }
    await using t = await connectTo(server.port);
    t.push();
    await until(() => t.events.at(-1)?.startsWith("closed") ?? false);
    const ended = t.ends().filter((event) => event.includes("push 0"));
    expect(ended, JSON.stringify(text)).toHaveLength(1);
  }
});
