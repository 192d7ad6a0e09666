/** The third party of these benches: one picture under every path, on loopback, that can be told to fall silent. */
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export type Source = {
  readonly url: string;
  /** Paths asked for so far. */
  readonly asked: string[];
  /** From now on it takes connections and says nothing. */
  silence(): void;
  /** Nobody listens there any more. */
  close(): Promise<void>;
};

/** Answers with `picture` after `delayMs`. */
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
