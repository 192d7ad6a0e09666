/**
 * HTTP/2 frames (RFC 9113, section 4) as latin1 text, one character per byte. Many frames join into one string, which
 * is one write.
 */

/** The client sends this first (RFC 9113, section 3.4), before its SETTINGS. */
export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

export const FRAME = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
} as const;

/** The largest payload of both sides by default. The client does not change it. */
export const MAX_FRAME_BYTES = 16_384;

const HEAD_BYTES = 9;

/** Encodes four bytes, big endian. */
export function uint32(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** Decodes the four bytes at `at`, big endian. NaN past the end. */
export function readUint32(text: string, at: number): number {
  return at + 4 > text.length
    ? Number.NaN
    : text.charCodeAt(at) * 0x1000000 +
        ((text.charCodeAt(at + 1) << 16) | (text.charCodeAt(at + 2) << 8) | text.charCodeAt(at + 3));
}

/**
 * Encodes one frame.
 * @param payload latin1 text
 * @param stream 0 for the connection
 */
export function encodeFrame(type: number, flags: number, stream: number, payload: string): string {
  return frameHead(type, flags, stream, payload.length) + payload;
}

/** Encodes the nine bytes before a payload of `length` bytes. */
export function frameHead(type: number, flags: number, stream: number, length: number): string {
  return String.fromCharCode(
    length >>> 16,
    (length >>> 8) & 255,
    length & 255,
    type,
    flags,
    stream >>> 24,
    (stream >>> 16) & 255,
    (stream >>> 8) & 255,
    stream & 255,
  );
}

/**
 * Encodes RST_STREAM.
 * @param code the reason, of ERROR
 */
export function encodeReset(stream: number, code: number): string {
  return encodeFrame(FRAME.rstStream, 0, stream, uint32(code));
}

/**
 * Encodes WINDOW_UPDATE: the server may send `bytes` more.
 * @param stream 0 for the connection
 */
export function encodeWindowUpdate(stream: number, bytes: number): string {
  return encodeFrame(FRAME.windowUpdate, 0, stream, uint32(bytes));
}

/**
 * Encodes the GOAWAY of a client; it has processed no stream of the server.
 * @param code the reason, of ERROR
 */
export function encodeGoaway(code: number): string {
  return encodeFrame(FRAME.goaway, 0, 0, uint32(0) + uint32(code));
}

/** Encodes SETTINGS from pairs of identifier and value. */
export function encodeSettings(settings: readonly (readonly [number, number])[]): string {
  const payload = settings.map(([id, value]) => String.fromCharCode(id >>> 8, id & 255) + uint32(value)).join("");
  return encodeFrame(FRAME.settings, 0, 0, payload);
}

/** Decodes the pairs of a SETTINGS payload. Undefined if its length is no multiple of a pair. */
export function readSettings(payload: string): [number, number][] | undefined {
  if (payload.length % 6 !== 0) return undefined;
  return Array.from({ length: payload.length / 6 }, (_, i) => [
    (payload.charCodeAt(i * 6) << 8) | payload.charCodeAt(i * 6 + 1),
    readUint32(payload, i * 6 + 2),
  ]);
}

/**
 * Splits received text into frames. After `next()` returns "frame", the fields hold that frame until the next call. It
 * keeps at most one incomplete frame.
 */
export class FrameReader {
  type = 0;
  flags = 0;
  stream = 0;
  #text = "";
  #at = 0;
  #start = 0;

  feed(text: string): void {
    this.#text = this.#at < this.#text.length ? this.#text.slice(this.#at) + text : text;
    this.#at = 0;
  }

  /** Reads the next frame. "malformed": the frame is longer than MAX_FRAME_BYTES, and nothing after it can be read. */
  next(): "frame" | "incomplete" | "malformed" {
    const [text, at] = [this.#text, this.#at];
    const start = at + HEAD_BYTES;
    if (start > text.length) return "incomplete";
    const length = (text.charCodeAt(at) << 16) | (text.charCodeAt(at + 1) << 8) | text.charCodeAt(at + 2);
    if (length > MAX_FRAME_BYTES) return "malformed";
    if (start + length > text.length) return "incomplete";
    this.type = text.charCodeAt(at + 3);
    this.flags = text.charCodeAt(at + 4);
    this.stream = readUint32(text, at + 5) % 0x80000000;
    this.#start = start;
    this.#at = start + length;
    return "frame";
  }

  /** Bytes of the payload with padding, as flow control counts them. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** The payload as it was received. */
  get payload(): string {
    return this.#text.slice(this.#start, this.#at);
  }

  /** Bytes of DATA or HEADERS for the length of the padding and for the priority. */
  get overhead(): number {
    const priority = this.type === FRAME.headers && (this.flags & FLAG.priority) !== 0;
    return ((this.flags & FLAG.padded) !== 0 ? 1 : 0) + (priority ? 5 : 0);
  }

  /** The payload of DATA or HEADERS without padding and priority. Undefined if these are longer than the payload. */
  get content(): string | undefined {
    if ((this.flags & (FLAG.padded | FLAG.priority)) === 0) return this.payload;
    const start = this.#start + this.overhead;
    const padding = (this.flags & FLAG.padded) !== 0 ? this.#text.charCodeAt(this.#start) : 0;
    const end = this.#at - padding;
    return start <= end ? this.#text.slice(start, end) : undefined;
  }
}
