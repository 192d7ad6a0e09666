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
/** Of a declared length: what is held until so much has come. A source that only promises much gets little. */
const STEPS = [1 / 16, 1 / 4, 1] as const;
/** What a body without a length is taken to come to until it is more: most pictures on the web are less. */
const LIKELY_BYTES = 4 * 1024 * 1024;

/**
 * Read at most so much at a time, whatever has come. Without a window of its own a reader hands out 4 KiB chunks: for
 * 20 MB 140 ms of CPU instead of 20 in workerd. Not the sink itself: a read that fails keeps the memory it was given.
 */
const WINDOW = 131_072;

/**
 * Reads a body of at most `maxBytes`, inflated. `room` is asked before so many bytes in all are held, and told how many
 * there may be in the end; the time it takes is ours, not the source's. Throws Failure `source_too_many_bytes` (by Content-Length before a byte
 * is read, else at the first byte too many), `source_timeout` (deadline, or less than 4 KiB in 5 s), `source_broken`
 * (cut before the first byte, or not the encoding it says). A body cut later is given back as far as it came.
 */
export async function readBody(
  response: Response,
  maxBytes: number,
  deadline: Deadline,
  room: (bytes: number, claim: number) => Promise<void> = async () => {},
): Promise<Body> {
  const declared = declaredLength(response.headers);
  if (declared !== null && declared > maxBytes) {
    await discard(response);
    throw tooMany(maxBytes, declared);
  }
  if (response.body === null) throw new Failure("source_broken", {}, "no body");
  const claim = declared ?? Math.min(LIKELY_BYTES, maxBytes);
  const sink = new Sink(declared, maxBytes);
  await deadline.pause(room(sink.capacity, claim));
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
        await deadline.pause(room(capacity, Math.max(capacity, claim)));
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
  #buffer: ArrayBuffer | null = null;
  readonly #capacities: readonly number[];
  readonly #max: number;

  /** `declared` length, or null; `max` bytes at most. */
  constructor(declared: number | null, max: number) {
    const steps = STEPS.map((step) => Math.ceil((declared ?? 0) * step));
    const [first, ...others] = steps.filter((step) => step >= Math.min(FIRST_BUFFER, declared ?? 0));
    this.#capacities = declared === null ? [Math.min(FIRST_BUFFER, max)] : [Math.max(first ?? 1, 1), ...others];
    this.#max = max;
  }

  /** Bytes held; before the first chunk, those that will be. */
  get capacity(): number {
    return this.#buffer?.byteLength ?? this.#capacities[0] ?? FIRST_BUFFER;
  }

  /** Bytes held once `chunk` is added: the next step of what was declared; without, the buffer doubles when it is full. */
  capacityFor(chunk: Uint8Array): number {
    const needed = this.size + chunk.length;
    const have = this.capacity;
    if (needed <= have) return have;
    return this.#capacities.find((step) => step >= needed) ?? Math.max(needed, Math.min(have * 2, this.#max));
  }

  add(chunk: Uint8Array): void {
    const capacity = this.capacityFor(chunk);
    this.#buffer ??= new ArrayBuffer(capacity);
    if (capacity > this.#buffer.byteLength) this.#buffer = this.#buffer.transfer(capacity);
    new Uint8Array(this.#buffer).set(chunk, this.size);
    this.size += chunk.length;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer === null ? new Uint8Array(0) : new Uint8Array(this.#buffer.transfer(this.size));
  }
}
