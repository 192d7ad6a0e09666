/** A source's bytes, counted as they are read. So neither a wrong Content-Length nor an inflating body passes the limit. */
import { Failure } from "../errors.ts";
import { decodedBody } from "./coding.ts";
import type { Deadline } from "./deadline.ts";
import { declaredLength } from "./headers.ts";
import { type Gauge, NO_GAUGE } from "./hostTurn.ts";
import { Pace, type Progress } from "./pace.ts";

/** `truncated`: the source stopped before its end and this is what had come. */
export type Body = { readonly bytes: Uint8Array<ArrayBuffer>; readonly truncated: boolean };

/** Held for a body of which nothing has come yet. */
const FIRST_BUFFER = 65_536;
/** A buffer grows by so much at most: of 32 MiB the last quarter is taken only when the others have come. */
const MAX_GROWTH = 8 * 1024 * 1024;
/** What a body without a length is expected to come to, until it is more. Most pictures of the web are smaller. */
const LIKELY_BYTES = 2 * 1024 * 1024;

/**
 * Bytes read at a time at most. Without a window of its own a reader gives 4 KiB chunks: for 20 MB that takes 140 ms of
 * CPU instead of 20 in workerd. The window is not the sink itself: a read that fails keeps the memory that it was given.
 */
const WINDOW = 131_072;

/**
 * Reads a body of at most `maxBytes` after its content coding is undone. `room` is asked before so many bytes in all are
 * held, and is told how many there may be in the end; the time it takes is ours, not the source's. Throws Failure
 * `source_too_many_bytes` (by Content-Length before a byte is read, else at the first byte too many), `source_timeout`
 * (by the deadline or the pace), `source_saturated` (`gauge` lets it read no further), `source_encoding`, `source_broken` (cut before the first byte, or not the coding that it
 * names). A body that is cut later is returned as far as it came.
 */
export async function readBody(
  response: Response,
  maxBytes: number,
  deadline: Deadline,
  room: (bytes: number, claim: number) => Promise<void> = async () => {},
  pace: Pace = new Pace(deadline),
  gauge: Gauge = NO_GAUGE,
): Promise<Body> {
  try {
    return await read(response, maxBytes, deadline, room, pace, gauge);
  } finally {
    pace.stop();
  }
}

async function read(
  response: Response,
  maxBytes: number,
  deadline: Deadline,
  room: (bytes: number, claim: number) => Promise<void>,
  pace: Pace,
  gauge: Gauge,
): Promise<Body> {
  const declared = declaredLength(response.headers);
  if (declared !== null && declared > maxBytes) {
    await discard(response);
    throw tooMany(maxBytes, declared);
  }
  const body = await decodedBody(response);
  if (body === null) throw new Failure("source_broken", {}, "no body");
  const claim = declared ?? Math.min(LIKELY_BYTES, maxBytes);
  const sink = new Sink(declared, maxBytes);
  if (declared !== null) gauge.expect(declared);
  try {
    await pace.pause(room(sink.capacity, claim));
  } catch (error) {
    // Its connection would stay open, and a request has six.
    body.cancel(error).catch(() => {});
    throw error;
  }
  const reader = body.getReader({ mode: "byob" });
  let window = new Uint8Array(WINDOW);
  pace.watch(sink);
  let truncated = false;
  try {
    for (;;) {
      // The last read only says that the body has ended.
      const isWhole = sink.size === declared;
      if (sink.size >= gauge.mayRead && !isWhole) await pace.pause(gauge.waitToRead(needOf(sink.size, declared)));
      const length = isWhole ? WINDOW : Math.min(WINDOW, gauge.mayRead - sink.size);
      const { done, value } = await deadline.race(reader.read(window.subarray(0, length)));
      if (done) break;
      gauge.received(value.length);
      if (sink.size + value.length > maxBytes) throw tooMany(maxBytes, sink.size + value.length);
      const capacity = sink.capacityFor(value);
      if (capacity > sink.capacity) await pace.pause(room(capacity, Math.max(capacity, claim)));
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
  }
  return { bytes: sink.bytes(), truncated };
}

/** So many bytes in all the body needs, as far as known. */
function needOf(size: number, declared: number | null): number {
  return declared !== null && declared > size ? declared : Math.max(2 * size, FIRST_BUFFER);
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

/**
 * One growing buffer, of at most about twice the bytes that have come: who only promises much gets little. A list of
 * chunks joined at the end would hold every picture twice.
 */
class Sink implements Progress {
  size = 0;
  #buffer: ArrayBuffer | null = null;
  readonly #capacities: readonly number[];
  readonly #max: number;

  /** `declared` length, or null; `max` bytes at most. */
  constructor(declared: number | null, max: number) {
    this.#capacities = declared === null ? [Math.min(FIRST_BUFFER, max)] : stepsTo(Math.max(declared, 1));
    this.#max = max;
  }

  /** Bytes held. Before the first chunk: those that will be. */
  get capacity(): number {
    return this.#buffer?.byteLength ?? this.#capacities[0] ?? FIRST_BUFFER;
  }

  /** Bytes held once `chunk` is added. A full buffer grows to the next step to the declared length, else it doubles. */
  capacityFor(chunk: Uint8Array): number {
    const needed = this.size + chunk.length;
    const have = this.capacity;
    if (needed <= have) return have;
    return (
      this.#capacities.find((step) => step >= needed) ??
      Math.max(needed, Math.min(have * 2, have + MAX_GROWTH, this.#max))
    );
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

/** Sizes of the buffer for a declared `length`, rising: each is at most twice the one before, and MAX_GROWTH more. */
function stepsTo(length: number): readonly number[] {
  const steps: number[] = [];
  for (let step = length; steps.length === 0 || step >= FIRST_BUFFER; step = before(step)) steps.unshift(step);
  return steps;
}

function before(step: number): number {
  return Math.max(Math.ceil(step / 2), step - MAX_GROWTH);
}
