import type { PushBatch } from "../../queue/pushBatch.ts";
import { type HttpCodec, type HttpCodecEvents, isLate } from "../httpCodec.ts";
import { OUTCOME_TYPE, type PushRequest } from "../pushRequest.ts";
import { WARM_PATH } from "../pushSigner.ts";
import { ResponseReader } from "./responseReader.ts";

/** Encodes complete HTTP/1.1 requests to one origin as latin1 text, so that a push is one string and one write. */
export class RequestEncoder {
  readonly #head: string;

  constructor(url: URL) {
    this.#head =
      `POST ${WARM_PATH} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: firstlight-warmer\r\n` +
      `Accept: ${OUTCOME_TYPE}\r\nContent-Type: application/json\r\nContent-Length: `;
  }

  encode({ body, time, signature }: PushRequest): string {
    if (signature === null) return `${this.#head}${body.length}\r\n\r\n${body}`;
    return (
      `${this.#head}${body.length}\r\nX-Firstlight-Time: ${time}\r\n` +
      `X-Firstlight-Signature: ${signature}\r\n\r\n${body}`
    );
  }
}

/** HTTP/1.1 with one request in flight and no queue. */
export class Http1Codec implements HttpCodec {
  readonly #encoder: RequestEncoder;
  readonly #events: HttpCodecEvents;
  #batch: PushBatch | undefined;
  #response = new ResponseReader();
  #ended = false;

  constructor(url: URL, events: HttpCodecEvents) {
    this.#encoder = new RequestEncoder(url);
    this.#events = events;
  }

  get capacity(): number {
    return this.#ended ? 0 : 1;
  }

  get free(): number {
    return this.#ended || this.#batch !== undefined ? 0 : 1;
  }

  send(push: PushRequest, batch: PushBatch): void {
    this.#batch = batch;
    this.#events.write(this.#encoder.encode(push));
  }

  receive(text: string): void {
    if (this.#ended) return;
    const batch = this.#batch;
    if (batch === undefined) {
      this.#end("malformed response");
      return;
    }
    const response = this.#response;
    const before = response.body.length;
    const state = response.feed(text);
    if (state === "malformed") {
      this.#end("malformed response");
      return;
    }
    const { status, body, keepAlive } = response;
    if (state === "incomplete") {
      if (body.length > before) this.#events.partial(batch, status, body.slice(before));
      return;
    }
    this.#response = new ResponseReader();
    this.#batch = undefined;
    this.#ended = !keepAlive;
    this.#events.answered(batch, { status, body, keepAlive });
    if (!keepAlive) this.#end("connection: close");
  }

  expire(now: number, limitMs: number): void {
    if (this.#batch !== undefined && isLate(this.#batch, now, limitMs)) this.#end("timeout");
  }

  close(): string {
    this.#ended = true;
    return "";
  }

  abandon(): PushBatch[] {
    const batch = this.#batch;
    this.#batch = undefined;
    return batch === undefined ? [] : [batch];
  }

  #end(reason: string): void {
    this.#ended = true;
    this.#events.end(reason);
  }
}
