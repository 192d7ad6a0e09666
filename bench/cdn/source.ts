/** The source of these benches: a server on loopback with the same picture under every path. It can become silent. */
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export type Source = {
  readonly url: string;
  /** The path of each request so far. */
  readonly asked: string[];
  /** From now on it accepts connections and sends nothing. */
  silence(): void;
  /** Stops the server and closes its connections. */
  close(): Promise<void>;
};

/** Starts a server that answers every request with `picture` and `headers`, `delayMs` after it came. */
export async function startSource(
  picture: Uint8Array,
  delayMs = 0,
  headers: Record<string, string> = {},
): Promise<Source> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (!silent) setTimeout(() => response.writeHead(200, headers).end(picture), delayMs);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", 4096, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    silence: () => {
      silent = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
