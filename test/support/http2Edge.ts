/** An edge on Node's own HTTP/2 server, and a warmer that pushes to it. */
import { once } from "node:events";
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { expect } from "vitest";
import type { Warmer } from "../../warmer/service.ts";
import { type Sender, startSender, startTestWarmer, unsettled, until } from "./warmer.ts";

type Seen = {
  readonly headers: IncomingHttpHeaders;
  readonly paths: readonly string[];
  readonly stream: ServerHttp2Stream;
};

export type Edge = {
  warmer: Warmer;
  sender: Sender;
  seen: Seen[];
  sessions: ServerHttp2Session[];
  /** Received GOAWAY frames, as code and last stream. */
  goaways: string[];
  /** Writes raw bytes as the server to the connection of a stream, past its HTTP/2 layer. */
  write(stream: ServerHttp2Stream, text: string): void;
  /** The most streams that were open at the same time. */
  most(): number;
  paths(): string[];
  [Symbol.asyncDispose](): Promise<void>;
};

export type Behaviour = {
  readonly settings?: Settings;
  readonly env?: Record<string, string>;
  /** Called for each push that has arrived. By default it sends a response. */
  readonly on?: (stream: ServerHttp2Stream, n: number) => void;
};

/** Accepts a push. */
export const accept = (stream: ServerHttp2Stream): void => {
  if (stream.closed || stream.destroyed) return;
  stream.respond({ ":status": 202, "content-type": "application/json" });
  stream.end('{"accepted":1,"refused":[]}');
};

/** Starts an edge and a warmer with one region. At the end, every received hint must have ended. */
export async function edge({ settings = {}, env = {}, on = accept }: Behaviour): Promise<Edge> {
  const seen: Seen[] = [];
  const sessions: ServerHttp2Session[] = [];
  const goaways: string[] = [];
  const sockets: Socket[] = [];
  let [open, most] = [0, 0];
  const server: Http2Server = createServer({ settings });
  server.on("connection", (socket: Socket) => sockets.push(socket));
  server.on("session", (session) => {
    sessions.push(session);
    session.on("goaway", (code: number, last: number) => goaways.push(`${code} ${last}`));
  });
  server.on("sessionError", () => {});
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    most = Math.max(most, ++open);
    stream.on("close", () => open--).on("error", () => {});
    let body = "";
    stream.setEncoding("latin1").on("data", (text: string) => (body += text));
    stream.on("end", () => {
      seen.push({ headers, paths: (JSON.parse(body) as { paths: string[] }).paths, stream });
      on(stream, seen.length);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const warmer = await startTestWarmer({
    WARM_REGIONS: `weur=http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    WARM_HTTP: "2",
    WARM_BATCH_MS: "0",
    WARM_MAX_AGE_MS: "8000",
    ...env,
  });
  const sender = startSender(warmer.udp.port);
  await until(() => (warmer.pushers[0]?.connections.opened ?? 0) > 0);
  return {
    warmer,
    sender,
    seen,
    sessions,
    goaways,
    // Connections and their sessions arrive in the same order.
    write: (stream, text) =>
      void sockets[sessions.indexOf(stream.session as ServerHttp2Session)]?.write(text, "latin1"),
    most: () => most,
    paths: () => seen.flatMap(({ paths }) => paths),
    async [Symbol.asyncDispose]() {
      sender.close();
      await warmer.stop();
      for (const session of sessions) session.destroy();
      server.close();
      expect(unsettled(warmer)).toBe(0);
    },
  };
}
