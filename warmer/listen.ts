import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { LONE_SLOT, SLOT_BYTES } from "./room.ts";
import type { SenderList } from "./senders.ts";

/**
 * Where datagrams go, whichever way they are received: into its room, and then, slot by slot, told of. `begin` opens a
 * group that was received at one moment (it reads the clocks once), `end` closes it.
 */
export type DatagramSink = {
  /**
   * ROOM_BYTES in memory that does not move. A slot is the receiver's until it tells of the datagram in it, and again
   * after `end`.
   */
  readonly room: Buffer;
  /** Whether more comes in than can be passed on; asked once for each turn of the event loop. */
  isBehind(): boolean;
  begin(): void;
  /**
   * @param slot where its bytes lie
   * @param length of the datagram; the true length of one that was cut (MSG_TRUNC)
   * @param sender from SenderList, 0 = not allowed
   * @param queuedMs time in the kernel's queue, 0 when unknown
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
  const { room } = sink;
  socket.on("message", (bytes, from) => {
    sink.begin();
    place(bytes, room);
    sink.datagram(LONE_SLOT, bytes.length, senders.identify(from.address), 0);
    sink.end();
  });
  return listenerOf(socket);
};

/** Puts a datagram into the slot of lone ones; of a longer one as much as fits. */
export function place(bytes: Buffer, room: Buffer): void {
  room.set(bytes.length > SLOT_BYTES ? bytes.subarray(0, SLOT_BYTES) : bytes, LONE_SLOT * SLOT_BYTES);
}

/** The Listener of a bound socket. */
export function listenerOf(socket: Socket): Listener {
  const { address, port } = socket.address();
  return {
    host: address,
    port,
    receiveBufferBytes: socket.getRecvBufferSize(),
    close: () => new Promise((closed) => socket.close(() => closed())),
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
