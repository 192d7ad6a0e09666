/**
 * A data centre's Cache API in the memory of its isolate, for the reason that memoryBucket.ts names. It keeps what the
 * Worker puts there until its `max-age` has passed, and no more than a few pages' pictures: no page comes twice.
 */

type Entry = {
  readonly until: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: ArrayBuffer;
};

const MOST_ENTRIES = 500;

export class MemoryCache {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  /** `now` is in unix ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  async match(request: RequestInfo | URL): Promise<Response | undefined> {
    const entry = this.#entries.get(urlOf(request));
    if (entry === undefined || entry.until <= this.#now()) return undefined;
    return new Response(entry.body.slice(), {
      headers: entry.headers.map(([name, value]): [string, string] => [name, value]),
    });
  }

  /** An answer without `max-age` is not kept. */
  async put(request: RequestInfo | URL, response: Response): Promise<void> {
    const seconds = Number(/max-age=(\d+)/.exec(response.headers.get("cache-control") ?? "")?.[1] ?? 0);
    const entry = {
      until: this.#now() + seconds * 1000,
      headers: [...response.headers],
      body: await response.arrayBuffer(),
    };
    if (seconds === 0) return;
    this.#entries.set(urlOf(request), entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MOST_ENTRIES) break;
      this.#entries.delete(oldest);
    }
  }

  async delete(request: RequestInfo | URL): Promise<boolean> {
    return this.#entries.delete(urlOf(request));
  }
}

function urlOf(request: RequestInfo | URL): string {
  return request instanceof Request ? request.url : String(request);
}
