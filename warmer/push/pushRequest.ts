import { FORMATS, type Format } from "../hint/protocol.ts";
import { PushSigner } from "./pushSigner.ts";

/** The most paths of one push; `POST /warm` takes no more. */
export const MAX_PATHS_PER_PUSH = 20;

/** The media type the warmer asks for: one line of JSON per outcome, as soon as it is known. */
export const OUTCOME_TYPE = "application/x-ndjson";

/** What all pushes of one region have in common. */
export type PushRequestOptions = {
  readonly region: string;
  /** `WARM_SECRET`. Null sends pushes unsigned. */
  readonly secret: string | null;
  /** `deadlineMs` of the push: the edge drops a picture it has not started by then. */
  readonly deadlineMs: number;
};

/** The parts of a request that differ between pushes, for any HTTP version. */
export type PushRequest = {
  /** JSON, ASCII. */
  readonly body: string;
  /** Time of the signature, unix seconds. */
  readonly time: number;
  /** Null if the push is not signed. */
  readonly signature: string | null;
};

/** Builds the pushes of one region and format. */
export class PushRequestBuilder {
  readonly #bodyStart: string;
  readonly #signer: PushSigner | null;

  /** @param regions version of the map that has named the region; undefined = the fixed table has */
  constructor(options: PushRequestOptions, format: Format, regions?: number) {
    this.#signer = options.secret === null ? null : new PushSigner(options.secret);
    const fields = { v: 1, region: options.region, format, deadlineMs: options.deadlineMs, regions };
    this.#bodyStart = `${JSON.stringify(fields).slice(0, -1)},"paths":["`;
  }

  /**
   * @param paths as they are written between the quotes of a JSON string, ASCII
   * @param nowMs time of the signature, unix ms
   */
  build(paths: readonly string[], nowMs: number): PushRequest {
    const body = `${this.#bodyStart}${paths.length === 1 ? paths[0] : paths.join('","')}"]}`;
    const time = Math.floor(nowMs / 1000);
    return { body, time, signature: this.#signer === null ? null : this.#signer.sign(time, body) };
  }
}

/** One builder for each kind of push. @param version of the map of the regions, for those whose region it has named */
export function pushBuilders(options: PushRequestOptions, version: number): readonly PushRequestBuilder[] {
  return [undefined, version].flatMap((regions) =>
    FORMATS.map((format) => new PushRequestBuilder(options, format, regions)),
  );
}
