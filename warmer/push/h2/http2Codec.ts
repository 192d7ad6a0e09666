import type { PushBatch } from "../../queue/pushBatch.ts";
import type { HttpCodec, HttpCodecEvents } from "../httpCodec.ts";
import type { PushRequest } from "../pushRequest.ts";
import { type ConnectionError, ERROR, type ErrorCode } from "./errors.ts";
import { FrameHandler } from "./frameHandler.ts";
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
import { RequestWriter } from "./requestWriter.ts";
import { Streams } from "./streams.ts";

export type Http2CodecOptions = {
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
const CONNECTION_PREFACE =
  PREFACE +
  encodeSettings([
    [SETTING.headerTableSize, 0],
    [SETTING.enablePush, 0],
  ]) +
  encodeWindowUpdate(0, RECEIVE_WINDOW - DEFAULT_WINDOW);

const PING = encodeFrame(FRAME.ping, 0, 0, "firstlgt");

const FRAME_TOO_LONG = [
  ERROR.frameSize,
  `frame of more than ${MAX_FRAME_BYTES} bytes`,
] as const satisfies ConnectionError;

/**
 * The client's side of one HTTP/2 connection (RFC 9113) that does nothing but push: any number of requests in flight,
 * one stream each. What the server sends amiss ends it; it never throws.
 */
export class Http2Codec implements HttpCodec {
  readonly #options: Http2CodecOptions;
  readonly #events: HttpCodecEvents;
  readonly #frames = new FrameReader();
  readonly #peer = new PeerSettings();
  readonly #writer: RequestWriter;
  readonly #streams: Streams;
  readonly #handler: FrameHandler;
  #ended = false;
  /** Why, as the server will be told. */
  #code: ErrorCode = ERROR.none;
  /** When a PING was sent that nothing has followed yet; 0: none. */
  #pingSentAt = 0;

  constructor(options: Http2CodecOptions, events: HttpCodecEvents) {
    this.#options = options;
    this.#events = events;
    this.#writer = new RequestWriter(this.#peer, events.write);
    this.#streams = new Streams(this.#writer, events.write, options.lastStream ?? 2 ** 31 - 1);
    this.#handler = new FrameHandler(this.#frames, this.#peer, this.#streams, this.#writer, events);
    events.write(CONNECTION_PREFACE);
  }

  get capacity(): number {
    if (!this.#peer.known || this.#streams.leaving || this.#ended) return 0;
    return Math.min(this.#options.streams, this.#peer.maxConcurrentStreams);
  }

  /** Nothing while the connection's window is shut: what cannot leave would only get old. */
  get free(): number {
    return this.#writer.window > 0 ? Math.max(0, this.capacity - this.#streams.size) : 0;
  }

  send(push: PushRequest, batch: PushBatch): void {
    const stream = this.#streams.open(batch, this.#peer.initialWindowSize);
    this.#writer.open(stream, this.#options.fields.block(push), push.body);
  }

  receive(text: string): void {
    this.#pingSentAt = 0;
    if (!this.#ended) this.#frames.feed(text);
    while (!this.#ended) {
      const next = this.#frames.next();
      if (next === "incomplete") break;
      const violation = next === "malformed" ? FRAME_TOO_LONG : this.#handler.handle();
      if (violation !== undefined) this.#end(`HTTP/2: ${violation[1]}`, violation[0]);
    }
    this.#settle();
  }

  expire(now: number, limitMs: number): void {
    if (this.#pingSentAt > 0 && now - this.#pingSentAt > limitMs) this.#end("timeout");
    let late = 0;
    for (const stream of this.#streams.all()) {
      if (now - stream.batch.sentAt <= limitMs) break;
      this.#streams.cancel(stream, ERROR.cancel, "timeout");
      late++;
    }
    // One late answer is its own matter; silence on the whole connection is not.
    if (late > 0 && this.#pingSentAt === 0) {
      this.#pingSentAt = now;
      this.#events.write(PING);
    }
    this.#settle();
  }

  /** GOAWAY: with the code of what ended it, or NO_ERROR when we just leave. */
  close(): string {
    this.#ended = true;
    return encodeGoaway(this.#code);
  }

  abandon(): PushBatch[] {
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
