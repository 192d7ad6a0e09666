import type { Format } from "../hint/protocol.ts";
import { PushSigner } from "./pushSigner.ts";

/** Paths of one push (design of the wire: `POST /warm` takes at most so many). */
export const MAX_PATHS_PER_PUSH = 20;

/** What is the same in every push of one region. */
export type PushRequestOptions = {
  readonly region: string;
  /** `WARM_SECRET`; null sends pushes unsigned. */
  readonly secret: string | null;
  /** How long the edge may take before the job is worthless, ms. */
  readonly deadlineMs: number;
};

/** What is the push's own in a request, whatever the version of HTTP. */
export type PushRequest = {
  /** JSON, ASCII. */
  readonly body: string;
  /** Unix seconds, of the signature. */
  readonly time: number;
  /** Null in a push that is not signed. */
  readonly signature: string | null;
};

/** Makes the pushes of one region and format. */
export class PushRequestBuilder {
  readonly #bodyStart: string;
  readonly #signer: PushSigner | null;

  constructor(options: PushRequestOptions, format: Format) {
    this.#signer = options.secret === null ? null : new PushSigner(options.secret);
    const fields = { v: 1, region: options.region, format, deadlineMs: options.deadlineMs };
    this.#bodyStart = `${JSON.stringify(fields).slice(0, -1)},"paths":["`;
  }

  /**
   * @param paths as they stand between the quotes of a JSON string, ASCII
   * @param nowMs unix ms, for the signature
   */
  build(paths: readonly string[], nowMs: number): PushRequest {
    const body = `${this.#bodyStart}${paths.length === 1 ? paths[0] : paths.join('","')}"]}`;
    const time = Math.floor(nowMs / 1000);
    return { body, time, signature: this.#signer === null ? null : this.#signer.sign(time, body) };
  }
}
