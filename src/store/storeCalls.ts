/**
 * The store calls that one invocation has open. A Worker waits for the headers of six connections at most, and the
 * platform queues further calls. Here they queue in the order in which they are asked for, so that what a request needs
 * first goes first. https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections
 */

/** Connections that an invocation may have open. */
export const MAX_OPEN_CALLS = 6;
/**
 * How long a call waits for its turn, in milliseconds. Then it goes ahead: a store that hangs keeps its connections, and
 * the platform, which has its own queue, cancels one of them rather than hang.
 */
export const MAX_TURN_MS = 1_000;

type CallRow = {
  readonly connections: number;
  /** What a million of these calls cost, in USD; null = tierTable.ts has the price of each tier. */
  readonly usdPerMillion: number | null;
  readonly doc: string;
};

/**
 * What a request asks for past the edge, in this order. The tiers, the negative and the list are asked for at once and
 * take all six connections. The source's metadata takes the place of the first that has answered, which is the region for
 * most readers. While a data centre changes its region there is one tier more, and the list waits for the first answer. Prices: https://developers.cloudflare.com/kv/platform/pricing/ and
 * https://developers.cloudflare.com/r2/pricing/ (a listing is class A, a head is class B).
 */
export const STORE_CALLS = {
  tier: { connections: 1, usdPerMillion: null, doc: "a copy of the rendition" },
  negative: { connections: 1, usdPerMillion: 0.5, doc: "a remembered failure of the source: edge cache, then KV" },
  list: {
    connections: 2,
    usdPerMillion: 4.86,
    doc: "larger renditions and the master: listing and head in the primary",
  },
  sourceMeta: { connections: 1, usdPerMillion: 0.5, doc: "the source's metadata in KV" },
  put: { connections: 1, usdPerMillion: 4.5, doc: "a push's copy, written to the region" },
} as const satisfies Record<string, CallRow>;

export type StoreCall = keyof typeof STORE_CALLS;

type Waiting = { readonly connections: number; readonly start: () => void };

/** First come, first served. Calls that hang hold up those behind them for `MAX_TURN_MS`, not for ever. */
export class StoreCalls {
  #open = 0;
  readonly #waiting: Waiting[] = [];

  /** Connections in use. */
  get open(): number {
    return this.#open;
  }

  /** Does the call when it is its turn and its connections are free. Gives what the call gives. */
  async run<T>(kind: StoreCall, call: () => Promise<T>): Promise<T> {
    const { connections } = STORE_CALLS[kind];
    if (this.#waiting.length > 0 || this.#open + connections > MAX_OPEN_CALLS) {
      await this.#turn(connections);
    } else {
      this.#open += connections;
    }
    try {
      return await call();
    } finally {
      this.#open -= connections;
      this.#startNext();
    }
  }

  #turn(connections: number): Promise<void> {
    return new Promise((resolve) => {
      const start = () => {
        clearTimeout(timer);
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        this.#open += connections;
        resolve();
      };
      const waiting: Waiting = { connections, start };
      const timer = setTimeout(start, MAX_TURN_MS);
      this.#waiting.push(waiting);
    });
  }

  #startNext(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || this.#open + next.connections > MAX_OPEN_CALLS) return;
      next.start();
    }
  }
}
