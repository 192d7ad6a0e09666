import type { PushBatch } from "../queue/pushBatch.ts";
import { Http1Codec } from "./h1/http1Codec.ts";
import { RequestFields } from "./h2/hpack.ts";
import { Http2Codec } from "./h2/http2Codec.ts";
import type { HttpCodec, HttpCodecEvents } from "./httpCodec.ts";
import type { PushRequest } from "./pushRequest.ts";
import type { PushResponse } from "./pushResponse.ts";
import { type Endpoint, type HttpVersion, openSocket, type PushSocket } from "./socket.ts";

/** What a connection tells its pool. */
export type ConnectionEvents = {
  /** It can be used, or takes more or fewer requests than before. */
  changed(connection: Connection): void;
  answered(connection: Connection, batch: PushBatch, response: PushResponse): void;
  /** These will not be answered, though the connection lives on. */
  lost(connection: Connection, batches: readonly PushBatch[], reason: string): void;
  /** It closed, for whatever reason, and with it what was in flight; it will not speak again. */
  closed(connection: Connection, batches: readonly PushBatch[], reason: string): void;
};

/** One kept-alive connection: a socket and the version of HTTP spoken on it. */
export class Connection {
  /** Requests can be sent. */
  open = false;
  /** The pool's: it stands among those that take requests. */
  isFree = false;
  /** The pool's: it has been open, though it may be no more. */
  wasOpen = false;
  /** Steady ms when it began to open. */
  readonly since: number;
  /** Answers read so far. */
  served = 0;
  /** Known when it is open. */
  version: HttpVersion | undefined;
  readonly #endpoint: Endpoint;
  readonly #streams: number;
  readonly #events: ConnectionEvents;
  readonly #socket: PushSocket;
  #codec: HttpCodec | undefined;
  #pending = "";
  #isClosed = false;
  #reason = "closed by peer";

  /** @param streams requests in flight at the most, @param session TLS session of an earlier one, to be resumed */
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
      failed: (reason) => (this.#reason = reason),
      closed: () => this.#onClosed(),
    });
  }

  get capacity(): number {
    return this.#codec?.capacity ?? 0;
  }

  get free(): number {
    return this.#codec?.free ?? 0;
  }

  /** Sends one push; only while something is free. */
  send(push: PushRequest, batch: PushBatch): void {
    this.#codec?.send(push, batch);
  }

  /** Gives up what is late. Steady ms. */
  expire(now: number, limitMs: number): void {
    if (this.open) this.#codec?.expire(now, limitMs);
    else if (now - this.since > limitMs) void this.close("timeout");
  }

  /** Ends it: `closed` is called with this reason, at once. Resolves when the other side has been ended, if it can be. */
  async close(reason: string): Promise<void> {
    if (this.#isClosed) return;
    this.#reason = reason;
    const last = this.#pending + (this.#codec?.close() ?? "");
    const ended = last === "" ? this.#socket.destroy() : this.#socket.end(last);
    this.#onClosed();
    await ended;
  }

  /** Calls back with a TLS session that a later connection may resume. */
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
      // One request in flight: nothing to gather. Streams: what one turn of the event loop sends is one write.
      write: version === "2" ? (text) => this.#gather(text) : (text) => this.#socket.write(text),
      changed: () => this.#onChanged(),
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
    if (this.#isClosed) return;
    // Once open it stays so: one that takes no more may still have requests in flight.
    this.open ||= this.capacity > 0;
    this.#events.changed(this);
  }

  #gather(text: string): void {
    // A push alone leaves at once: waiting for others of its turn would only make it older.
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
