import type { Batch } from "../../queue/pushBatch.ts";
import type { Wire, WireEvents } from "../httpCodec.ts";
import type { Push } from "../pushRequest.ts";
import { ERROR, type ErrorCode, type Violation } from "./errors.ts";
import { Incoming } from "./frameHandler.ts";
import {
  encodeFrame,
  encodeGoaway,
  encodeSettings,
  encodeWindowUpdate,
  FRAME,
  FrameReader,
  MAX_FRAME_BYTES,
  PREFACE,
  SETTING,
} from "./frames.ts";
import type { RequestFields } from "./hpack.ts";
import { PeerSettings } from "./peerSettings.ts";
import { Outgoing } from "./requestWriter.ts";
import { Streams } from "./streams.ts";

export type SessionOptions = {
  readonly fields: RequestFields;
  /** Requests in flight at the most, whatever the server allows. */
  readonly streams: number;
  /** Stream of the last request; a test's may be lower than the protocol's. */
  readonly lastStream?: number;
};

/** What the server may send before we let it send more, for all streams together. */
const RECEIVE_WINDOW = 2 ** 24;
const DEFAULT_WINDOW = 65_535;

/** Says first what we speak, want no table and no pushes of the server's, and open the window. */
const HELLO =
  PREFACE +
  encodeSettings([
    [SETTING.headerTableSize, 0],
    [SETTING.enablePush, 0],
  ]) +
  encodeWindowUpdate(0, RECEIVE_WINDOW - DEFAULT_WINDOW);

const PING = encodeFrame(FRAME.ping, 0, 0, "firstlgt");

const FRAME_TOO_LONG = [ERROR.frameSize, `frame of more than ${MAX_FRAME_BYTES} bytes`] as const satisfies Violation;

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
  readonly #streams: Streams;
  readonly #incoming: Incoming;
  #ended = false;
  /** Why, as the server will be told. */
  #code: ErrorCode = ERROR.none;
  /** When a PING was sent that nothing has followed yet; 0: none. */
  #pingedAt = 0;

  constructor(options: SessionOptions, events: WireEvents) {
    this.#options = options;
    this.#events = events;
    this.#outgoing = new Outgoing(this.#peer, events.write);
    this.#streams = new Streams(this.#outgoing, events.write, options.lastStream ?? 2 ** 31 - 1);
    this.#incoming = new Incoming(this.#frames, this.#peer, this.#streams, this.#outgoing, events);
    events.write(HELLO);
  }

  get capacity(): number {
    if (!this.#peer.known || this.#streams.leaving || this.#ended) return 0;
    return Math.min(this.#options.streams, this.#peer.maxConcurrentStreams);
  }

  /** Nothing while the connection's window is shut: what cannot leave would only get old. */
  get free(): number {
    return this.#outgoing.window > 0 ? Math.max(0, this.capacity - this.#streams.size) : 0;
  }

  send(push: Push, batch: Batch): void {
    const stream = this.#streams.open(batch, this.#peer.initialWindowSize);
    this.#outgoing.open(stream, this.#options.fields.block(push), push.body);
  }

  receive(text: string): void {
    this.#pingedAt = 0;
    if (!this.#ended) this.#frames.feed(text);
    while (!this.#ended) {
      const next = this.#frames.next();
      if (next === "more") break;
      const violation = next === "broken" ? FRAME_TOO_LONG : this.#incoming.take();
      if (violation !== undefined) this.#end(`HTTP/2: ${violation[1]}`, violation[0]);
    }
    this.#settle();
  }

  expire(now: number, limitMs: number): void {
    if (this.#pingedAt > 0 && now - this.#pingedAt > limitMs) this.#end("timeout");
    let late = 0;
    for (const stream of this.#streams.all()) {
      if (now - stream.batch.sentAt <= limitMs) break;
      this.#streams.cancel(stream, ERROR.cancel, "timeout");
      late++;
    }
    // One late answer is its own matter; silence on the whole connection is not.
    if (late > 0 && this.#pingedAt === 0) {
      this.#pingedAt = now;
      this.#events.write(PING);
    }
    this.#settle();
  }

  /** GOAWAY: with the code of what ended it, or NO_ERROR when we just leave. */
  close(): string {
    this.#ended = true;
    return encodeGoaway(this.#code);
  }

  abandon(): Batch[] {
    this.#ended = true;
    return this.#streams.abandon();
  }

  /** At the end of a turn: tells what is lost, and ends when nothing is left to wait for. */
  #settle(): void {
    const lost = this.#streams.takeLost();
    if (lost !== undefined) this.#events.lost(lost.batches, lost.reason);
    if (this.#streams.done) this.#end("GOAWAY");
  }

  #end(reason: string, code: ErrorCode = ERROR.none): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#code = code;
    this.#events.end(reason);
  }
}
