import type { PushBatch } from "../queue/pushBatch.ts";
import { Http1Codec } from "./h1/http1Codec.ts";
import { RequestFields } from "./h2/hpack.ts";
import { Http2Codec } from "./h2/http2Codec.ts";
import type { HttpCodec, HttpCodecEvents, PushResponse } from "./httpCodec.ts";
import type { PushRequest } from "./pushRequest.ts";
import { type Endpoint, type HttpVersion, openSocket, type PushSocket } from "./socket.ts";

/** What a connection tells its pool. */
export type ConnectionEvents = {
  /** It can be used now, or it takes more or fewer requests than before. */
  changed(connection: Connection): void;
  /** More of a response has arrived, but not its end. */
  partial(batch: PushBatch, status: number, piece: string): void;
  answered(connection: Connection, batch: PushBatch, response: PushResponse): void;
  /** These batches will get no response. The connection stays open. */
  lost(connection: Connection, batches: readonly PushBatch[], reason: string): void;
  /** It closed for any reason, together with its batches in flight. It is the last event. */
  closed(connection: Connection, batches: readonly PushBatch[], reason: string): void;
};

/** One kept-alive connection: a socket, and the HTTP version spoken on it. */
export class Connection {
  /** Requests can be sent. */
  open = false;
  /** Used by the pool: it is in the list of free connections. */
  isFree = false;
  /** Used by the pool: it has been open, even if it is closed now. */
  wasOpen = false;
  /** When it began to open, ms of the steady clock. */
  readonly since: number;
  /** Responses received so far. */
  served = 0;
  /** Known once it is open. */
  version: HttpVersion | undefined;
  readonly #endpoint: Endpoint;
  readonly #streams: number;
  readonly #events: ConnectionEvents;
  readonly #socket: PushSocket;
  #codec: HttpCodec | undefined;
  #pending = "";
  #isClosed = false;
  #reason = "closed by peer";

  /**
   * @param streams the most requests in flight
   * @param session TLS session of an earlier connection, to be resumed
   */
  constructor(endpoint: Endpoint, streams: number, events: ConnectionEvents, now: number, session: Buffer | undefined) {
    this.since = now;
    this.#endpoint = endpoint;
    this.#streams = streams;
    this.#events = events;
    this.#socket = openSocket(endpoint, session, {
      connected: (version) => this.#onConnected(version),
      read: (text) => {
        if (!this.#isClosed) this.#codec?.receive(text);
      },
      drained: () => this.#onChanged(),
      failed: (reason) => (this.#reason = reason),
      closed: () => this.#onClosed(),
    });
  }

  get capacity(): number {
    return this.#codec?.capacity ?? 0;
  }

  /** 0 while the server does not read: a request that cannot leave would only become older. */
  get free(): number {
    return this.#socket.blocked ? 0 : (this.#codec?.free ?? 0);
  }

  /** Sends one push. Call it only while `free` is above 0. */
  send(push: PushRequest, batch: PushBatch): void {
    this.#codec?.send(push, batch);
  }

  /** Gives up late requests, or a connection that does not open. `now` is ms of the steady clock. */
  expire(now: number, limitMs: number): void {
    if (this.open) this.#codec?.expire(now, limitMs);
    else if (now - this.since > limitMs) void this.close("timeout");
  }

  /**
   * Closes it. `closed` is called with this reason before the function returns. Resolves when the last bytes are sent
   * and the socket is closed.
   */
  async close(reason: string): Promise<void> {
    if (this.#isClosed) return;
    this.#reason = reason;
    const last = this.#pending + (this.#codec?.close() ?? "");
    const ended = last === "" ? this.#socket.destroy() : this.#socket.end(last);
    this.#onClosed();
    await ended;
  }

  /** Registers a callback for TLS sessions that a later connection may resume. */
  onSession(keep: (session: Buffer) => void): void {
    this.#socket.onSession(keep);
  }

  #onConnected(version: HttpVersion | string): void {
    if (version !== "1.1" && version !== "2") {
      void this.close(version);
      return;
    }
    this.version = version;
    const events: HttpCodecEvents = {
      // HTTP/1.1 has one request in flight, so there is nothing to gather. HTTP/2 gathers what one loop iteration sends
      // into one write.
      write: version === "2" ? (text) => this.#gather(text) : (text) => this.#socket.write(text),
      changed: () => this.#onChanged(),
      partial: (batch, status, piece) => this.#events.partial(batch, status, piece),
      answered: (batch, response) => {
        this.served++;
        this.#events.answered(this, batch, response);
      },
      lost: (batches, reason) => this.#events.lost(this, batches, reason),
      end: (reason) => void this.close(reason),
    };
    const { url } = this.#endpoint;
    if (version === "2")
      this.#codec = new Http2Codec({ fields: new RequestFields(url), streams: this.#streams }, events);
    else {
      this.#codec = new Http1Codec(url, events);
      this.#onChanged();
    }
  }

  #onChanged(): void {
    if (this.#isClosed || this.#codec === undefined) return;
    // It stays open even if it takes no more requests: some may still be in flight.
    this.open ||= this.capacity > 0;
    this.#events.changed(this);
  }

  #gather(text: string): void {
    // A push that is alone leaves at once. Waiting for others of its loop iteration would only make it older.
    const alone = this.capacity - this.free <= 1;
    if (this.#pending === "") (alone ? queueMicrotask : setImmediate)(() => this.#flush());
    this.#pending += text;
  }

  #flush(): void {
    const out = this.#pending;
    this.#pending = "";
    if (out !== "") this.#socket.write(out);
  }

  #onClosed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.open = false;
    this.#pending = "";
    this.#events.closed(this, this.#codec?.abandon() ?? [], this.#reason);
  }
}
