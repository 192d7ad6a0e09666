/**
 * Remembers the addresses that this isolate has answered with a picture. The pictures of a page are asked for again and
 * again, and to verify a signature and parse options costs more than a hit. It gives what reading would give. It is
 * bounded by number and by bytes, and an address that was refused takes no room in it.
 */
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import { acceptClass } from "./accept.ts";
import { type ClientHints, NO_HINTS } from "./clientHints.ts";
import type { ImageRequest } from "./imageRequest.ts";
import { readImageRequest } from "./readImageRequest.ts";

/** A request, and what to call when it was answered with a picture. */
export type Read = { readonly request: ImageRequest; readonly keep: () => void };

/** What an entry takes beside its texts: options, and the names and headers that other maps hold for it. In bytes. */
const ENTRY_BYTES = 1_500;

const nothing = () => undefined;

export class RequestMemory {
  #config: Config | null = null;
  #bytes = 0;
  readonly #capacity: number;
  readonly #maxBytes: number;
  /** By Accept class, client hints and address, the oldest first. */
  readonly #known = new Map<string, Read>();

  /** Keeps at most `capacity` pairs of address and Accept class, and about `maxBytes`. It forgets the oldest first. */
  constructor(capacity: number, maxBytes: number) {
    this.#capacity = capacity;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#known.size;
  }

  /** What the entries take, estimated. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Like `readImageRequest`, from memory where possible. A new configuration forgets everything: it holds keys, lists and
   * limits, and live settings make a new one. A request with the secret header is always read and never kept, because
   * the secret is not kept. Throws as `readImageRequest` does, `expired` included.
   */
  async read(
    url: string,
    accept: string | null,
    config: Config,
    now: number,
    authentication: string | null,
    hints: ClientHints = NO_HINTS,
  ): Promise<Read> {
    if (authentication !== null) {
      return { request: await readImageRequest(url, accept, config, now, authentication, hints), keep: nothing };
    }
    if (this.#config !== config) {
      this.#known.clear();
      this.#bytes = 0;
      this.#config = config;
    }
    const name = `${acceptClass(accept)}${hints.slow ? " slow" : ""} ${hints.autoWidth ?? ""} ${url}`;
    const known = this.#known.get(name);
    if (known !== undefined) {
      const { expires } = known.request;
      if (expires === null || expires * 1000 > now) return known;
      throw new Failure("expired", { value: new Date(expires * 1000).toISOString() });
    }
    const request = await readImageRequest(url, accept, config, now, null, hints);
    return { request, keep: () => this.#keep(name, request, config) };
  }

  #keep(name: string, request: ImageRequest, config: Config): void {
    // The settings may have changed meanwhile, or another request may have kept the same address.
    if (this.#config !== config || this.#known.has(name)) return;
    this.#known.set(name, { request, keep: nothing });
    this.#bytes += bytesOf(name, request);
    for (const [oldest, { request: old }] of this.#known) {
      if (this.#known.size <= this.#capacity && this.#bytes <= this.#maxBytes) return;
      this.#known.delete(oldest);
      this.#bytes -= bytesOf(oldest, old);
    }
  }
}

/** An address and a canonical source are ASCII, so a character is a byte. */
function bytesOf(name: string, { source }: ImageRequest): number {
  return ENTRY_BYTES + name.length + source.length;
}
