import type { PushBatch } from "../queue/pushBatch.ts";
import type { PushRequest } from "./pushRequest.ts";

/** One response: its status, its body as text, and whether the server keeps the connection open. */
export type PushResponse = { readonly status: number; readonly body: string; readonly keepAlive: boolean };

/** Whether the edge took the push. */
export function isAccepted(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * One HTTP version on one connection. It encodes pushes to bytes and decodes bytes to responses. It does not know the
 * socket.
 */
export type HttpCodec = {
  /** The most requests that can be in flight. 0 if it will never take another. */
  readonly capacity: number;
  /** Requests it takes now. */
  readonly free: number;
  /** Sends one push. Call it only while `free` is above 0. */
  send(push: PushRequest, batch: PushBatch): void;
  /** Takes received bytes, latin1. Never throws. */
  receive(text: string): void;
  /**
   * Gives up requests that were sent more than `limitMs` ago, or more than that and the grace of their batch. `now` is
   * ms of the steady clock.
   */
  expire(now: number, limitMs: number): void;
  /** Takes no more requests. Returns the last bytes to send before the connection closes, latin1; "" for none. */
  close(): string;
  /** Removes and returns everything in flight, because the connection is gone. */
  abandon(): PushBatch[];
};

/** What a codec tells its connection. */
export type HttpCodecEvents = {
  /** Bytes to send, latin1. */
  write(text: string): void;
  /** Requests can be sent now, or more or fewer than before. */
  changed(): void;
  /** More of a response has arrived, but not its end. @param piece the bytes of the body that are new, latin1 */
  partial(batch: PushBatch, status: number, piece: string): void;
  /** A whole response has arrived. Its body includes the pieces that were reported before. */
  answered(batch: PushBatch, response: PushResponse): void;
  /** These batches will get no response. The connection stays open. */
  lost(batches: readonly PushBatch[], reason: string): void;
  /** The connection is of no more use. */
  end(reason: string): void;
};

/** A batch that has waited too long for its response. Times in ms. */
export function isLate({ sentAt, graceMs }: PushBatch, now: number, limitMs: number): boolean {
  return now - sentAt > limitMs + graceMs;
}
