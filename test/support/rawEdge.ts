import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { Connection } from "../../warmer/push/connection.ts";
import { PushRequestBuilder } from "../../warmer/push/pushRequest.ts";
import { PushBatch } from "../../warmer/queue/pushBatch.ts";
import { until } from "./warmer.ts";

/** A TCP server whose every byte a test decides. It ends its connections when it is disposed. */
export async function listenRaw(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(
      socket
        .setNoDelay()
        .on("error", () => {})
        .on("close", () => sockets.delete(socket)),
    );
    onConnection(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** One connection to a server on loopback. `events` has what it reported, in order. */
export async function connectTo(port: number, secret: string | null = null) {
  const events: string[] = [];
  const builder = new PushRequestBuilder({ region: "weur", secret, deadlineMs: 800 }, "avif");
  const batches: PushBatch[] = [];
  const name = (batch: PushBatch) => `push ${batches.indexOf(batch)}`;
  const connection = new Connection(
    { url: new URL(`http://127.0.0.1:${port}`), http: "1.1", tls: {} },
    1,
    {
      changed: () => {},
      partial: (batch, status, piece) => void events.push(`${name(batch)} partial ${status} ${piece}`),
      answered: (_connection, batch, { status, body, keepAlive }) =>
        void events.push(`${name(batch)} ${status} ${body}${keepAlive ? "" : " (last)"}`),
      lost: (_connection, lost, reason) => void events.push(`lost ${lost.map(name)} ${reason}`),
      closed: (_connection, lost, reason) => void events.push(`closed ${lost.map(name)} ${reason}`),
    },
    0,
    undefined,
  );
  await until(() => connection.open || events.length > 0);
  return {
    connection,
    events,
    /** The events without the parts of a body. */
    ends: () => events.filter((event) => !event.includes("partial")),
    push(paths: readonly string[] = ["/a"]) {
      const batch = new PushBatch();
      batch.sentAt = performance.now();
      batches.push(batch);
      connection.send(builder.build(paths, 1_763_760_000_999), batch);
    },
    async [Symbol.asyncDispose]() {
      await connection.close("test ended");
    },
  };
}

/** A server that answers each push by this text, in pieces of the given length. `end`: it then closes. */
export function answering(text: string, length = Math.max(1, text.length), end = false) {
  return listenRaw((socket) => {
    socket.on("data", async (request: Buffer) => {
      if (!request.toString("latin1").startsWith("POST")) return;
      for (let at = 0; at < text.length; at += length) {
        socket.write(text.slice(at, at + length), "latin1");
        await turn();
      }
      if (end) socket.end();
    });
  });
}

/** What becomes of one push that is answered in this way. */
export async function outcome(text: string, length?: number, end?: boolean): Promise<string[]> {
  await using server = await answering(text, length, end);
  await using t = await connectTo(server.port);
  t.push();
  await until(() => t.ends().length > 0);
  return t.ends();
}

export const BODY = '{"accepted":1,"refused":[]}';
export const WITH_LENGTH = `HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
export const CHUNKS = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
export const CHUNKED = `${CHUNKS}5\r\n${BODY.slice(0, 5)}\r\n${(BODY.length - 5).toString(16)};x=y\r\n${BODY.slice(5)}\r\n0\r\n\r\n`;
export const EARLY = "HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n";

/** Complete responses, and what a push reports for them. */
export const COMPLETE = [
  ["with a length", WITH_LENGTH, `push 0 202 ${BODY}`],
  ["in chunks", CHUNKED, `push 0 200 ${BODY}`],
  ["header names in any case", WITH_LENGTH.replace("Content-Length", "content-LENGTH"), `push 0 202 ${BODY}`],
  ["an empty body", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "push 0 503 "],
  ["204 has no body", "HTTP/1.1 204 No Content\r\n\r\n", "push 0 204 "],
  ["after an interim response", EARLY + WITH_LENGTH, `push 0 202 ${BODY}`],
  ["Connection: close", WITH_LENGTH.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"), `push 0 202 ${BODY} (last)`],
  ["HTTP/1.0 is not kept alive", WITH_LENGTH.replace("1.1", "1.0"), `push 0 202 ${BODY} (last)`],
] as const;
