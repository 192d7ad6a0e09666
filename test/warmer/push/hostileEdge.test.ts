/** An edge that floods, drips or never reads, over real sockets: memory stays flat, and the other region is pushed to. */
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { encodeFrame, encodeSettings, FRAME } from "../../../warmer/push/h2/frames.ts";
import type { HttpVersion } from "../../../warmer/push/socket.ts";
import { openSocket } from "../../../warmer/push/socket.ts";
import { listenRaw } from "../../support/rawEdge.ts";
import { hintLine, keptLog, startSender, startTestWarmer, unsettled, until } from "../../support/warmer.ts";
import { startWarmSink } from "../../support/warmSink.ts";

/** Sent for each connection: how much in all, and whether it reads what we send. */
const FLOOD_BYTES = process.env.FIRSTLIGHT_LONG === "1" ? 1e9 : 100e6;

/** Writes a piece again and again, as fast as the other side reads. */
function flood(socket: Socket, piece: Buffer): void {
  let left = FLOOD_BYTES;
  const go = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= piece.length;
      if (!socket.write(piece)) {
        socket.once("drain", go);
        return;
      }
    }
  };
  go();
}

const settings = encodeSettings([]);
const ping = encodeFrame(FRAME.ping, 0, 0, "12345678");
const latin1 = (text: string, times: number): Buffer => Buffer.from(text.repeat(times), "latin1");

describe("a flood does not grow the warmer, and hints of the other region are pushed", { timeout: 60_000 }, () => {
  const rows: readonly (readonly [string, HttpVersion, string, Buffer, boolean])[] = [
    ["SETTINGS, never reading", "2", settings, latin1(settings, 7_000), false],
    ["PING, never reading", "2", settings, latin1(ping, 4_000), false],
    ["PING, reading", "2", settings, latin1(ping, 4_000), true],
    ["WINDOW_UPDATE", "2", settings, latin1(encodeFrame(FRAME.windowUpdate, 0, 0, "\0\0\0\x01"), 5_000), false],
    ["interim responses", "1.1", "", latin1("HTTP/1.1 100\r\n\r\n", 12_200), true],
    ["a head without an end", "1.1", "", latin1(`X: ${"y".repeat(60)}\r\n`, 1_000), true],
    ["bytes nobody asked for", "1.1", "", latin1("x", 65_536), false],
  ];
  test.each(rows)("%s", async (_name, http, greeting, piece, reads) => {
    await using hostile = await listenRaw((socket) => {
      if (!reads) socket.pause();
      if (greeting !== "") socket.write(greeting, "latin1");
      if (http === "1.1" && reads) socket.once("data", () => flood(socket, piece));
      else flood(socket, piece);
      if (reads) socket.resume();
    });
    const sink = await startWarmSink({}, 0, http);
    const log = keptLog();
    const regions = `weur=http://127.0.0.1:${hostile.port},apac=${sink.url}`;
    const env = { WARM_REGIONS: regions, WARM_HTTP: http, WARM_MAX_AGE_MS: "2000", WARM_CONNECTIONS: "4" };
    const warmer = await startTestWarmer(env, { log });
    const sender = startSender(warmer.udp.port);
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const end = performance.now() + 1_500;
    let sent = 0;
    let most = 0;
    while (performance.now() < end) {
      await sender.send(`${hintLine(`/h/${sent}`)}\n${hintLine(`/ok/${sent++}`, { r: "apac" })}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    await until(() => unsettled(warmer) === 0);
    expect(most).toBeLessThan(120e6);
    expect(sink.paths().filter((path) => path.startsWith("/ok/"))).toHaveLength(sent);
    expect(log.lines.join("\n")).toMatch(/flood of|malformed response|timeout|region is down/);
    sender.close();
    await warmer.stop();
    await sink.close();
  });
});

describe("a server that does not read", () => {
  test("nothing is read while more than 64 KB wait to be sent, and everything after they have left", async () => {
    let peer: Socket | undefined;
    await using server = await listenRaw((socket) => {
      peer = socket.pause();
    });
    let [read, drained] = ["", 0];
    const connected = Promise.withResolvers<void>();
    const socket = openSocket({ url: new URL(`http://127.0.0.1:${server.port}`), http: "1.1", tls: {} }, undefined, {
      connected: () => connected.resolve(),
      read: (text) => (read += text),
      drained: () => drained++,
      failed: () => {},
      closed: () => {},
    });
    await connected.promise;
    await until(() => peer !== undefined);
    socket.write("x".repeat(100));
    expect(socket.blocked).toBe(false);
    for (let n = 0; n < 200 && !socket.blocked; n++) socket.write("x".repeat(100_000));
    expect(socket.blocked).toBe(true);
    peer?.write("while blocked");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([read, drained]).toEqual(["", 0]);
    peer?.resume();
    await until(() => drained === 1 && read === "while blocked");
    expect(socket.blocked).toBe(false);
    await socket.end("");
  });
});
