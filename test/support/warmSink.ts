import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { HttpVersion } from "../../warmer/push/socket.ts";

/** One push as it arrived. */
export type Push = {
  readonly at: number;
  readonly headers: IncomingMessage["headers"];
  readonly raw: string;
  readonly region: string;
  readonly format: string;
  readonly paths: readonly string[];
};

/** How the sink behaves. May be changed while it runs. */
export type SinkBehaviour = {
  /** Ms before it responds. */
  delayMs: number;
  status: number;
  /** The reason to refuse a path, or undefined to accept it. */
  refuse: (path: string) => string | undefined;
  /**
   * `answer`: responds. `hang`: never responds. `reset`: resets the connection. `cut`: closes the connection in the
   * middle of the body. `restless`: responds and then closes the connection, or with HTTP/2 opens its window further.
   */
  /**
   * What becomes of an accepted path: `made`, `failed:source_404`, or undefined for no line. Undefined instead of a
   * function: an older edge, which answers 202 with one object.
   */
  outcome: ((path: string) => string | undefined) | undefined;
  /** Ms from the first line to the first outcome, and from one outcome to the next. */
  outcomeMs: number;
  /** Closes the connection after so many outcomes. */
  cutAfter: number;
  mode: "answer" | "hang" | "reset" | "cut" | "restless";
};

export type WarmSink = {
  readonly url: string;
  readonly port: number;
  readonly behaviour: SinkBehaviour;
  readonly pushes: Push[];
  /** Connections accepted so far. */
  connections(): number;
  /** Closes the connections, like a server that limits their lifetime. */
  hangUp(): void;
  /** Paths that arrived, in order. */
  paths(): string[];
  close(): Promise<void>;
};

type SinkRequest = IncomingMessage | Http2ServerRequest;

/** An edge that only counts. It answers `POST /warm` as specified, in HTTP/1.1 or (with prior knowledge) HTTP/2. */
export async function startWarmSink(
  initial: Partial<SinkBehaviour> = {},
  port = 0,
  version: HttpVersion = "1.1",
): Promise<WarmSink> {
  const behaviour: SinkBehaviour = {
    delayMs: 0,
    status: 202,
    refuse: () => undefined,
    outcome: undefined,
    outcomeMs: 0,
    cutAfter: Number.POSITIVE_INFINITY,
    mode: "answer",
    ...initial,
  };
  const pushes: Push[] = [];
  let connections = 0;
  const sockets = new Map<number | undefined, Socket>();
  const listener = (request: SinkRequest, response: ServerResponse | Http2ServerResponse): void => {
    let raw = "";
    const socket = sockets.get(request.socket.remotePort);
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (raw += chunk));
    request.on("end", () => {
      const body = JSON.parse(raw) as { region: string; format: string; paths: string[] };
      pushes.push({ at: Date.now(), headers: request.headers, raw, ...body });
      const asks = request.headers.accept === "application/x-ndjson";
      if (behaviour.delayMs > 0) setTimeout(() => answer(body.paths, asks, socket, response), behaviour.delayMs);
      else answer(body.paths, asks, socket, response);
    });
  };
  const server = version === "2" ? createHttp2Server(listener) : createServer({ keepAliveTimeout: 60_000 }, listener);
  function answer(
    paths: readonly string[],
    asks: boolean,
    socket: Socket | undefined,
    response: ServerResponse | Http2ServerResponse,
  ): void {
    if (behaviour.mode === "hang") return;
    if (behaviour.mode === "reset") {
      socket?.resetAndDestroy();
      return;
    }
    const refused = paths.flatMap((path) => {
      const reason = behaviour.refuse(path);
      return reason === undefined ? [] : [{ path, reason }];
    });
    if (asks && behaviour.outcome !== undefined && behaviour.mode === "answer" && behaviour.status < 300) {
      const accepted = paths.filter((path) => !refused.some((one) => one.path === path));
      void stream(accepted, { accepted: accepted.length, refused }, socket, response as ServerResponse);
      return;
    }
    const text = JSON.stringify({ accepted: paths.length - refused.length, refused });
    const restless = behaviour.mode === "restless";
    const head = {
      "Content-Type": "application/json",
      "Content-Length": text.length,
      ...(restless && version === "1.1" ? { Connection: "close" } : {}),
    };
    if (restless && "stream" in response) {
      const { session } = response.stream;
      setTimeout(() => session?.setLocalWindowSize((session.state.localWindowSize ?? 65_535) + 10_000), 3);
    }
    // TypeScript cannot unite the overloads of the two classes. The calls are the same.
    const to = response as ServerResponse;
    to.writeHead(behaviour.status, head);
    if (restless || behaviour.mode === "answer") to.end(text);
    else {
      to.write(text.slice(0, 5));
      setTimeout(() => socket?.destroy(), 5);
    }
  }
  /** One line at a time, as the edge answers to `POST /warm` (docs/operator/warmer.md). */
  async function stream(
    accepted: readonly string[],
    first: object,
    socket: Socket | undefined,
    to: ServerResponse,
  ): Promise<void> {
    to.writeHead(200, { "Content-Type": "application/x-ndjson" }).write(`${JSON.stringify(first)}\n`);
    for (const [n, path] of accepted.entries()) {
      if (behaviour.outcomeMs > 0) await new Promise((wake) => setTimeout(wake, behaviour.outcomeMs));
      if (n >= behaviour.cutAfter) {
        socket?.destroy();
        return;
      }
      const [outcome, reason] = behaviour.outcome?.(path)?.split(":") ?? [];
      if (outcome !== undefined) to.write(`${JSON.stringify({ path, outcome, ...(reason ? { reason } : {}) })}\n`);
    }
    to.end();
  }
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.set(socket.remotePort, socket);
    // HTTP/2 leaves a reset to the owner of the socket.
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket.remotePort));
  });
  const hangUp = (): void => {
    for (const socket of sockets.values()) socket.destroy();
  };
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    behaviour,
    pushes,
    connections: () => connections,
    hangUp,
    paths: () => pushes.flatMap((push) => push.paths),
    close: async () => {
      if (!server.listening) return;
      hangUp();
      server.close();
      await once(server, "close");
    },
  };
}
