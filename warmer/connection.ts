import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import type { Batch } from "./batch.ts";
import { type Answer, MAX_ANSWER_BYTES, parseAnswer } from "./response.ts";

/** What a connection tells its pool. */
export type ConnectionEvents = {
  opened(connection: Connection): void;
  /** Its batch is answered; the receiver takes the batch off it. */
  answered(connection: Connection, answer: Answer): void;
  /** It closed, for whatever reason; it will not speak again. */
  closed(connection: Connection, reason: string): void;
};

export type Endpoint = {
  readonly url: URL;
  /** Extra TLS options: a test's authority. */
  readonly tls: ConnectionOptions;
};

/** The buffer all plain sockets read into; each chunk is turned to text before the next read. */
const READ_BYTES = 16_384;

/**
 * One kept-alive HTTP/1.1 connection with one request in flight. No queue: the pool hands it a request only while it
 * is idle.
 */
export class Connection {
  open = false;
  /** It has been open, though it may be no more. */
  wasOpen = false;
  /** What is in flight on it; undefined when it is idle. */
  batch: Batch | undefined;
  /** Steady ms: when it began to open, and when its present request was sent. */
  readonly since: number;
  sentAt = 0;
  /** Answers read so far. */
  served = 0;
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  #received = "";
  #closed = false;
  #reason = "closed by peer";

  /** @param session TLS session of an earlier connection, resumed to save a round trip's work */
  constructor(endpoint: Endpoint, events: ConnectionEvents, now: number, session: Buffer | undefined) {
    this.since = now;
    this.#events = events;
    this.#socket = openSocket(endpoint, session, (text) => this.#read(text));
    this.#socket.once(endpoint.url.protocol === "https:" ? "secureConnect" : "connect", () => {
      this.open = true;
      this.wasOpen = true;
      events.opened(this);
    });
    this.#socket.on("error", (error: NodeJS.ErrnoException) => {
      this.#reason = error.code ?? error.message;
    });
    this.#socket.on("end", () => this.#socket.destroy());
    this.#socket.once("close", () => this.#close());
  }

  /** Sends one complete request, latin1 text, for this batch. */
  send(request: string, batch: Batch, now: number): void {
    this.batch = batch;
    this.sentAt = now;
    this.#socket.write(request, "latin1");
  }

  /** Ends it at once; `closed` follows with this reason. */
  destroy(reason: string): void {
    this.#reason = reason;
    this.#socket.destroy();
    this.#close();
  }

  /** Calls back with a TLS session that a later connection may resume. */
  onSession(keep: (session: Buffer) => void): void {
    (this.#socket as TLSSocket).on("session", keep);
  }

  #read(text: string): void {
    if (this.#closed) return;
    this.#received = this.#received === "" ? text : this.#received + text;
    const answer = this.batch !== undefined ? parseAnswer(this.#received) : "broken";
    if (answer === "more" && this.#received.length <= MAX_ANSWER_BYTES * 3) return;
    if (typeof answer === "string") {
      this.destroy("broken answer");
      return;
    }
    this.#received = "";
    this.served++;
    if (!answer.keep) this.open = false;
    this.#events.answered(this, answer);
    if (!answer.keep) this.destroy("connection: close");
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.open = false;
    this.#events.closed(this, this.#reason);
  }
}

function openSocket(endpoint: Endpoint, session: Buffer | undefined, read: (text: string) => void): Socket {
  const { url, tls } = endpoint;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const onread = {
    buffer: Buffer.allocUnsafe(READ_BYTES),
    callback: (length: number, buffer: Uint8Array): boolean => {
      read((buffer as Buffer).toString("latin1", 0, length));
      return true;
    },
  };
  if (!secure) return connectTcp({ host, port, noDelay: true, keepAlive: true, onread });
  const socket = connectTls({
    host,
    port,
    ALPNProtocols: ["http/1.1"],
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(session === undefined ? {} : { session }),
    ...tls,
  });
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  socket.on("data", (chunk: Buffer) => read(chunk.toString("latin1")));
  return socket;
}
