import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One push as it arrived. */
export type Push = {
  readonly at: number;
  readonly headers: IncomingMessage["headers"];
  readonly raw: string;
  readonly region: string;
  readonly format: string;
  readonly paths: readonly string[];
};

/** How the sink behaves; may be changed while it runs. */
export type SinkBehaviour = {
  /** Ms before it answers. */
  delayMs: number;
  status: number;
  /** Paths to refuse, and why. */
  refuse: (path: string) => string | undefined;
  /** `answer`; `hang`: never; `reset`: cut the connection; `cut`: cut it in the middle of the body. */
  mode: "answer" | "hang" | "reset" | "cut";
};

export type WarmSink = {
  readonly url: string;
  readonly port: number;
  readonly behaviour: SinkBehaviour;
  readonly pushes: Push[];
  /** Connections accepted so far. */
  connections(): number;
  /** Closes the idle connections, as a server does that keeps them only so long. */
  hangUp(): void;
  /** Paths that arrived, in order. */
  paths(): string[];
  close(): Promise<void>;
};

/** An edge that only counts: answers `POST /warm` as the wire contract says. */
export async function startWarmSink(initial: Partial<SinkBehaviour> = {}, port = 0): Promise<WarmSink> {
  const behaviour: SinkBehaviour = { delayMs: 0, status: 202, refuse: () => undefined, mode: "answer", ...initial };
  const pushes: Push[] = [];
  let connections = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    let raw = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (raw += chunk));
    request.on("end", () => {
      const body = JSON.parse(raw) as { region: string; format: string; paths: string[] };
      pushes.push({ at: Date.now(), headers: request.headers, raw, ...body });
      if (behaviour.delayMs > 0) setTimeout(() => answer(body.paths, request, response), behaviour.delayMs);
      else answer(body.paths, request, response);
    });
  });
  function answer(paths: readonly string[], request: IncomingMessage, response: ServerResponse): void {
    if (behaviour.mode === "hang") return;
    if (behaviour.mode === "reset") {
      request.socket.resetAndDestroy();
      return;
    }
    const refused = paths.flatMap((path) => {
      const reason = behaviour.refuse(path);
      return reason === undefined ? [] : [{ path, reason }];
    });
    const text = JSON.stringify({ accepted: paths.length - refused.length, refused });
    response.writeHead(behaviour.status, { "Content-Type": "application/json", "Content-Length": text.length });
    if (behaviour.mode === "answer") response.end(text);
    else {
      response.write(text.slice(0, 5));
      setTimeout(() => request.socket.destroy(), 5);
    }
  }
  server.on("connection", () => connections++);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    behaviour,
    pushes,
    connections: () => connections,
    hangUp: () => server.closeAllConnections(),
    paths: () => pushes.flatMap((push) => push.paths),
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
