import type { PushBatch } from "../queue/pushBatch.ts";
import type { PushRequest } from "./pushRequest.ts";
import type { PushResponse } from "./pushResponse.ts";

/** One version of HTTP on one connection: it turns pushes to bytes and bytes to answers, and knows no socket. */
export type HttpCodec = {
  /** Requests that could be in flight at once; 0 when it takes no more, ever. */
  readonly capacity: number;
  /** Requests it would take now. */
  readonly free: number;
  /** Sends one push; to be called only while something is free. */
  send(push: PushRequest, batch: PushBatch): void;
  /** Takes what was received, latin1; never throws. */
  receive(text: string): void;
  /** Gives up what was sent longer ago than the limit. Steady ms. */
  expire(now: number, limitMs: number): void;
  /** Takes no more, and gives what is to be said before the connection closes, latin1; "" for nothing. */
  close(): string;
  /** Takes everything off that is in flight: the connection is gone. */
  abandon(): PushBatch[];
};

/** What a wire tells its connection. */
export type HttpCodecEvents = {
  /** Bytes to be sent, latin1. */
  write(text: string): void;
  /** Requests can be sent now, or more or fewer than before. */
  changed(): void;
  answered(batch: PushBatch, response: PushResponse): void;
  /** These will not be answered; the connection lives on. */
  lost(batches: readonly PushBatch[], reason: string): void;
  /** The connection is of no use any more. */
  end(reason: string): void;
};
