import type { Batch } from "../batch.ts";
import type { Push } from "../request.ts";
import type { Wire, WireEvents } from "../wire.ts";
import {
  CANCEL,
  encodeFrame,
  encodeSettings,
  FLAG,
  FRAME,
  FrameReader,
  PREFACE,
  readUint32,
  SETTING,
  uint32,
} from "./frames.ts";
import { type RequestFields, statusOf } from "./hpack.ts";
import { Outgoing } from "./outgoing.ts";
import { PeerSettings } from "./settings.ts";
import { STREAM_WINDOW, Stream } from "./stream.ts";

export type SessionOptions = {
  readonly fields: RequestFields;
  /** Requests in flight at the most, whatever the server allows. */
  readonly streams: number;
  /** Stream of the last request; a test's may be lower than the protocol's. */
  readonly lastStream?: number;
};

/** What the server may send before we let it send more, for all streams together; given back in good time. */
const RECEIVE_WINDOW = 2 ** 24;
const GIVE_BACK = 2 ** 20;
const DEFAULT_WINDOW = 65_535;
/** A header block in CONTINUATIONs may be so long. */
const MAX_BLOCK = 65_536;

/**
 * The client's side of one HTTP/2 connection (RFC 9113) that does nothing but push: any number of requests in flight,
 * one stream each. What the server sends amiss ends it; it never throws.
 */
export class Session implements Wire {
  readonly #options: SessionOptions;
  readonly #events: WireEvents;
  readonly #frames = new FrameReader();
  readonly #peer = new PeerSettings();
  readonly #outgoing: Outgoing;
  /** In the order they were sent. */
  readonly #streams = new Map<number, Stream>();
  #next = 1;
  /** The server's SETTINGS have come. */
  #ready = false;
  /** No new streams: GOAWAY, or the numbers have run out. */
  #leaving = false;
  #ended = false;
  #received = 0;
  /** When a PING was sent that nothing has followed yet; 0: none. */
  #pingedAt = 0;
  /** A header block that goes on in CONTINUATIONs. */
  #block: { readonly stream: number; readonly ends: boolean; text: string } | undefined;
  #lost: Batch[] = [];
  #reason = "";

  constructor(options: SessionOptions, events: WireEvents) {
    this.#options = options;
    this.#events = events;
    this.#outgoing = new Outgoing(this.#peer, events.write);
    const ours = [
      [SETTING.headerTableSize, 0],
      [SETTING.enablePush, 0],
    ] as const;
    const window = encodeFrame(FRAME.windowUpdate, 0, 0, uint32(RECEIVE_WINDOW - DEFAULT_WINDOW));
    events.write(PREFACE + encodeSettings(ours) + window);
  }

  get capacity(): number {
    if (!this.#ready || this.#leaving || this.#ended) return 0;
    return Math.min(this.#options.streams, this.#peer.maxConcurrentStreams);
  }

  /** Nothing while the connection's window is shut: what cannot leave would only get old. */
  get free(): number {
    return this.#outgoing.window > 0 ? Math.max(0, this.capacity - this.#streams.size) : 0;
  }

  send(push: Push, batch: Batch): void {
    const stream = new Stream(this.#next, batch, this.#peer.initialWindowSize);
    this.#next += 2;
    this.#streams.set(stream.id, stream);
    this.#outgoing.open(stream, this.#options.fields.block(push), push.body);
    if (this.#next > (this.#options.lastStream ?? 2 ** 31 - 1)) this.#leaving = true;
  }

  receive(text: string): void {
    this.#pingedAt = 0;
    this.#frames.feed(text);
    while (!this.#ended) {
      const next = this.#frames.next();
      if (next === "more") break;
      const problem = next === "broken" ? "frame too long" : this.#frame();
      if (problem !== undefined) this.#end(`HTTP/2: ${problem}`);
    }
    this.#tellLost();
  }

  expire(now: number, limitMs: number): void {
    if (this.#pingedAt > 0 && now - this.#pingedAt > limitMs) this.#end("timeout");
    for (const stream of this.#streams.values()) {
      if (now - stream.batch.sentAt <= limitMs) break;
      this.#cancel(stream, "timeout");
    }
    // One late answer is its own matter; silence on the whole connection is not.
    if (this.#lost.length > 0 && this.#pingedAt === 0) {
      this.#pingedAt = now;
      this.#events.write(encodeFrame(FRAME.ping, 0, 0, "firstlgt"));
    }
    this.#tellLost();
  }

  abandon(): Batch[] {
    this.#ended = true;
    const batches = [...this.#lost, ...[...this.#streams.values()].map(({ batch }) => batch)];
    this.#lost = [];
    this.#streams.clear();
    return batches;
  }

  /** Takes the frame just read; gives what is wrong with it. */
  #frame(): string | undefined {
    const { type, flags, stream, length } = this.#frames;
    if (!this.#ready && type !== FRAME.settings) return "the first frame is not SETTINGS";
    if (this.#block !== undefined && type !== FRAME.continuation) return "header block broken off";
    switch (type) {
      case FRAME.data:
        return this.#data();
      case FRAME.headers:
      case FRAME.continuation:
        return this.#headers();
      case FRAME.settings:
        return stream === 0 ? this.#settings() : "SETTINGS on a stream";
      case FRAME.windowUpdate:
        return this.#outgoing.opened(this.#frames.payload, stream === 0 ? undefined : this.#streams.get(stream), stream)
          ? this.#changed()
          : "WINDOW_UPDATE";
      case FRAME.rstStream: {
        if (length !== 4 || !this.#isOurs(stream)) return "RST_STREAM";
        const reset = this.#streams.get(stream);
        if (reset !== undefined) this.#lose(reset, "stream reset");
        return undefined;
      }
      case FRAME.ping:
        if (length !== 8 || stream !== 0) return "PING";
        if ((flags & FLAG.ack) === 0) this.#events.write(encodeFrame(FRAME.ping, FLAG.ack, 0, this.#frames.payload));
        return undefined;
      case FRAME.goaway:
        return length >= 8 && stream === 0 ? this.#goaway() : "GOAWAY";
      case FRAME.pushPromise:
        return "PUSH_PROMISE";
    }
    // PRIORITY, and what is not known: to be passed over (RFC 9113, section 5.5).
    return undefined;
  }

  #data(): string | undefined {
    const { flags, length } = this.#frames;
    const content = this.#frames.content;
    if (content === undefined || !this.#isOurs(this.#frames.stream)) return "DATA";
    this.#received += length;
    if (this.#received > GIVE_BACK) {
      this.#events.write(encodeFrame(FRAME.windowUpdate, 0, 0, uint32(this.#received)));
      this.#received = 0;
    }
    const stream = this.#streams.get(this.#frames.stream);
    if (stream === undefined) return undefined;
    if (stream.status === 0) return "DATA before HEADERS";
    stream.body = stream.body === "" ? content : stream.body + content;
    stream.received += length;
    if ((flags & FLAG.endStream) !== 0) this.#answered(stream);
    // The stream's window is as long as an answer may be, and is not opened further.
    else if (stream.received >= STREAM_WINDOW) this.#cancel(stream, "answer too long");
    return undefined;
  }

  #headers(): string | undefined {
    const { type, flags, stream: id } = this.#frames;
    const goesOn = type === FRAME.continuation;
    if (goesOn ? this.#block?.stream !== id : !this.#isOurs(id)) return "HEADERS";
    const content = goesOn ? this.#frames.payload : this.#frames.content;
    if (content === undefined) return "HEADERS";
    const ends = goesOn ? this.#block?.ends === true : (flags & FLAG.endStream) !== 0;
    const block = goesOn ? `${this.#block?.text}${content}` : content;
    this.#block = undefined;
    if ((flags & FLAG.endHeaders) === 0) {
      if (block.length > MAX_BLOCK) return "header block too long";
      this.#block = { stream: id, ends, text: block };
      return undefined;
    }
    const stream = this.#streams.get(id);
    if (stream === undefined) return undefined;
    // After a status the fields are trailers.
    if (stream.status === 0) {
      const status = statusOf(block);
      if (status === undefined) return "no status";
      // Interim answers (100, 103) precede the real one.
      if (status >= 200) stream.status = status;
      else if (ends) return "interim answer at the end";
    }
    if (ends) this.#answered(stream);
    return undefined;
  }

  #settings(): string | undefined {
    if ((this.#frames.flags & FLAG.ack) !== 0) return this.#ready && this.#frames.length === 0 ? undefined : "SETTINGS";
    const before = this.#peer.initialWindowSize;
    if (!this.#peer.update(this.#frames.payload)) return "SETTINGS";
    this.#events.write(encodeFrame(FRAME.settings, FLAG.ack, 0, ""));
    this.#ready = true;
    this.#outgoing.shifted(this.#peer.initialWindowSize - before, this.#streams.values());
    return this.#changed();
  }

  #changed(): undefined {
    if (this.#outgoing.stuck > 0) this.#outgoing.go(this.#streams.values());
    this.#events.changed();
  }

  #goaway(): undefined {
    this.#leaving = true;
    const last = readUint32(this.#frames.payload, 0) % 0x80000000;
    // What is above has not been looked at.
    for (const stream of this.#streams.values()) if (stream.id > last) this.#lose(stream, "GOAWAY");
    this.#events.changed();
    this.#endIfDone();
  }

  #answered(stream: Stream): void {
    // An answer to half a request: the server wants no more of it.
    if (stream.rest !== "") this.#events.write(encodeFrame(FRAME.rstStream, 0, stream.id, uint32(CANCEL)));
    this.#outgoing.drop(stream);
    this.#streams.delete(stream.id);
    this.#events.answered(stream.batch, { status: stream.status, body: stream.body, keep: true });
    this.#endIfDone();
  }

  #cancel(stream: Stream, reason: string): void {
    this.#events.write(encodeFrame(FRAME.rstStream, 0, stream.id, uint32(CANCEL)));
    this.#lose(stream, reason);
  }

  /** Told at the end of the turn, all at once: streams lost together are one failure. */
  #lose(stream: Stream, reason: string): void {
    this.#outgoing.drop(stream);
    this.#streams.delete(stream.id);
    this.#lost.push(stream.batch);
    this.#reason = reason;
  }

  #tellLost(): void {
    if (this.#lost.length > 0) {
      const lost = this.#lost;
      this.#lost = [];
      this.#events.lost(lost, this.#reason);
    }
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#leaving && this.#streams.size === 0 && this.#lost.length === 0) this.#end("GOAWAY");
  }

  #isOurs(id: number): boolean {
    return id % 2 === 1 && id < this.#next;
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.end(reason);
  }
}
