/**
 * Addresses this isolate has read before: a page's pictures are asked for again and again, and to verify a signature and
 * parse the options costs more than a hit itself. What is remembered is what reading would give; bounded.
 */
import { BoundedMap } from "../concurrency/boundedMap.ts";
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import { acceptClass } from "./accept.ts";
import type { ImageRequest } from "./imageRequest.ts";
import { readImageRequest } from "./readImageRequest.ts";

export class RequestMemory {
  #config: Config | null = null;
  readonly #requests: BoundedMap<string, ImageRequest>;

  /** At most `capacity` addresses, each with the Accept classes it was asked with; when full the oldest is forgotten. */
  constructor(capacity: number) {
    this.#requests = new BoundedMap(capacity);
  }

  get size(): number {
    return this.#requests.size;
  }

  /**
   * `readImageRequest`, from memory where it can. Another configuration forgets everything: keys, lists and limits are
   * in it, and live settings make a new one. A vouched request is always read: its secret is kept nowhere. Throws as
   * `readImageRequest`, `expired` included; failures are not remembered.
   */
  async read(
    url: string,
    accept: string | null,
    config: Config,
    now: number,
    authentication: string | null,
  ): Promise<ImageRequest> {
    if (authentication !== null) return readImageRequest(url, accept, config, now, authentication);
    if (this.#config !== config) {
      this.#requests.clear();
      this.#config = config;
    }
    const name = `${acceptClass(accept)} ${url}`;
    const known = this.#requests.get(name);
    if (known !== undefined) {
      if (known.expires === null || known.expires * 1000 > now) return known;
      throw new Failure("expired", { value: new Date(known.expires * 1000).toISOString() });
    }
    const request = await readImageRequest(url, accept, config, now);
    // Settings may have changed while the signature was checked.
    if (this.#config === config) this.#requests.set(name, request);
    return request;
  }
}
