import { createSocket } from "node:dgram";
import { isIPv6, SocketAddress } from "node:net";
import { type Libc, queueDelayReader } from "./libc.ts";
import { type Listen, listenDgram, listenerOf } from "./listen.ts";
import { MessageVector } from "./messageVector.ts";
import { ReceiveBatch } from "./receiveBatch.ts";
import { ReceiveQuota } from "./receiveQuota.ts";
import { CALL_SLOTS } from "./receiveSlots.ts";
import type { SenderList } from "./senderList.ts";
import { socketAddress } from "./sockaddr.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

/**
 * Makes a receiver that reads many datagrams per system call. It opens the socket itself, so that it knows the
 * descriptor. dgram then owns and watches the socket, and delivers the first waiting datagram. recvmmsg(2) reads the
 * rest, without allocation.
 */
export function createListenFfi(libc: Libc): Listen {
  return async (options, senders, sink) => {
    const six = isIPv6(options.host);
    const fd = libc.socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return listenDgram(options, senders, sink);
    const address = socketAddress(options.host, options.port);
    if (libc.bind(fd, libc.addressOf(address), address.byteLength) < 0) {
      libc.close(fd);
      // errno is lost on the way to here. dgram fails in the same way and reports the reason.
      return listenDgram(options, senders, sink);
    }
    const socket = createSocket({ type: six ? "udp6" : "udp4" });
    await new Promise<void>((bound, failed) => {
      socket.once("error", failed);
      socket.bind({ fd, exclusive: true }, () => {
        socket.off("error", failed);
        bound();
      });
    });
    // One failed receive must not end the socket.
    socket.on("error", () => {});
    socket.setRecvBufferSize(options.receiveBufferBytes);
    const messages = new MessageVector(libc, sink.slotMemory);
    const identify = identifier(messages, senders);
    const quota = new ReceiveQuota();
    let filled = 0;
    const queueDelayMs = queueDelayReader(libc, fd);
    const batch = new ReceiveBatch(sink, {
      ended: () => {
        filled = 0;
        quota.endIteration(sink.overflow);
      },
      queueDelayMs: () => queueDelayMs(Date.now()),
    });
    // libuv calls this up to 32 times per loop iteration, with one datagram each. The first call reads everything else
    // that waits, as far as the quota allows.
    socket.on("message", (bytes, from) => {
      batch.addSingle(bytes, senders.identify(from.address));
      while (quota.left > 0) {
        const first = filled;
        filled += messages.receive(fd, first, Math.min(CALL_SLOTS - first, quota.left));
        quota.left -= filled - first;
        for (let slot = first; slot < filled; slot++) batch.add(slot, messages.length(slot), identify(slot));
        if (filled < CALL_SLOTS) return;
        batch.deliver();
        filled = 0;
      }
    });
    return listenerOf(socket, batch);
  };
}

/**
 * Makes a function from slot to sender number. Datagrams of one sender often follow each other, so the last address is
 * cached.
 */
function identifier(messages: MessageVector, senders: SenderList): (slot: number) => number {
  let address: number | string = -1;
  let number = 0;
  return (slot) => {
    const four = messages.isIPv4(slot);
    const from = four ? messages.ipv4(slot) : messages.ipv6(slot);
    if (from !== address) {
      address = from;
      number = typeof from === "number" ? senders.identifyIPv4(from) : senders.identify(ipv6Text(from));
    }
    return number;
  };
}

/**
 * Formats an IPv6 address as dgram does.
 * @param digits 32 hex digits
 */
function ipv6Text(digits: string): string {
  const address = digits.replace(/(.{4})(?=.)/g, "$1:");
  return new SocketAddress({ family: "ipv6", address }).address;
}
