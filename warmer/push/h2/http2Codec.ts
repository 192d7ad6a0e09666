import type { PushBatch } from "../../queue/pushBatch.ts";
import { type HttpCodec, type HttpCodecEvents, isLate } from "../httpCodec.ts";
import type { PushRequest } from "../pushRequest.ts";
import { type ConnectionError, ERROR, type ErrorCode } from "./errors.ts";
import { FrameBudget } from "./frameBudget.ts";
import { FrameHandler, PING_PAYLOAD } from "./frameHandler.ts";
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
  /** The most requests in flight, even if the server allows more. */
  readonly streams: number;
  /** Number of the last stream. Tests set it lower than the protocol does. */
  readonly lastStream?: number;
};

/** Bytes that the server may send on all streams together before the window is opened again. */
const RECEIVE_WINDOW = 2 ** 24;
const DEFAULT_WINDOW = 65_535;

/** The first bytes of the client. They refuse the dynamic table and server push, and open the window. */
const CONNECTION_PREFACE =
  PREFACE +
  encodeSettings([
    [SETTING.headerTableSize, 0],
    [SETTING.enablePush, 0],
  ]) +
  encodeWindowUpdate(0, RECEIVE_WINDOW - DEFAULT_WINDOW);

const PING = encodeFrame(FRAME.ping, 0, 0, PING_PAYLOAD);

const FRAME_TOO_LONG = [
  ERROR.frameSize,
  `frame of more than ${MAX_FRAME_BYTES} bytes`,
] as const satisfies ConnectionError;

/**
 * The client side of one HTTP/2 connection (RFC 9113) that only pushes. Any number of requests can be in flight, with
 * one stream each. A protocol error of the server ends it. It never throws.
 */
export class Http2Codec implements HttpCodec {
  readonly #options: Http2CodecOptions;
  readonly #events: HttpCodecEvents;
  readonly #frames = new FrameReader();
  readonly #peer = new PeerSettings();
  readonly #writer: RequestWriter;
  readonly #streams: Streams;
  readonly #budget = new FrameBudget();
  readonly #handler: FrameHandler;
  #ended = false;
  /** The error code for GOAWAY. */
  #code: ErrorCode = ERROR.none;
  /** When a PING was sent that is still unanswered, ms of the steady clock; 0 = none. */
  #pingSentAt = 0;

  constructor(options: Http2CodecOptions, events: HttpCodecEvents) {
    this.#options = options;
    this.#events = events;
    this.#writer = new RequestWriter(this.#peer, events.write);
    this.#streams = new Streams(this.#writer, events.write, options.lastStream ?? 2 ** 31 - 1);
    this.#handler = new FrameHandler(this.#frames, this.#peer, this.#streams, this.#writer, this.#budget, events);
    events.write(CONNECTION_PREFACE);
  }

  get capacity(): number {
    if (!this.#peer.known || this.#streams.leaving || this.#ended) return 0;
    return Math.min(this.#options.streams, this.#peer.maxConcurrentStreams);
  }

  /** 0 while the window of the connection is closed: a request that cannot leave would only become older. */
  get free(): number {
    return this.#writer.window > 0 ? Math.max(0, this.capacity - this.#streams.size) : 0;
  }

  send(push: PushRequest, batch: PushBatch): void {
    const stream = this.#streams.open(batch, this.#peer.initialWindowSize);
    this.#budget.onRequest();
    this.#writer.open(stream, this.#options.fields.block(push), push.body);
  }

  receive(text: string): void {
    if (!this.#ended) this.#frames.feed(text);
    while (!this.#ended) {
      const next = this.#frames.next();
      if (next === "incomplete") break;
      const violation = next === "malformed" ? FRAME_TOO_LONG : this.#handler.handle();
      if (violation !== undefined) this.#end(`HTTP/2: ${violation[1]}`, violation[0]);
    }
    // Frames that bring nothing forward do not count: a server that only sends PING is as good as silent.
    if (this.#handler.progress) this.#pingSentAt = 0;
    this.#handler.progress = false;
    this.#reportLost();
  }

  expire(now: number, limitMs: number): void {
    this.#budget.refill(now);
    if (this.#pingSentAt > 0 && now - this.#pingSentAt > limitMs) this.#end("timeout");
    let late = 0;
    for (const stream of this.#streams.all()) {
      if (!isLate(stream.batch, now, limitMs)) continue;
      this.#streams.cancel(stream, ERROR.cancel, "timeout");
      late++;
    }
    // One late response concerns its own stream. Silence on the whole connection ends it.
    if (late > 0 && this.#pingSentAt === 0) {
      this.#pingSentAt = now;
      this.#events.write(PING);
    }
    this.#reportLost();
  }

  /** Returns GOAWAY with the error that ended the connection, or NO_ERROR if the client just leaves. */
  close(): string {
    this.#ended = true;
    return encodeGoaway(this.#code);
  }

  abandon(): PushBatch[] {
    this.#ended = true;
    return this.#streams.abandon();
  }

  /** Called after each event: reports the lost batches, and ends if nothing is left to wait for. */
  #reportLost(): void {
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
