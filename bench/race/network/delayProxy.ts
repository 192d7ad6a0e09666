/** A TCP proxy on loopback that makes a connection as slow as one over a distance. */

import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

export type Distance = {
  /** Round trip in ms. Each direction takes half of it. Opening the connection takes one whole. */
  readonly rtt: number;
  /** What all connections together bring downstream, in bytes per ms; null = no limit. */
  readonly bytesPerMs: number | null;
};

export type DelayProxy = { readonly port: number; stop(): Promise<void> };

/** What all connections of a proxy share: when the line downstream is free again. */
type Line = { freeAt: number };

/**
 * Starts a proxy before `port` of loopback. `distance` is asked for every piece, so it can change. TCP's handshake costs
 * a round trip before the first byte from the client moves: loopback itself has accepted the connection at once.
 */
export async function startDelayProxy(port: number, distance: () => Distance): Promise<DelayProxy> {
  const line: Line = { freeAt: 0 };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    const opened = performance.now() + distance().rtt;
    carry(client, upstream, (at) => Math.max(at, opened) + distance().rtt / 2);
    carry(upstream, client, (at, bytes) => arrival(at, bytes, distance(), line));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** When the last of `bytes` that left at `at` is there. */
function arrival(at: number, bytes: number, { rtt, bytesPerMs }: Distance, line: Line): number {
  if (bytesPerMs === null) return at + rtt / 2;
  line.freeAt = Math.max(line.freeAt, at) + bytes / bytesPerMs;
  return line.freeAt + rtt / 2;
}

/** Passes bytes on in their order, each piece when `due` says. The end of the stream follows the last piece. */
function carry(from: Socket, to: Socket, due: (at: number, bytes: number) => number): void {
  const waiting: { readonly at: number; readonly act: () => void }[] = [];
  let last = 0;
  // One timer for all: two timers with almost the same time may fire in the other order.
  const work = () => {
    while (waiting[0] !== undefined && waiting[0].at <= performance.now()) waiting.shift()?.act();
    if (waiting[0] !== undefined) setTimeout(work, Math.max(1, waiting[0].at - performance.now()));
  };
  const later = (at: number, act: () => void) => {
    last = Math.max(at, last);
    waiting.push({ at: last, act });
    if (waiting.length === 1) work();
  };
  from.on("data", (piece: Buffer) => later(due(performance.now(), piece.length), () => to.write(piece)));
  from.on("end", () => later(due(performance.now(), 0), () => to.end()));
  from.on("error", () => to.destroy());
}
