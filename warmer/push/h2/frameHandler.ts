import type { HttpCodecEvents } from "../httpCodec.ts";
import { decodeStatus } from "./decodeStatus.ts";
import { type ConnectionError, ERROR, flood, paddingError } from "./errors.ts";
import { FRAME_COST, type FrameBudget, MAX_CONTINUATIONS } from "./frameBudget.ts";
import { encodeFrame, encodeWindowUpdate, FLAG, FRAME, type FrameReader, readUint32 } from "./frames.ts";
import type { PeerSettings } from "./peerSettings.ts";
import type { RequestWriter } from "./requestWriter.ts";
import { STREAM_WINDOW, Stream } from "./stream.ts";
import type { Streams } from "./streams.ts";

/** After this many received bytes, the server's window is opened again. */
const WINDOW_UPDATE_AFTER = 2 ** 20;
/** The longest header block with CONTINUATION frames, bytes. */
const MAX_HEADER_BLOCK_BYTES = 65_536;

/** Payload of our own PING. */
export const PING_PAYLOAD = "firstlgt";

/** A header block that continues in CONTINUATION frames. */
type Block = { readonly stream: number; readonly ends: boolean; text: string; continuations: number };

/** Handles the frames of the server, with one method for each type (RFC 9113, section 6). */
export class FrameHandler {
  readonly #frame: FrameReader;
  readonly #peer: PeerSettings;
  readonly #streams: Streams;
  readonly #writer: RequestWriter;
  readonly #budget: FrameBudget;
  readonly #events: HttpCodecEvents;
  /** A response has come forward, or our PING was answered, since the codec looked last. */
  progress = false;
  #received = 0;
  #block: Block | undefined;

  constructor(
    frame: FrameReader,
    peer: PeerSettings,
    streams: Streams,
    writer: RequestWriter,
    budget: FrameBudget,
    events: HttpCodecEvents,
  ) {
    this.#frame = frame;
    this.#peer = peer;
    this.#streams = streams;
    this.#writer = writer;
    this.#budget = budget;
    this.#events = events;
  }

  /** Handles the last frame that was read. Returns the error if it ends the connection. */
  handle(): ConnectionError | undefined {
    const { type } = this.#frame;
    if (!this.#peer.known && type !== FRAME.settings) return [ERROR.protocol, "the first frame is not SETTINGS"];
    if (this.#block !== undefined && type !== FRAME.continuation) return [ERROR.protocol, "incomplete header block"];
    switch (type) {
      case FRAME.data:
        return this.#data();
      case FRAME.headers:
        return this.#headers();
      case FRAME.continuation:
        return this.#continuation();
      case FRAME.settings:
        return this.#settings();
      case FRAME.windowUpdate:
        return this.#windowUpdate();
      case FRAME.rstStream:
        return this.#rstStream();
      case FRAME.ping:
        return this.#ping();
      case FRAME.goaway:
        return this.#goaway();
      case FRAME.pushPromise:
        return [ERROR.protocol, "PUSH_PROMISE is not allowed"];
    }
    // PRIORITY and unknown types are ignored (RFC 9113, section 5.5).
    return this.#spend("ignored", "unknown frames");
  }

  #spend(kind: keyof typeof FRAME_COST, what: string): ConnectionError | undefined {
    return this.#budget.spend(FRAME_COST[kind]) ? undefined : flood(what);
  }

  #data(): ConnectionError | undefined {
    const { flags, length, content, stream: id } = this.#frame;
    if (!this.#streams.has(id)) return [ERROR.protocol, `DATA on stream ${id}`];
    if (content === undefined) return paddingError("DATA", this.#frame);
    this.#received += length;
    if (this.#received > WINDOW_UPDATE_AFTER) {
      this.#events.write(encodeWindowUpdate(0, this.#received));
      this.#received = 0;
    }
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#spend("ended", "DATA on ended streams");
    if (stream.status === 0) {
      this.#streams.cancel(stream, ERROR.protocol, "DATA before HEADERS");
      return undefined;
    }
    stream.body = stream.body === "" ? content : stream.body + content;
    stream.received += length;
    if ((flags & FLAG.endStream) !== 0) this.#onResponse(stream);
    else if (content === "") return this.#spend("emptyData", "empty DATA");
    // The window of a stream has the size of the largest response, and is never opened further.
    else if (stream.received >= STREAM_WINDOW) this.#streams.cancel(stream, ERROR.cancel, "response too long");
    else {
      this.progress = true;
      this.#events.partial(stream.batch, stream.status, content);
    }
    return undefined;
  }

  #headers(): ConnectionError | undefined {
    const { flags, content, stream } = this.#frame;
    if (!this.#streams.has(stream)) return [ERROR.protocol, `HEADERS on stream ${stream}`];
    if (content === undefined) return paddingError("HEADERS", this.#frame);
    const ends = (flags & FLAG.endStream) !== 0;
    if ((flags & FLAG.endHeaders) !== 0) return this.#fields(stream, ends, content);
    this.#block = { stream, ends, text: content, continuations: 0 };
    return undefined;
  }

  #continuation(): ConnectionError | undefined {
    const { flags, payload, stream } = this.#frame;
    const block = this.#block;
    if (block?.stream !== stream) return [ERROR.protocol, `CONTINUATION on stream ${stream}`];
    block.text += payload;
    if (++block.continuations > MAX_CONTINUATIONS) return flood("CONTINUATION");
    if (block.text.length > MAX_HEADER_BLOCK_BYTES)
      return [ERROR.enhanceYourCalm, `header block of more than ${MAX_HEADER_BLOCK_BYTES} bytes`];
    const violation = this.#spend("continuation", "CONTINUATION");
    if (violation !== undefined || (flags & FLAG.endHeaders) === 0) return violation;
    this.#block = undefined;
    return this.#fields(stream, block.ends, block.text);
  }

  /**
   * Handles a complete header block: of a response, an interim response, or trailers. A malformed response ends only
   * its own stream.
   */
  #fields(id: number, ends: boolean, block: string): ConnectionError | undefined {
    const status = decodeStatus(block);
    if (status === undefined) return [ERROR.compression, "malformed header block"];
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#spend("ended", "HEADERS on ended streams");
    if (stream.status !== 0) {
      if (status === 0 && ends) this.#onResponse(stream);
      else this.#streams.cancel(stream, ERROR.protocol, "malformed trailers");
    } else if (status === 0) this.#streams.cancel(stream, ERROR.protocol, "no status");
    else if (status < 200) {
      // Interim responses (100, 103) come before the final one.
      if (ends) this.#streams.cancel(stream, ERROR.protocol, "interim response with END_STREAM");
      return this.#spend("interim", "interim responses");
    } else {
      stream.status = status;
      this.progress = true;
      if (ends) this.#onResponse(stream);
    }
    return undefined;
  }

  #settings(): ConnectionError | undefined {
    const { flags, length, payload, stream } = this.#frame;
    if (stream !== 0) return [ERROR.protocol, `SETTINGS on stream ${stream}`];
    if ((flags & FLAG.ack) !== 0) {
      if (length !== 0) return [ERROR.frameSize, `acknowledgement of SETTINGS with ${length} bytes`];
      if (!this.#peer.known) return [ERROR.protocol, "acknowledgement before SETTINGS"];
      return this.#spend("ignored", "acknowledgements");
    }
    const excess = this.#spend("settings", "SETTINGS");
    if (excess !== undefined) return excess;
    const before = this.#peer.initialWindowSize;
    const violation = this.#peer.update(payload);
    if (violation !== undefined) return violation;
    if (!this.#writer.shiftWindows(this.#peer.initialWindowSize - before, this.#streams.all())) {
      return [ERROR.flowControl, "initial window too large for an open stream"];
    }
    this.#events.write(encodeFrame(FRAME.settings, FLAG.ack, 0, ""));
    this.#changed();
    return undefined;
  }

  #windowUpdate(): ConnectionError | undefined {
    const { length, payload, stream: id } = this.#frame;
    if (length !== 4) return [ERROR.frameSize, `WINDOW_UPDATE of ${length} bytes, not 4`];
    if (id !== 0 && !this.#streams.has(id)) return [ERROR.protocol, `WINDOW_UPDATE on stream ${id}`];
    const by = readUint32(payload, 0) % 0x80000000;
    const window = id === 0 ? this.#writer : this.#streams.get(id);
    const excess = this.#spend("windowUpdate", "WINDOW_UPDATE");
    if (excess !== undefined || window === undefined) return excess;
    const code = by === 0 ? ERROR.protocol : this.#writer.extendWindow(by, window) ? ERROR.none : ERROR.flowControl;
    if (code !== ERROR.none) {
      const what = `window increment of ${by}`;
      if (!(window instanceof Stream)) return [code, what];
      this.#streams.cancel(window, code, what);
    }
    this.#changed();
    return undefined;
  }

  #rstStream(): ConnectionError | undefined {
    const { length, stream: id } = this.#frame;
    if (length !== 4) return [ERROR.frameSize, `RST_STREAM of ${length} bytes, not 4`];
    if (!this.#streams.has(id)) return [ERROR.protocol, `RST_STREAM on stream ${id}`];
    const stream = this.#streams.get(id);
    if (stream !== undefined) this.#streams.lose(stream, "stream reset");
    return this.#spend("rstStream", "RST_STREAM");
  }

  #ping(): ConnectionError | undefined {
    const { flags, length, payload, stream } = this.#frame;
    if (stream !== 0) return [ERROR.protocol, `PING on stream ${stream}`];
    if (length !== 8) return [ERROR.frameSize, `PING of ${length} bytes, not 8`];
    if ((flags & FLAG.ack) !== 0) {
      this.progress ||= payload === PING_PAYLOAD;
      return this.#spend("ignored", "acknowledgements");
    }
    const excess = this.#spend("ping", "PING");
    if (excess === undefined) this.#events.write(encodeFrame(FRAME.ping, FLAG.ack, 0, payload));
    return excess;
  }

  #goaway(): ConnectionError | undefined {
    const { length, payload, stream } = this.#frame;
    if (stream !== 0) return [ERROR.protocol, `GOAWAY on stream ${stream}`];
    if (length < 8) return [ERROR.frameSize, `GOAWAY of ${length} bytes, less than 8`];
    const excess = this.#spend("goaway", "GOAWAY");
    if (excess !== undefined) return excess;
    this.#streams.leaving = true;
    const last = readUint32(payload, 0) % 0x80000000;
    // The server has not processed the streams above `last`.
    for (const each of this.#streams.all()) if (each.id > last) this.#streams.lose(each, "GOAWAY");
    this.#events.changed();
    return undefined;
  }

  #onResponse(stream: Stream): void {
    this.progress = true;
    this.#streams.answered(stream);
    this.#events.answered(stream.batch, { status: stream.status, body: stream.body, keepAlive: true });
  }

  /** Windows or limits changed: blocked requests may continue. */
  #changed(): void {
    if (this.#writer.blocked > 0) this.#writer.resume(this.#streams.all());
    this.#events.changed();
  }
}
