import type { PushBatch } from "../../queue/pushBatch.ts";

/** Bytes that a server may send on one stream. It is the default initial window, which is never opened further. */
export const STREAM_WINDOW = 65_535;

/** One push in flight. */
export class Stream {
  readonly id: number;
  readonly batch: PushBatch;
  /** 0 until the header of the response has arrived. */
  status = 0;
  body = "";
  /** Received bytes of DATA with padding. */
  received = 0;
  /** Bytes that the server's window still allows. Below 0 if the server lowered it. */
  window: number;
  /** The unsent rest of the request body. */
  rest = "";

  constructor(id: number, batch: PushBatch, window: number) {
    this.id = id;
    this.batch = batch;
    this.window = window;
  }
}
