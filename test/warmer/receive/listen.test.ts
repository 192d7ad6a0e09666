import { createSocket } from "node:dgram";
import { BlockList } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { listenDgram, receiveBufferBytes } from "../../../warmer/receive/listen.ts";
import { SLOT_BYTES, SLOT_MEMORY_BYTES } from "../../../warmer/receive/receiveSlots.ts";
import { SenderList } from "../../../warmer/receive/senderList.ts";
import { startSender, until } from "../../support/warmer.ts";

describe("receiveBufferBytes", () => {
  // The measured sizes: the default of 208 KB (doubled, as the kernel counts) at 30 000/s, 1.25 MB at 300 000/s.
  const rows = [
    [10, 30_000, 124_800],
    [10, 300_000, 1_248_000],
    [1, 1_000, 416],
  ] as const;
  test.each(rows)("%d ms at %d/s: %d bytes", (delay, rate, bytes) => {
    expect(receiveBufferBytes(delay, rate)).toBe(bytes);
  });
});

describe("listenDgram", () => {
  const slotMemory = Buffer.alloc(SLOT_MEMORY_BYTES);
  const loopback = new BlockList();
  loopback.addSubnet("127.0.0.0", 8, "ipv4");
  loopback.addAddress("::1", "ipv6");

  const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));
  const hosts = hasIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
  test.each(hosts)("delivers each datagram with its bytes and sender, on %s", async (host) => {
    const got: [string, boolean][] = [];
    let begun = 0;
    let ended = 0;
    const listener = await listenDgram({ host, port: 0, receiveBufferBytes: 100_000 }, new SenderList(loopback, 1n), {
      begin: () => begun++,
      slotMemory,
      overflow: 0,
      datagram: (slot, length, sender) => {
        const at = slot * SLOT_BYTES;
        got.push([slotMemory.toString("latin1", at, at + length), sender !== 0]);
      },
      end: () => ended++,
    });
    const sender = startSender(listener.port, host);
    await sender.send("one");
    await sender.send("");
    await sender.send("three");
    await until(() => got.length === 3);
    expect(got).toEqual([
      ["one", true],
      ["", true],
      ["three", true],
    ]);
    expect(begun).toBeGreaterThan(0);
    expect(ended).toBe(begun);
    expect(listener.receiveBufferBytes).toBeGreaterThanOrEqual(100_000);
    sender.close();
    await listener.close();
  });

  test("reads what the kernel holds before it closes", async () => {
    let got = 0;
    const sink = { slotMemory, overflow: 0, begin: () => {}, datagram: () => got++, end: () => {} };
    const options = { host: "127.0.0.1", port: 0, receiveBufferBytes: 400_000 };
    const listener = await listenDgram(options, new SenderList(loopback, 1n), sink);
    const socket = createSocket("udp4");
    await new Promise<void>((connected) => socket.connect(listener.port, "127.0.0.1", connected));
    for (let i = 0; i < 200; i++) socket.send("waits");
    await listener.close();
    expect(got).toBe(200);
    socket.close();
  });

  test("a port in use is an error, not a shared socket", async () => {
    const sink = { slotMemory, overflow: 0, begin: () => {}, datagram: () => {}, end: () => {} };
    const senders = new SenderList(loopback, 1n);
    const first = await listenDgram({ host: "127.0.0.1", port: 0, receiveBufferBytes: 4096 }, senders, sink);
    const again = listenDgram({ host: "127.0.0.1", port: first.port, receiveBufferBytes: 4096 }, senders, sink);
    await expect(again).rejects.toThrow("EADDRINUSE");
    await first.close();
  });
});
