/** A source's bytes, counted as they are read: neither a wrong Content-Length nor an inflating body gets past. */
import { Failure } from "../errors.ts";
import type { Deadline } from "./deadline.ts";
import { declaredLength } from "./headers.ts";

/** `truncated`: the source stopped before its end and this is what had come. */
export type Body = { readonly bytes: Uint8Array<ArrayBuffer>; readonly truncated: boolean };

/** A body that brings less than this in this time is a slow loris, long before the deadline. */
const PROGRESS_MS = 5_000;
const PROGRESS_BYTES = 4_096;

const FIRST_BUFFER = 65_536;

/**
 * Read at most so much at a time, whatever has come. Without a window of its own a reader hands out 4 KiB chunks: for
 * 20 MB 140 ms of CPU instead of 20 in workerd. Not the sink itself: a read that fails keeps the memory it was given.
 */
const WINDOW = 131_072;

/**
 * Reads a body of at most `maxBytes`, inflated. `room` is asked before so many bytes in all are held; the time it
 * takes is ours, not the source's. Throws Failure `source_too_many_bytes` (by Content-Length before a byte
 * is read, else at the first byte too many), `source_timeout` (deadline, or less than 4 KiB in 5 s), `source_broken`
 * (cut before the first byte, or not the encoding it says). A body cut later is given back as far as it came.
 */
export async function readBody(
  response: Response,
  maxBytes: number,
  deadline: Deadline,
  room: (bytes: number) => Promise<void> = async () => {},
): Promise<Body> {
  const declared = declaredLength(response.headers);
  if (declared !== null && declared > maxBytes) {
    await discard(response);
    throw tooMany(maxBytes, declared);
  }
  if (response.body === null) throw new Failure("source_broken", {}, "no body");
  const expected = Math.min(declared ?? FIRST_BUFFER, maxBytes);
  await deadline.pause(room(expected));
  const sink = new Sink(expected, maxBytes);
  const reader = response.body.getReader({ mode: "byob" });
  let window = new Uint8Array(WINDOW);
  const watch = new ProgressWatch(() => sink.size, deadline);
  let truncated = false;
  try {
    for (;;) {
      const { done, value } = await deadline.race(reader.read(window));
      if (done) break;
      if (sink.size + value.length > maxBytes) throw tooMany(maxBytes, sink.size + value.length);
      const capacity = sink.capacityFor(value);
      if (capacity > sink.capacity) {
        watch.stop();
        await deadline.pause(room(capacity));
        watch.start();
      }
      sink.add(value);
      window = new Uint8Array(value.buffer);
    }
  } catch (error) {
    // Not awaited: a source that hangs would hold up the cancelling too.
    reader.cancel(error).catch(() => {});
    if (deadline.signal.aborted) throw deadline.why;
    if (error instanceof Failure) throw error;
    if (sink.size === 0) throw new Failure("source_broken", {}, error instanceof Error ? error.message : String(error));
    truncated = true;
  } finally {
    watch.stop();
  }
  return { bytes: sink.bytes(), truncated };
}

/** Lets go of an answer whose body nobody wants, so that its connection is free again. */
export async function discard(response: Response): Promise<void> {
  try {
    await response.body?.cancel();
  } catch {
    // It was broken already.
  }
}

function tooMany(limit: number, value: number): Failure {
  return new Failure("source_too_many_bytes", { limit, value });
}

/** Ends the exchange when too little comes in; stopped while we ourselves hold it up. */
class ProgressWatch {
  readonly #size: () => number;
  readonly #deadline: Deadline;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(size: () => number, deadline: Deadline) {
    this.#size = size;
    this.#deadline = deadline;
    this.start();
  }

  start(): void {
    let seen = this.#size();
    this.#timer = setInterval(() => {
      if (this.#size() - seen < PROGRESS_BYTES) this.#deadline.expire();
      seen = this.#size();
    }, PROGRESS_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }
}

/** One growing buffer: a list of chunks joined at the end would hold every picture twice. */
class Sink {
  size = 0;
  #buffer: ArrayBuffer;

  readonly #max: number;

  constructor(capacity: number, max: number) {
    this.#buffer = new ArrayBuffer(Math.max(capacity, 1));
    this.#max = max;
  }

  get capacity(): number {
    return this.#buffer.byteLength;
  }

  /** Bytes held once `chunk` is added: the buffer doubles when it is full. */
  capacityFor(chunk: Uint8Array): number {
    const needed = this.size + chunk.length;
    const have = this.#buffer.byteLength;
    return needed > have ? Math.max(needed, Math.min(have * 2, this.#max)) : have;
  }

  add(chunk: Uint8Array): void {
    const capacity = this.capacityFor(chunk);
    if (capacity > this.#buffer.byteLength) this.#buffer = this.#buffer.transfer(capacity);
    new Uint8Array(this.#buffer).set(chunk, this.size);
    this.size += chunk.length;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer.transfer(this.size));
  }
}
