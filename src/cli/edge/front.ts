/**
 * HTTP/2 over TLS before workerd, as Cloudflare's edge has it; workerd itself speaks HTTP/1.1 only. Bodies are passed on
 * as they come, in both directions. HTTP/1.1 clients are served too (ALPN, RFC 7301).
 */
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import {
  constants,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { createAuthority } from "./authority.ts";

export type Front = {
  /** `https://127.0.0.1:N`, without a slash at the end. */
  readonly url: string;
  /** PEM of the authority that signed the certificate, which is for 127.0.0.1 and localhost. Made anew at each start. */
  readonly ca: string;
  stop(): Promise<void>;
};

export type FrontOptions = {
  /** On 127.0.0.1; 0: any free one. */
  readonly port: number;
  /** `http://127.0.0.1:N` of each isolate. Requests go to them in turn. */
  readonly targets: readonly string[];
};

/** As Cloudflare's edge announces it. */
const MAX_CONCURRENT_STREAMS = 100;

/** Headers of one connection only (RFC 9110 7.6.1); HTTP/2 has none of them (RFC 9113 8.2.2). */
const OF_CONNECTION = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te"];

/** Starts the front. Rejects when the port is taken. */
export async function startFront({ port, targets }: FrontOptions): Promise<Front> {
  const authority = createAuthority();
  const agent = new Agent({ keepAlive: true });
  const addresses = targets.map((target) => new URL(target));
  let turn = 0;
  const server = createSecureServer(
    {
      ...authority.issue(["localhost", "127.0.0.1"]),
      allowHTTP1: true,
      settings: { maxConcurrentStreams: MAX_CONCURRENT_STREAMS },
    },
    (incoming, outgoing) => {
      const address = addresses[turn++ % addresses.length];
      if (address !== undefined) forward(incoming, outgoing, address, agent);
    },
  );
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  server.on("secureConnection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: authority.root,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await closed;
    },
  };
}

function forward(incoming: Http2ServerRequest, outgoing: Http2ServerResponse, address: URL, agent: Agent): void {
  const { method, url: path, authority, headers } = incoming;
  const onward = request({
    ...{ hostname: address.hostname, port: address.port, method, path, agent },
    headers: { ...withoutConnection(headers), host: authority || headers.host },
  });
  onward.on("response", (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, withoutConnection(answer.headers));
    answer.pipe(outgoing);
    answer.on("error", () => cutOff(outgoing));
  });
  onward.on("error", () => {
    if (outgoing.headersSent) cutOff(outgoing);
    else outgoing.writeHead(502).end();
  });
  // When the client goes away, the Worker must see it.
  outgoing.on("close", () => onward.destroy());
  incoming.on("error", () => onward.destroy());
  incoming.pipe(onward);
}

/** Ends half an answer so that nobody takes it for a whole one. An HTTP/1.1 answer has no stream. */
function cutOff(outgoing: Http2ServerResponse): void {
  const stream = outgoing.stream as Http2ServerResponse["stream"] | undefined;
  if (stream === undefined) outgoing.destroy();
  else stream.close(constants.NGHTTP2_INTERNAL_ERROR);
}

/** Headers without pseudo-headers and without those of one connection. */
function withoutConnection(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith(":") && !OF_CONNECTION.includes(name));
  return Object.fromEntries(kept);
}
