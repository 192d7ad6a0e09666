import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type DelayProxy, type Distance, startDelayProxy } from "../../../bench/race/network/delayProxy.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A server that sends back what it gets, behind a proxy. */
async function echo(distance: Distance): Promise<DelayProxy> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = await startDelayProxy((server.address() as AddressInfo).port, () => distance);
  undo.push(
    () => server.close(),
    () => proxy.stop(),
  );
  return proxy;
}

/** Ms until `text` has come back, on an open connection. */
async function trip(socket: ReturnType<typeof connect>, text: string): Promise<number> {
  const started = performance.now();
  socket.write(text);
  let seen = "";
  while (seen.length < text.length) seen += String((await once(socket, "data"))[0]);
  expect(seen).toBe(text);
  return performance.now() - started;
}

describe("a connection over a distance", () => {
  test("opening costs a round trip more than what follows", async () => {
    const { port } = await echo({ rtt: 60, bytesPerMs: null });
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    undo.push(() => socket.destroy());
    const [first, second] = [await trip(socket, "hello"), await trip(socket, "again")];
    expect(first).toBeGreaterThanOrEqual(118);
    expect(second).toBeGreaterThanOrEqual(58);
    expect(second).toBeLessThan(118);
  });

  test("a limited line brings so many bytes per ms", async () => {
    const { port } = await echo({ rtt: 0, bytesPerMs: 1_000 });
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    undo.push(() => socket.destroy());
    expect(await trip(socket, "x".repeat(100_000))).toBeGreaterThanOrEqual(95);
  });

  test("bytes and the end come in their order", async () => {
    const { port } = await echo({ rtt: 10, bytesPerMs: 10_000 });
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const pieces = Array.from({ length: 50 }, (_, i) => `${i},`);
    for (const piece of pieces) socket.write(piece);
    socket.end();
    let seen = "";
    for await (const piece of socket) seen += String(piece);
    expect(seen).toBe(pieces.join(""));
  });
});
