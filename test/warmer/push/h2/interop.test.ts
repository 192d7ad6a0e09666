/** Pushes to Node's own HTTP/2 server: two independent implementations must agree. */
import { once } from "node:events";
import type { ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { encodeFrame, encodeSettings, encodeWindowUpdate, FLAG, FRAME } from "../../../../warmer/push/h2/frames.ts";
import { accept, edge } from "../../../support/http2Edge.ts";
import { hintLine, keptLog, startTestWarmer, until } from "../../../support/warmer.ts";

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `/p/${n}`);
const later = (stream: ServerHttp2Stream): void => void setTimeout(() => accept(stream), 20);

describe("streams", () => {
  test("200 pushes, all in flight on two connections", async () => {
    await using t = await edge({
      env: { WARM_CONNECTIONS: "200" },
      on: (stream) => void setTimeout(() => accept(stream), 300),
    });
    for (let n = 0; n < 10; n++) await t.sender.send(hintLine(names(200).slice(n * 20, n * 20 + 20)));
    await until(() => t.warmer.counts.pushed === 200);
    expect(t.most()).toBe(200);
    expect(t.paths().sort()).toEqual(names(200).sort());
    expect(t.sessions.length).toBeLessThanOrEqual(2);
    expect(t.warmer.counts).toMatchObject({ requests: 200, failed: 0 });
  });
  test("200 pushes, at most 7 in flight on each connection, as the server allows", async () => {
    await using t = await edge({ settings: { maxConcurrentStreams: 7 }, env: { WARM_CONNECTIONS: "64" }, on: later });
    await until(() => t.warmer.pushers[0]?.connections.open === 14);
    for (let n = 0; n < 10; n++) await t.sender.send(hintLine(names(200).slice(n * 20, n * 20 + 20)));
    await until(() => t.warmer.counts.pushed === 200);
    expect(t.most()).toBe(14);
    expect(t.warmer.counts).toMatchObject({ requests: 200, failed: 0, retries: 0 });
  });
  test("WARM_CONNECTIONS limits them if the server does not", async () => {
    await using t = await edge({ env: { WARM_CONNECTIONS: "5" }, on: later });
    await t.sender.send(hintLine(names(40)));
    await until(() => t.warmer.counts.pushed === 40);
    expect(t.most()).toBe(5);
  });
  test("a window of 10 bytes: bodies arrive complete, in pieces", async () => {
    await using t = await edge({ settings: { initialWindowSize: 10 } });
    await t.sender.send(hintLine(names(20)));
    await until(() => t.warmer.counts.pushed === 20);
    expect(t.paths().sort()).toEqual(names(20).sort());
  });
  test("20 paths in a body of more than 16 KB", async () => {
    await using t = await edge({ env: { WARM_BATCH_MS: "300", WARM_BATCH: "20" } });
    const paths = names(20).map((name) => name + "x".repeat(1_000));
    for (const path of paths) await t.sender.send(hintLine(path));
    await until(() => t.warmer.counts.pushed === 20);
    expect(t.seen[0]?.paths).toEqual(paths);
    expect(Number(t.seen[0]?.headers["content-length"])).toBeGreaterThan(16_384);
  });
  test("the header fields are those of the protocol", async () => {
    await using t = await edge({ env: { WARM_SECRET: "0123456789abcdef" } });
    await t.sender.send(hintLine("/a"));
    await until(() => t.warmer.counts.pushed === 1);
    expect(t.seen[0]?.headers).toMatchObject({
      ":method": "POST",
      ":path": "/warm",
      ":scheme": "http",
      "content-type": "application/json",
      "user-agent": "firstlight-warmer",
      "x-firstlight-time": expect.stringMatching(/^\d{10}$/),
      "x-firstlight-signature": expect.stringMatching(/^[\w-]{43}$/),
    });
  });
});

describe("endings", () => {
  test("RST_STREAM: only that push is retried", async () => {
    await using t = await edge({ on: (stream, n) => (n === 1 ? stream.close(2) : accept(stream)) });
    await t.sender.send(hintLine(names(5)));
    await until(() => t.warmer.counts.pushed === 5);
    expect(t.warmer.counts).toMatchObject({ requests: 6, retries: 1, failed: 0 });
  });
  test("GOAWAY with pushes in flight: they are answered, and later pushes use another connection", async () => {
    await using t = await edge({ on: (stream) => void setTimeout(() => accept(stream), 150) });
    await until(() => t.sessions.length === 2);
    await t.sender.send(hintLine(names(4)));
    await until(() => t.seen.length === 4);
    for (const session of [...t.sessions]) session.close();
    await until(() => t.sessions.length === 4);
    await t.sender.send(hintLine("/next"));
    await until(() => t.warmer.counts.pushed === 5);
    expect(t.warmer.counts).toMatchObject({ requests: 5, failed: 0, retries: 0 });
  });
  test("GOAWAY below a push in flight: that one is retried at once, the other is answered", async () => {
    let first: ServerHttp2Stream | undefined;
    // A retry after the timeout of one second would be too old.
    await using t = await edge({
      env: { WARM_MAX_AGE_MS: "900" },
      on: (stream, n) => {
        if (n === 1) first = stream;
        else if (n === 2) stream.session?.goaway(0, 1);
        if (n === 2 && first !== undefined) accept(first);
        if (n > 2) accept(stream);
      },
    });
    await t.sender.send(hintLine(names(2)));
    await until(() => t.warmer.counts.pushed === 2);
    expect(t.seen.map(({ stream }) => stream.id)).toEqual([1, 3, 1]);
    expect(t.warmer.counts).toMatchObject({ requests: 3, retries: 1, failed: 0 });
  });
  test("the server closes: pushes in flight are retried once", async () => {
    await using t = await edge({ on: (stream, n) => (n <= 4 ? n === 4 && stream.session?.destroy() : accept(stream)) });
    await t.sender.send(hintLine(names(4)));
    await until(() => t.warmer.counts.pushed === 4);
    expect(t.warmer.counts).toMatchObject({ requests: 8, retries: 4, failed: 0 });
    expect(t.warmer.pushers[0]?.state).toBe("up");
  });
  test("only the late push is lost; the connection and the others continue", async () => {
    let late: ServerHttp2Stream | undefined;
    await using t = await edge({
      env: { WARM_MAX_AGE_MS: "500" },
      on: (stream, n) => {
        if (n === 1) late = stream;
        else accept(stream);
      },
    });
    await t.sender.send(hintLine("/late"));
    await until(() => t.seen.length === 1);
    const { length } = t.sessions;
    for (let n = 0; n < 10; n++) await t.sender.send(hintLine(`/good/${n}`));
    await until(() => t.warmer.counts.failed === 1);
    await until(() => late?.rstCode === 8);
    await t.sender.send(hintLine("/after"));
    await until(() => t.warmer.counts.pushed === 11);
    expect(t.sessions.length).toBe(length);
    expect(t.warmer.counts).toMatchObject({ failed: 1, requests: 12 });
  });
  test("the warmer stops: GOAWAY without an error on every connection, with or without pushes in flight, and both ends close", async () => {
    await using t = await edge({ on: () => {} });
    await until(() => t.sessions.length === 2);
    await t.sender.send(hintLine(names(3)));
    await until(() => t.seen.length === 3);
    const began = performance.now();
    await t.warmer.stop();
    // Pushes in flight had time for their responses. After that, nothing stays open.
    expect(performance.now() - began).toBeLessThan(1_000);
    await until(() => t.sessions.every(({ destroyed }) => destroyed));
    expect(t.goaways).toEqual(["0 0", "0 0"]);
    expect(t.warmer.counts.failed).toBe(3);
  });
  test.each([
    ["PROTOCOL_ERROR", 1, encodeFrame(FRAME.pushPromise, FLAG.endHeaders, 1, "\0\0\0\x02\x88")],
    ["FLOW_CONTROL_ERROR", 3, encodeWindowUpdate(0, 2 ** 31 - 1)],
    ["FRAME_SIZE_ERROR", 6, encodeFrame(FRAME.ping, 0, 0, "1234567")],
    ["COMPRESSION_ERROR", 9, encodeFrame(FRAME.headers, FLAG.endHeaders, 1, "\xbe")],
  ])("a protocol error of the server: GOAWAY with %s, and the push uses another connection", async (_, code, text) => {
    // The other connection stays open. Without any, the region would be down and nothing would be retried.
    await using t = await edge({ on: (stream, n) => (n === 1 ? t.write(stream, text) : accept(stream)) });
    await until(() => t.sessions.length === 2);
    await t.sender.send(hintLine("/a"));
    await until(() => t.warmer.counts.pushed === 1);
    await until(() => t.goaways.length === 1 && t.sessions.some(({ destroyed }) => destroyed));
    expect(t.goaways).toEqual([`${code} 0`]);
    expect(t.warmer.counts).toMatchObject({ requests: 2, retries: 1, failed: 0 });
  });
  test("responses with any HPACK encoding: a literal name, plain, with fields of all kinds after it", async () => {
    await using t = await edge({
      on: (stream) => {
        const fields = "\x20\x40\x07:status\x03202\x0f\x10\x01x\x40\x01a\x01b\x10\x01c\x82\x1c\x64\xbd";
        t.write(
          stream,
          encodeFrame(FRAME.headers, FLAG.endHeaders, stream.id ?? 0, fields) +
            encodeFrame(FRAME.data, FLAG.endStream, stream.id ?? 0, '{"accepted":1,"refused":[]}'),
        );
      },
      env: { WARM_CONNECTIONS: "1" },
    });
    await t.sender.send(hintLine("/a"));
    await until(() => t.warmer.counts.pushed === 1);
    expect(t.warmer.counts).toMatchObject({ requests: 1, failed: 0 });
    expect(t.goaways).toEqual([]);
  });
  test("a server that neither reads nor closes does not delay the stop", async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket.pause().on("error", () => {}));
      socket.write(encodeSettings([]), "latin1");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const warmer = await startTestWarmer({ WARM_REGIONS: `weur=http://127.0.0.1:${port}`, WARM_HTTP: "2" });
    await until(() => warmer.pushers[0]?.connections.opened === 2);
    const began = performance.now();
    await warmer.stop();
    expect(performance.now() - began).toBeGreaterThan(150);
    expect(performance.now() - began).toBeLessThan(1_000);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  test("PING is answered", async () => {
    await using t = await edge({});
    await until(() => t.sessions.length > 0);
    const payload = Buffer.from("12345678");
    const answered = await new Promise<Buffer>((resolve, reject) => {
      t.sessions[0]?.ping(payload, (error, _, back) => (error === null ? resolve(back) : reject(error)));
    });
    expect(answered).toEqual(payload);
  });
  test("a server with HTTP/1.1 only: the region counts as down, and the log says why", async () => {
    const { createServer: createHttp1 } = await import("node:http");
    const server = createHttp1().listen(0, "127.0.0.1");
    await once(server, "listening");
    const log = keptLog();
    const { port } = server.address() as AddressInfo;
    const warmer = await startTestWarmer({ WARM_REGIONS: `weur=http://127.0.0.1:${port}`, WARM_HTTP: "2" }, { log });
    await until(() => log.lines.some((line) => line.includes("region is down") && line.includes("HTTP/2: ")));
    await warmer.stop();
    server.close();
  });
});
