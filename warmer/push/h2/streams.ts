import type { PushBatch } from "../../queue/pushBatch.ts";
import { ERROR, type ErrorCode } from "./errors.ts";
import { encodeReset } from "./frames.ts";
import type { RequestWriter } from "./requestWriter.ts";
import { Stream } from "./stream.ts";

/** Pushes that will get no response, and the reason of the last one. */
export type LostPushes = { readonly batches: readonly PushBatch[]; readonly reason: string };

/** The streams of one connection. Each is opened once and ends once: answered or lost. */
export class Streams {
  /** No new streams: the server closes the connection, or the stream numbers are used up. */
  leaving = false;
  readonly #writer: RequestWriter;
  readonly #write: (text: string) => void;
  readonly #last: number;
  /** Open streams in the order they were opened. */
  readonly #open = new Map<number, Stream>();
  #next = 1;
  #lost: PushBatch[] = [];
  #reason = "";

  /** @param last the highest stream number */
  constructor(writer: RequestWriter, write: (text: string) => void, last: number) {
    this.#writer = writer;
    this.#write = write;
    this.#last = last;
  }

  /** The number of open streams. */
  get size(): number {
    return this.#open.size;
  }

  /** All streams have ended, and there will be no new ones. */
  get done(): boolean {
    return this.leaving && this.#open.size === 0;
  }

  all(): Iterable<Stream> {
    return this.#open.values();
  }

  /** The stream, if it is open. */
  get(id: number): Stream | undefined {
    return this.#open.get(id);
  }

  /** Whether it is open or has been. Frames on other streams are errors; frames on ended streams are allowed. */
  has(id: number): boolean {
    return id % 2 === 1 && id < this.#next;
  }

  /** @param window bytes that the server allows to send on it */
  open(batch: PushBatch, window: number): Stream {
    const stream = new Stream(this.#next, batch, window);
    this.#open.set(stream.id, stream);
    this.#next += 2;
    this.leaving ||= this.#next > this.#last;
    return stream;
  }

  /** The whole response has arrived. */
  answered(stream: Stream): void {
    // The server answered before the request was complete: it does not want the rest.
    if (stream.rest !== "") this.#write(encodeReset(stream.id, ERROR.cancel));
    this.#close(stream);
  }

  /** Ends a stream as lost, and sends the reason to the server. */
  cancel(stream: Stream, code: ErrorCode, reason: string): void {
    this.#write(encodeReset(stream.id, code));
    this.lose(stream, reason);
  }

  lose(stream: Stream, reason: string): void {
    this.#close(stream);
    this.#lost.push(stream.batch);
    this.#reason = reason;
  }

  /**
   * The streams lost since the last call. They are reported together: streams that are lost together are one failure.
   */
  takeLost(): LostPushes | undefined {
    if (this.#lost.length === 0) return undefined;
    const batches = this.#lost;
    this.#lost = [];
    return { batches, reason: this.#reason };
  }

  /** Removes and returns everything that has not been reported, open or lost. */
  abandon(): PushBatch[] {
    const batches = [...this.#lost, ...[...this.#open.values()].map(({ batch }) => batch)];
    this.#lost = [];
    this.#open.clear();
    return batches;
  }

  #close(stream: Stream): void {
    this.#writer.drop(stream);
    this.#open.delete(stream.id);
  }
}
