import { createSocket, type Socket } from "node:dgram";
import { BlockList } from "node:net";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../warmer/clock.ts";
import { HintPipeline } from "../../../warmer/hintPipeline.ts";
import { Counts } from "../../../warmer/observe/counts.ts";
import { DedupTable } from "../../../warmer/queue/dedupTable.ts";
import { type Libc, openLibc } from "../../../warmer/receive/libc.ts";
import { type Listen, type Listener, listenDgram } from "../../../warmer/receive/listen.ts";
import { createListenFfi } from "../../../warmer/receive/listenFfi.ts";
import type { DatagramSink } from "../../../warmer/receive/receiveBatch.ts";
import { CALL_SLOTS, SLOT_BYTES, SLOT_MEMORY_BYTES } from "../../../warmer/receive/receiveSlots.ts";
import { SenderList } from "../../../warmer/receive/senderList.ts";
import { KEY, places } from "../../support/reading.ts";

const libc: Libc | string = await openLibc().catch((error: Error) => error.message);
if (typeof libc === "string") console.log(`skipped: all tests of recvmmsg (${libc})`);

/**
 * Keeps what a receiver delivers: bytes (as many as fit into a slot), true length, sender. It also checks that `begin`
 * and `end` enclose the datagrams.
 */
class Recorder implements DatagramSink {
  readonly seen: string[] = [];
  readonly slotMemory = Buffer.alloc(SLOT_MEMORY_BYTES);
  /** Hints that are dropped for each delivered datagram. */
  overflowing = 0;
  overflow = 0;
  readonly queued: number[] = [];
  open = false;
  unbracketed = 0;

  begin(): void {
    this.open = true;
  }

  datagram(slot: number, length: number, sender: number, queuedMs: number): void {
    this.queued.push(queuedMs);
    if (!this.open) this.unbracketed++;
    this.overflow += this.overflowing;
    const at = slot * SLOT_BYTES;
    const text = this.slotMemory.toString("latin1", at, at + Math.min(length, 1400));
    this.seen.push(`${length} from ${sender}: ${text}`);
  }

  end(): void {
    this.open = false;
  }

  async count(n: number): Promise<void> {
    for (let i = 0; i < 400 && this.seen.length < n; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const LOOPBACK = ["127.0.0.1/32", "::1/128"];

function sendersOf(cidrs: readonly string[]): SenderList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", bits = ""] = cidr.split("/");
    list.addSubnet(address, Number(bits), address.includes(":") ? "ipv6" : "ipv4");
  }
  return new SenderList(list, 7n);
}

async function listenOn(listen: Listen, host: string, recorder: Recorder): Promise<Listener> {
  return listen({ host, port: 0, receiveBufferBytes: 1 << 20 }, sendersOf(LOOPBACK), recorder);
}

async function senderAt(address: string): Promise<Socket> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((bound) => socket.bind(0, address, bound));
  return socket;
}

function send(socket: Socket, bytes: string | Buffer, to: Listener): Promise<void> {
  return new Promise((sent, failed) =>
    socket.send(bytes, to.port, to.host, (error) => (error ? failed(error) : sent())),
  );
}

describe.skipIf(typeof libc === "string")("recvmmsg through node:ffi", () => {
  const listenFfi = createListenFfi(libc as Libc);

  it("delivers the same as dgram: content, order, true length, sender", async () => {
    const sizes = [1, 109, 1399, 1400, 1401, SLOT_BYTES, SLOT_BYTES + 1, 9_000, 65_507];
    const results: string[][] = [];
    for (const listen of [listenDgram, listenFfi]) {
      const recorder = new Recorder();
      const listener = await listenOn(listen, "127.0.0.1", recorder);
      const socket = await senderAt("127.0.0.1");
      for (const [i, size] of sizes.entries()) await send(socket, Buffer.alloc(size, 97 + i), listener);
      await recorder.count(sizes.length);
      expect(recorder.unbracketed).toBe(0);
      results.push(recorder.seen);
      socket.close();
      await listener.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[1]?.length).toBe(sizes.length);
  });

  it("reads bursts of more datagrams than a call has slots, each once and in order", async () => {
    const recorder = new Recorder();
    const listener = await listenOn(listenFfi, "127.0.0.1", recorder);
    const socket = await senderAt("127.0.0.1");
    const count = CALL_SLOTS * 5 + 3;
    const texts = Array.from({ length: count }, (_, i) => `datagram ${i}`);
    await Promise.all(texts.map((text) => send(socket, text, listener)));
    await recorder.count(count);
    expect(recorder.seen.map((line) => line.split(": ")[1])).toEqual(texts);
    socket.close();
    await listener.close();
  });

  it("reads a whole burst even if queues overflow", async () => {
    const recorder = new Recorder();
    recorder.overflowing = 1;
    const listener = await listenOn(listenFfi, "127.0.0.1", recorder);
    const socket = await senderAt("127.0.0.1");
    const texts = Array.from({ length: CALL_SLOTS * 5 + 3 }, (_, i) => `datagram ${i}`);
    await Promise.all(texts.map((text) => send(socket, text, listener)));
    await recorder.count(texts.length);
    expect(recorder.seen.map((line) => line.split(": ")[1])).toEqual(texts);
    socket.close();
    await listener.close();
  });

  it("the pipeline hands on exactly the paths that were sent, whatever else was received", async () => {
    const paths: string[] = [];
    const sink = { add: (_format: number, path: string) => paths.push(path) };
    const options = { places, key: KEY, format: "webp", hintSecret: null, maxAgeMs: 60_000, skew: false } as const;
    const keys = new DedupTable(10_000, 30_000, systemClock.steady());
    const pipeline = new HintPipeline(options, keys, [sink, sink, sink], new Counts(), systemClock);
    const listener = await listenFfi(
      { host: "127.0.0.1", port: 0, receiveBufferBytes: 1 << 20 },
      sendersOf(LOOPBACK),
      pipeline,
    );
    const socket = await senderAt("127.0.0.1");
    const sent: string[] = [];
    for (let burst = 0; burst < 5; burst++) {
      // Lines for the scanner; one in three is for JSON.parse.
      const lines = Array.from({ length: 200 }, (_, i) => {
        const own = [`/${burst}/${i}/a.jpg`, `/${burst}/${i}/b"\\.jpg`].slice(0, i % 3 === 0 ? 2 : 1);
        sent.push(...own);
        return JSON.stringify({ v: 1, t: Date.now(), p: own, r: "weur" });
      });
      await Promise.all(lines.map((line) => send(socket, line, listener)));
      for (let i = 0; i < 400 && paths.length < sent.length; i++)
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(paths.map((path) => JSON.parse(`"${path}"`) as string).sort()).toEqual(sent.sort());
    socket.close();
    await listener.close();
  });

  it.each([0, 70])("after the loop was blocked for %d ms, knows at least how long datagrams waited", async (ms) => {
    const recorder = new Recorder();
    const listener = await listenOn(listenFfi, "127.0.0.1", recorder);
    const socket = await senderAt("127.0.0.1");
    await new Promise<void>((connected) => socket.connect(listener.port, listener.host, connected));
    // These are sent at once, because there is no address to resolve. The kernel keeps them until the loop continues.
    for (let i = 0; i < CALL_SLOTS; i++) socket.send("waits");
    const began = Date.now();
    while (Date.now() - began < ms);
    const stood = Date.now() - began;
    await recorder.count(CALL_SLOTS);
    expect(Math.max(...recorder.queued)).toBeGreaterThanOrEqual(ms - 1);
    expect(Math.max(...recorder.queued)).toBeLessThan(stood + 40);
    socket.close();
    await listener.close();
  });

  it("distinguishes senders within one call, and gives 0 for one that is not allowed", async () => {
    const recorder = new Recorder();
    const listener = await listenOn(listenFfi, "127.0.0.1", recorder);
    const [allowed, other] = [await senderAt("127.0.0.1"), await senderAt("127.0.0.2")];
    const sockets = [allowed, other, other, allowed, other, allowed];
    await Promise.all(sockets.map((socket, i) => send(socket, `${i}`, listener)));
    await recorder.count(sockets.length);
    const id = sendersOf(LOOPBACK).identify("127.0.0.1");
    const expected = sockets.map((socket, i) => `1 from ${socket === allowed ? id : 0}: ${i}`);
    expect([...recorder.seen].sort()).toEqual(expected.sort());
    for (const socket of [allowed, other]) socket.close();
    await listener.close();
  });

  it("gives an IPv6 sender the same number as dgram", async () => {
    const seen: string[][] = [];
    for (const listen of [listenDgram, listenFfi]) {
      const recorder = new Recorder();
      const listener = await listenOn(listen, "::1", recorder);
      const socket = await senderAt("::1");
      await Promise.all(["a", "b", "c", "d"].map((text) => send(socket, text, listener)));
      await recorder.count(4);
      seen.push([...recorder.seen].sort());
      socket.close();
      await listener.close();
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[1]?.[0]).not.toContain("from 0");
  });

  it("treats an IPv4 sender on a dual-stack socket as IPv4", async () => {
    const recorder = new Recorder();
    const listener = await listenOn(listenFfi, "::", recorder);
    const socket = await senderAt("127.0.0.1");
    const to = { ...listener, host: "127.0.0.1" };
    await Promise.all(["a", "b", "c"].map((text) => send(socket, text, to)));
    await recorder.count(3);
    const id = sendersOf(LOOPBACK).identify("127.0.0.1");
    expect([...recorder.seen].sort()).toEqual(["a", "b", "c"].map((text) => `1 from ${id}: ${text}`));
    socket.close();
    await listener.close();
  });

  it("reports why it cannot bind", async () => {
    const first = await listenOn(listenFfi, "127.0.0.1", new Recorder());
    const options = { host: "127.0.0.1", port: first.port, receiveBufferBytes: 65_536 };
    await expect(listenFfi(options, sendersOf(LOOPBACK), new Recorder())).rejects.toMatchObject({ code: "EADDRINUSE" });
    await first.close();
  });

  it("releases the port and the descriptor when it closes, and gets the requested receive buffer", async () => {
    for (let i = 0; i < 20; i++) {
      const options = { host: "127.0.0.1", port: 0, receiveBufferBytes: 50_000 };
      const listener = await listenFfi(options, sendersOf(LOOPBACK), new Recorder());
      expect(listener.receiveBufferBytes).toBe(100_000);
      await listener.close();
      const again = await listenDgram({ ...options, port: listener.port }, sendersOf(LOOPBACK), new Recorder());
      await again.close();
    }
  });
});
