import { createHash, createHmac } from "node:crypto";
import type { Format } from "./formats.ts";

/** Paths of one push (design of the wire: `POST /warm` takes at most so many). */
export const MAX_PATHS_PER_PUSH = 20;

export const WARM_PATH = "/warm";

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
 * The signature of a push: base64url HMAC-SHA256 under `secret` of `"POST\n/warm\n<time>\n<hex sha256 of body>"`.
 * @param time unix seconds, as sent in X-Firstlight-Time
 * @param body latin1 text, one character per byte
 */
export function signPush(secret: string, time: number, body: string): string {
  const digest = createHash("sha256").update(body, "latin1").digest("hex");
  return createHmac("sha256", secret).update(`POST\n${WARM_PATH}\n${time}\n${digest}`).digest("base64url");
}

/**
 * Makes the complete HTTP/1.1 requests of one region and format as latin1 text, so that a push is one string and one
 * write.
 */
export class PushRequest {
  readonly #head: string;
  readonly #bodyStart: string;
  readonly #secret: string | null;

  constructor(options: RequestOptions, format: Format) {
    this.#secret = options.secret;
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
    if (this.#secret === null) return `${this.#head}${body.length}\r\n\r\n${body}`;
    const time = Math.floor(nowMs / 1000);
    const signature = signPush(this.#secret, time, body);
    return (
      `${this.#head}${body.length}\r\nX-Firstlight-Time: ${time}\r\n` +
      `X-Firstlight-Signature: ${signature}\r\n\r\n${body}`
    );
  }
}
