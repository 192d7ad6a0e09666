import { createSocket } from "node:dgram";
import { isIPv6, SocketAddress } from "node:net";
import { type Listen, listenDgram, listenerOf, place } from "../listen.ts";
import { LONE_SLOT } from "../room.ts";
import type { SenderList } from "../senders.ts";
import type { Libc } from "./libc.ts";
import { Slots } from "./slots.ts";
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
    // libuv comes back up to 32 times before the event loop goes on. Where more comes in than can be pushed, answers,
    // which free connections, must get their turn: one call for each turn of the loop, and what does not fit into the
    // socket's buffer meanwhile is dropped by the kernel, which is where dropping costs least.
    let called = false;
    let sparing = false;
    const nextTurn = (): void => {
      called = false;
      sparing = sink.isBehind();
    };
    socket.on("message", (bytes, from) => {
      sink.begin();
      place(bytes, sink.room);
      sink.datagram(LONE_SLOT, bytes.length, senders.identify(from.address), 0);
      if (!called) setImmediate(nextTurn);
      const filled = called && sparing ? 0 : slots.receive(fd);
      called = true;
      for (let i = 0; i < filled; i++) {
        sink.datagram(i, slots.length(i), identify(i), 0);
      }
      sink.end();
    });
    return listenerOf(socket);
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
