/**
 * Remembers the addresses that this isolate has read. The pictures of a page are asked for again and again, and to verify
 * a signature and parse options costs more than a hit. It gives what reading would give, and it is bounded.
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

  /** Keeps at most `capacity` pairs of address and Accept class. When it is full, it forgets the oldest. */
  constructor(capacity: number) {
    this.#requests = new BoundedMap(capacity);
  }

  get size(): number {
    return this.#requests.size;
  }

  /**
   * Like `readImageRequest`, from memory where possible. A new configuration forgets everything: it holds keys, lists and
   * limits, and live settings make a new one. A request with the secret header is always read, because the secret is not
   * kept. Throws as `readImageRequest` does, `expired` included. Failures are not remembered.
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
    // The settings may have changed while the signature was checked.
    if (this.#config === config) this.#requests.set(name, request);
    return request;
  }
}
