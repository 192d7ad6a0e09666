import type { PushBatch } from "../../queue/pushBatch.ts";

/** What a server may send on one stream: the initial window, which we never open further. Bytes. */
export const STREAM_WINDOW = 65_535;

/** One push in flight. */
export class Stream {
  readonly id: number;
  readonly batch: PushBatch;
  /** 0 until the answer's header has come. */
  status = 0;
  body = "";
  /** Bytes of DATA, padding and all. */
  received = 0;
  /** What the server lets us send on it; below 0 when the server lowered it. */
  window: number;
  /** What of the request's body has not been sent. */
  rest = "";

  constructor(id: number, batch: PushBatch, window: number) {
    this.id = id;
    this.batch = batch;
    this.window = window;
  }
}
