import type { Push } from "../pushRequest.ts";
import { WARM_PATH } from "../pushSigner.ts";

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
