import type { PushBatch } from "../../queue/pushBatch.ts";
import { ERROR, type ErrorCode } from "./errors.ts";
import { encodeReset } from "./frames.ts";
import type { RequestWriter } from "./requestWriter.ts";
import { Stream } from "./stream.ts";

/** Pushes that will not be answered, and why the last of them will not. */
export type LostPushes = { readonly batches: readonly PushBatch[]; readonly reason: string };

/** The streams of one connection: each is opened once, and ends once, answered or lost. */
export class Streams {
  /** No new ones: the server goes away, or the numbers have run out. */
  leaving = false;
  readonly #writer: RequestWriter;
  readonly #write: (text: string) => void;
  readonly #last: number;
  /** Those that are open, in the order they were opened. */
  readonly #open = new Map<number, Stream>();
  #next = 1;
  #lost: PushBatch[] = [];
  #reason = "";

  /** @param last number of the last stream there can be */
  constructor(writer: RequestWriter, write: (text: string) => void, last: number) {
    this.#writer = writer;
    this.#write = write;
    this.#last = last;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** All are over, and there will be no others. */
  get done(): boolean {
    return this.leaving && this.#open.size === 0;
  }

  all(): Iterable<Stream> {
    return this.#open.values();
  }

  /** The stream, while it is open. */
  get(id: number): Stream | undefined {
    return this.#open.get(id);
  }

  /** It is open or has been. Frames of others are a violation; one that is over may still get some. */
  has(id: number): boolean {
    return id % 2 === 1 && id < this.#next;
  }

  /** @param window what the server lets us send on it, bytes */
  open(batch: PushBatch, window: number): Stream {
    const stream = new Stream(this.#next, batch, window);
    this.#open.set(stream.id, stream);
    this.#next += 2;
    this.leaving ||= this.#next > this.#last;
    return stream;
  }

  /** The whole answer is there. */
  answered(stream: Stream): void {
    // An answer to half a request: the server wants no more of it.
    if (stream.rest !== "") this.#write(encodeReset(stream.id, ERROR.cancel));
    this.#close(stream);
  }

  /** Loses one, and tells the server why. */
  cancel(stream: Stream, code: ErrorCode, reason: string): void {
    this.#write(encodeReset(stream.id, code));
    this.lose(stream, reason);
  }

  lose(stream: Stream, reason: string): void {
    this.#close(stream);
    this.#lost.push(stream.batch);
    this.#reason = reason;
  }

  /** Those lost since the last call, to be told together: streams lost in one turn are one failure. */
  takeLost(): LostPushes | undefined {
    if (this.#lost.length === 0) return undefined;
    const batches = this.#lost;
    this.#lost = [];
    return { batches, reason: this.#reason };
  }

  /** Takes off everything that has not been told yet, open or lost. */
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
