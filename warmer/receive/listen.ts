import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { ReceiveBatch } from "./receiveBatch.ts";
import type { SenderList } from "./senderList.ts";

/**
 * Where datagrams go, whichever way they are received: into its slotMemory, and then, slot by slot, told of. `begin` opens a
 * group that was received at one moment (it reads the clocks once), `end` closes it.
 */
export type DatagramSink = {
  /**
   * SLOT_MEMORY_BYTES in memory that does not move. A slot is the receiver's until it tells of the datagram in it, and again
   * after `end`.
   */
  readonly slotMemory: Buffer;
  /** Hints so far that had to go because more came in than could be passed on. */
  readonly overflow: number;
  begin(): void;
  /**
   * @param slot where its bytes lie
   * @param length of the datagram; the true length of one that was cut (MSG_TRUNC)
   * @param sender from SenderList, 0 = not allowed
   * @param queuedMs time in the kernel's queue at least, 0 when unknown
   */
  datagram(slot: number, length: number, sender: number, queuedMs: number): void;
  end(): void;
};

export type ListenOptions = {
  readonly host: string;
  readonly port: number;
  /** SO_RCVBUF to ask for, bytes. The kernel doubles it, and caps it at net.core.rmem_max. */
  readonly receiveBufferBytes: number;
};

/** A bound socket that feeds a sink. */
export type Listener = {
  readonly host: string;
  readonly port: number;
  /** What the kernel granted, as it counts it (twice the asking, unless capped), bytes. */
  readonly receiveBufferBytes: number;
  /** Stops receiving; what was received is in the sink. */
  close(): Promise<void>;
};

/** How a receiver is made; `dgram` here, `ffi` in receive/. */
export type Listen = (options: ListenOptions, senders: SenderList, sink: DatagramSink) => Promise<Listener>;

/**
 * Kernel memory one small datagram takes in the receive queue (an skb's truesize), bytes; half of it, because the
 * kernel doubles what SO_RCVBUF asks for.
 */
const BYTES_PER_DATAGRAM = 832 / 2;

/**
 * The receive buffer that holds as many datagrams as are worked off within `delayMs`: with a larger one everything read
 * is old already, with a smaller one bursts are lost for nothing. `perSecond`: datagrams the warmer works off.
 */
export function receiveBufferBytes(delayMs: number, perSecond: number): number {
  return Math.ceil((delayMs / 1000) * perSecond * BYTES_PER_DATAGRAM);
}

/** Receives through the public dgram API: one call per datagram. */
export const listenDgram: Listen = async (options, senders, sink) => {
  const socket = createSocket({ type: isIPv6(options.host) ? "udp6" : "udp4" });
  await bind(socket, options);
  socket.setRecvBufferSize(options.receiveBufferBytes);
  const batch = new ReceiveBatch(sink);
  socket.on("message", (bytes, from) => batch.addSingle(bytes, senders.identify(from.address)));
  return listenerOf(socket, batch);
};

/** Reading what is left may take this long where more and more comes. */
const CLOSING_MS = 50;

/** The Listener of a bound socket. */
export function listenerOf(socket: Socket, batch: ReceiveBatch): Listener {
  const { address, port } = socket.address();
  return {
    host: address,
    port,
    receiveBufferBytes: socket.getRecvBufferSize(),
    async close() {
      // What the kernel holds was sent in time: it is read first, as long as that takes little.
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
      // One receive that failed is not the end of the socket.
      socket.on("error", () => {});
      bound();
    });
  });
}
