/** Passes datagrams on after a delay: the hints of an API server that is far away, or behind a full queue. */
import { createSocket } from "node:dgram";
import { once } from "node:events";

export type LateRelay = { readonly address: string; stop(): void };

/** Starts a relay on loopback. `to` is `host:port`; every datagram leaves `delayMs` after it came. */
export async function startLateRelay(to: string, delayMs: number): Promise<LateRelay> {
  const { hostname, port } = new URL(`udp://${to}`);
  const socket = createSocket("udp4");
  socket.on("message", (datagram) => {
    setTimeout(() => socket.send(datagram, Number(port), hostname), delayMs);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { address: `127.0.0.1:${socket.address().port}`, stop: () => socket.close() };
}
