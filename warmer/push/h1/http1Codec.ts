import type { Batch } from "../../queue/pushBatch.ts";
import type { Wire, WireEvents } from "../httpCodec.ts";
import type { Push } from "../pushRequest.ts";
import { WARM_PATH } from "../pushSigner.ts";
import { MAX_ANSWER_BYTES, parseAnswer } from "./parseResponse.ts";

/** Makes the complete HTTP/1.1 requests to one origin as latin1 text, so that a push is one string and one write. */
export class RequestText {
  readonly #head: string;

  constructor(url: URL) {
    this.#head =
      `POST ${WARM_PATH} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: firstlight-warmer\r\n` +
      "Content-Type: application/json\r\nContent-Length: ";
  }

  of({ body, time, signature }: Push): string {
    if (signature === null) return `${this.#head}${body.length}\r\n\r\n${body}`;
    return (
      `${this.#head}${body.length}\r\nX-Firstlight-Time: ${time}\r\n` +
      `X-Firstlight-Signature: ${signature}\r\n\r\n${body}`
    );
  }
}

/** HTTP/1.1 with one request in flight and no queue. */
export class Exchange implements Wire {
  readonly #text: RequestText;
  readonly #events: WireEvents;
  #batch: Batch | undefined;
  #received = "";
  #ended = false;

  constructor(url: URL, events: WireEvents) {
    this.#text = new RequestText(url);
    this.#events = events;
  }

  get capacity(): number {
    return this.#ended ? 0 : 1;
  }

  get free(): number {
    return this.#ended || this.#batch !== undefined ? 0 : 1;
  }

  send(push: Push, batch: Batch): void {
    this.#batch = batch;
    this.#events.write(this.#text.of(push));
  }

  receive(text: string): void {
    if (this.#ended) return;
    this.#received = this.#received === "" ? text : this.#received + text;
    const batch = this.#batch;
    const answer = batch !== undefined ? parseAnswer(this.#received) : "broken";
    if (answer === "more" && this.#received.length <= MAX_ANSWER_BYTES * 3) return;
    if (typeof answer === "string" || batch === undefined) {
      this.#end("broken answer");
      return;
    }
    this.#received = "";
    this.#batch = undefined;
    this.#ended = !answer.keep;
    this.#events.answered(batch, answer);
    if (!answer.keep) this.#end("connection: close");
  }

  expire(now: number, limitMs: number): void {
    if (this.#batch !== undefined && now - this.#batch.sentAt > limitMs) this.#end("timeout");
  }

  close(): string {
    this.#ended = true;
    return "";
  }

  abandon(): Batch[] {
    const batch = this.#batch;
    this.#batch = undefined;
    return batch === undefined ? [] : [batch];
  }

  #end(reason: string): void {
    this.#ended = true;
    this.#events.end(reason);
  }
}
