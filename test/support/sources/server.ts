/** A source on loopback: a real HTTP server and a real HTTPS server with the same paths. They record each request. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Authority } from "./authority.ts";
import { FAULTS } from "./faults.ts";

export type Seen = {
  readonly tls: boolean;
  readonly method: string;
  readonly path: string;
  /** Header names are in lower case. */
  readonly headers: IncomingMessage["headers"];
};

export type SourceServer = {
  readonly http: number;
  readonly https: number;
  /** Every request since the start or the last `seen.length = 0`, in order. */
  readonly seen: Seen[];
  /** Bytes written to peers so far, over plain HTTP. */
  bytesOut(): number;
  /** Replaces the picture that is served from now on. */
  setPicture(picture: Uint8Array): void;
  /** Gives every path the same behaviour of the table; null ends that. */
  force(fault: string | null): void;
  /** From now on the HTTPS server has a certificate of this authority. */
  setAuthority(authority: Authority): void;
  /** Closes both servers. `seen` keeps its entries. */
  close(): Promise<void>;
};

export type SourceOptions = {
  readonly picture: Uint8Array;
  readonly authority: Authority;
  /** The names in its certificate. */
  readonly names?: readonly string[];
  /** Days that its certificate is valid; < 0: it has expired. */
  readonly days?: number;
};

/** Starts both servers on free ports of 127.0.0.1. */
export async function startSource(options: SourceOptions): Promise<SourceServer> {
  const seen: Seen[] = [];
  const ended = new AbortController();
  const sockets = new Set<Socket>();
  let picture = options.picture;
  let forced: string | null = null;
  let written = 0;

  const answer = (tls: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://source.test");
    seen.push({ tls, method: request.method ?? "", path: request.url ?? "", headers: request.headers });
    const [name = "", rest = ""] = (forced ?? url.pathname.slice(1)).split("/", 2);
    const fault = Object.hasOwn(FAULTS, name) ? FAULTS[name] : undefined;
    response.on("error", () => {});
    if (fault !== undefined) return fault({ request, response, url, picture, until: ended.signal }, rest);
    response.writeHead(404);
    response.end();
  };
  const { cert, key } = options.authority.issue(options.names ?? ["localhost", "127.0.0.1"], options.days);
  const http = createServer(answer(false) as RequestListener);
  const https = createTlsServer({ cert, key }, answer(true) as RequestListener);
  for (const server of [http, https]) {
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        if (server === http) written += socket.bytesWritten;
      });
    });
  }
  return {
    http: await listen(http),
    https: await listen(https),
    seen,
    bytesOut: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, written),
    setPicture(next) {
      picture = next;
    },
    force(fault) {
      forced = fault;
    },
    setAuthority(next) {
      https.setSecureContext(next.issue(options.names ?? ["localhost", "127.0.0.1"], options.days));
      // Open connections would keep the old certificate.
      https.closeAllConnections();
    },
    async close() {
      ended.abort();
      for (const socket of sockets) socket.destroy();
      await Promise.all([http, https].map((server) => new Promise((done) => server.close(done))));
    },
  };
}

export function listen(server: Server, port = 0): Promise<number> {
  return new Promise((ready, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => ready((server.address() as AddressInfo).port));
  });
}

/** A port on which nothing listens: this function has just listened there and stopped. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((done) => server.close(done));
  return port;
}
