import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { type DatagramSink, ReceiveBatch } from "./receiveBatch.ts";
import type { SenderList } from "./senderList.ts";

export type ListenOptions = {
  readonly host: string;
  readonly port: number;
  /** SO_RCVBUF to request, bytes. The kernel doubles it and limits it to net.core.rmem_max. */
  readonly receiveBufferBytes: number;
};

/** A bound socket that feeds a sink. */
export type Listener = {
  readonly host: string;
  readonly port: number;
  /** Bytes the kernel granted, as it counts them: twice the request, unless limited. */
  readonly receiveBufferBytes: number;
  /** Stops receiving. Everything received before is in the sink. */
  close(): Promise<void>;
};

/** Starts a receiver: listenDgram, or one of createListenFfi. */
export type Listen = (options: ListenOptions, senders: SenderList, sink: DatagramSink) => Promise<Listener>;

/**
 * Bytes of SO_RCVBUF for one small datagram. In the receive queue it takes 832 (truesize of its skb); the kernel
 * doubles SO_RCVBUF, hence the half.
 */
const BYTES_PER_DATAGRAM = 832 / 2;

/**
 * The receive buffer that holds the datagrams of `delayMs`. In a larger buffer, everything is old when it is read. A
 * smaller one loses bursts without need.
 * @param delayMs how long a datagram may wait, ms
 * @param perSecond datagrams the warmer processes per second
 * @returns bytes to request
 */
export function receiveBufferBytes(delayMs: number, perSecond: number): number {
  return Math.ceil((delayMs / 1000) * perSecond * BYTES_PER_DATAGRAM);
}

/** Receives through the public dgram API, one datagram per system call. */
export const listenDgram: Listen = async (options, senders, sink) => {
  const socket = createSocket({ type: isIPv6(options.host) ? "udp6" : "udp4" });
  await bind(socket, options);
  socket.setRecvBufferSize(options.receiveBufferBytes);
  const batch = new ReceiveBatch(sink);
  socket.on("message", (bytes, from) => batch.addSingle(bytes, senders.identify(from.address)));
  return listenerOf(socket, batch);
};

/** The longest time for reading the rest at the end, while more keeps arriving. */
const CLOSING_MS = 50;

/** The Listener of a bound socket. */
export function listenerOf(socket: Socket, batch: ReceiveBatch): Listener {
  const { address, port } = socket.address();
  return {
    host: address,
    port,
    receiveBufferBytes: socket.getRecvBufferSize(),
    async close() {
      // The kernel still holds datagrams that were sent in time. Read them first, within CLOSING_MS.
      const until = performance.now() + CLOSING_MS;
      for (let quiet = 0; quiet < 2 && performance.now() < until; ) {
        const before = batch.delivered;
        await new Promise((next) => setImmediate(next));
        quiet = batch.delivered === before ? quiet + 1 : 0;
      }
      await new Promise<void>((closed) => socket.close(() => closed()));
      batch.deliver();
    },
  };
}

function bind(socket: Socket, options: ListenOptions): Promise<void> {
  return new Promise((bound, failed) => {
    socket.once("error", failed);
    socket.bind({ address: options.host, port: options.port, exclusive: true }, () => {
      socket.off("error", failed);
      // One failed receive must not end the socket.
      socket.on("error", () => {});
      bound();
    });
  });
}
