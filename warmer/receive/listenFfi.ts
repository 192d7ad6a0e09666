import { createSocket } from "node:dgram";
import { isIPv6, SocketAddress } from "node:net";
import { type Libc, stampReader } from "./libc.ts";
import { type Listen, listenDgram, listenerOf } from "./listen.ts";
import { Slots } from "./messageVector.ts";
import { Turn } from "./receiveBatch.ts";
import { Quota } from "./receiveQuota.ts";
import { SLOTS } from "./receiveSlots.ts";
import type { SenderList } from "./senderList.ts";
import { socketAddress } from "./sockaddr.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

/**
 * Receives many datagrams per system call. The socket is made here so that its descriptor is known; dgram gets it to
 * watch (and owns it: it closes it), and hands over the first datagram that waits. The rest is fetched with recvmmsg.
 * Nothing is allocated for them.
 */
export function listenWith(libc: Libc): Listen {
  return async (options, senders, sink) => {
    const six = isIPv6(options.host);
    const fd = libc.socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return listenDgram(options, senders, sink);
    const address = socketAddress(options.host, options.port);
    if (libc.bind(fd, libc.addressOf(address), address.byteLength) < 0) {
      libc.close(fd);
      // errno does not survive the way here; dgram fails in the same way and says why.
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
    // One receive that failed is not the end of the socket.
    socket.on("error", () => {});
    socket.setRecvBufferSize(options.receiveBufferBytes);
    const slots = new Slots(libc, sink.room);
    const identify = identifier(slots, senders);
    const quota = new Quota();
    let filled = 0;
    const waitedMs = stampReader(libc, fd);
    const turn = new Turn(sink, {
      ended: () => {
        filled = 0;
        quota.turn(sink.overflow);
      },
      waited: () => waitedMs(Date.now()),
    });
    // libuv comes here up to 32 times, each time with one datagram, before the event loop goes on. What else waits is
    // fetched the first time, as far as the quota goes.
    socket.on("message", (bytes, from) => {
      turn.lone(bytes, senders.identify(from.address));
      while (quota.left > 0) {
        const first = filled;
        filled += slots.receive(fd, first, Math.min(SLOTS - first, quota.left));
        quota.left -= filled - first;
        for (let slot = first; slot < filled; slot++) turn.add(slot, slots.length(slot), identify(slot));
        if (filled < SLOTS) return;
        turn.pass();
        filled = 0;
      }
    });
    return listenerOf(socket, turn);
  };
}

/** Slot -> the sender's number. Datagrams of one sender come in rows, so the last address is kept at hand. */
function identifier(slots: Slots, senders: SenderList): (slot: number) => number {
  let address: number | string = -1;
  let number = 0;
  return (slot) => {
    const four = slots.isIPv4(slot);
    const from = four ? slots.ipv4(slot) : slots.ipv6(slot);
    if (from !== address) {
      address = from;
      number = typeof from === "number" ? senders.identifyIPv4(from) : senders.identify(ipv6Text(from));
    }
    return number;
  };
}

/** An IPv6 address as dgram writes it. */
function ipv6Text(digits: string): string {
  const address = digits.replace(/(.{4})(?=.)/g, "$1:");
  return new SocketAddress({ family: "ipv6", address }).address;
}
