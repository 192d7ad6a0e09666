import type { Format } from "./formats.ts";
import { PushSigner, WARM_PATH } from "./signature.ts";

/** Paths of one push (design of the wire: `POST /warm` takes at most so many). */
export const MAX_PATHS_PER_PUSH = 20;

/** What is the same in every push of one region. */
export type RequestOptions = {
  readonly url: URL;
  readonly region: string;
  /** `WARM_SECRET`; null sends pushes unsigned. */
  readonly secret: string | null;
  /** How long the edge may take before the job is worthless, ms. */
  readonly deadlineMs: number;
};

/**
 * Makes the complete HTTP/1.1 requests of one region and format as latin1 text, so that a push is one string and one
 * write.
 */
export class PushRequest {
  readonly #head: string;
  readonly #bodyStart: string;
  readonly #signer: PushSigner | null;

  constructor(options: RequestOptions, format: Format) {
    this.#signer = options.secret === null ? null : new PushSigner(options.secret);
    this.#head =
      `POST ${WARM_PATH} HTTP/1.1\r\nHost: ${options.url.host}\r\nUser-Agent: firstlight-warmer\r\n` +
      "Content-Type: application/json\r\nContent-Length: ";
    const fields = { v: 1, region: options.region, format, deadlineMs: options.deadlineMs };
    this.#bodyStart = `${JSON.stringify(fields).slice(0, -1)},"paths":["`;
  }

  /**
   * @param paths as they stand between the quotes of a JSON string, ASCII
   * @param nowMs unix ms, for the signature
   */
  text(paths: readonly string[], nowMs: number): string {
    const body = `${this.#bodyStart}${paths.length === 1 ? paths[0] : paths.join('","')}"]}`;
    if (this.#signer === null) return `${this.#head}${body.length}\r\n\r\n${body}`;
    const time = Math.floor(nowMs / 1000);
    const signature = this.#signer.sign(time, body);
    return (
      `${this.#head}${body.length}\r\nX-Firstlight-Time: ${time}\r\n` +
      `X-Firstlight-Signature: ${signature}\r\n\r\n${body}`
    );
  }
}
