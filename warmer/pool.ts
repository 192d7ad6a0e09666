import { Connection, type ConnectionEvents, type Endpoint } from "./connection.ts";
import type { Answer } from "./response.ts";

/** How connections are opened again. Times in ms. */
const REOPEN = { firstMs: 100, longestMs: 5_000, youngMs: 1_000 } as const;

export type PoolOptions = Endpoint & {
  /** Connections kept open: the number of requests that can be in flight. */
  readonly connections: number;
  /** A request without a complete answer by then is given up, ms. */
  readonly timeoutMs: number;
  /** In [0, 1); spreads reconnections of several warmers. */
  readonly random: () => number;
};

export type PoolEvents = {
  /** A connection has opened. */
  opened(): void;
  answered(connection: Connection, answer: Answer): void;
  /** A connection closed with a batch in flight, or could not be opened (no batch). */
  lost(connection: Connection, reason: string): void;
};

/**
 * The kept-alive connections of one region: opened at start, opened again as soon as one closes, so that a push never
 * waits for a handshake. While the region cannot be reached, one connection at a time knocks, at growing intervals.
 */
export class ConnectionPool {
  opened = 0;
  readonly #options: PoolOptions;
  readonly #events: PoolEvents;
  readonly #all = new Set<Connection>();
  /** A stack: the last one used is used next, its congestion window is warm. */
  readonly #idle: Connection[] = [];
  #connecting = 0;
  #failuresInRow = 0;
  #retryAt = 0;
  #session: Buffer | undefined;
  #stopped = false;
  readonly #connectionEvents: ConnectionEvents;
  readonly #steady: () => number;

  constructor(options: PoolOptions, events: PoolEvents, steady: () => number) {
    this.#options = options;
    this.#events = events;
    this.#steady = steady;
    this.#connectionEvents = {
      opened: (connection) => {
        this.#connecting--;
        this.opened++;
        this.#idle.push(connection);
        events.opened();
      },
      answered: (connection, answer) => events.answered(connection, answer),
      closed: (connection, reason) => this.#closed(connection, reason),
    };
  }

  /** Connections that are open, and those of them with a request in flight. */
  get openCount(): number {
    return this.#all.size - this.#connecting;
  }

  get busyCount(): number {
    return this.openCount - this.#idle.length;
  }

  get hasIdle(): boolean {
    return this.#idle.length > 0;
  }

  /** An idle connection, the caller's until it is given back; undefined when all are busy. */
  take(): Connection | undefined {
    return this.#idle.pop();
  }

  /** Gives back a connection whose batch is answered. */
  release(connection: Connection): void {
    connection.batch = undefined;
    if (connection.open) this.#idle.push(connection);
  }

  start(): void {
    this.#open();
  }

  /** Gives up late requests and opens what is missing; to be called some ten times a second. */
  tick(): void {
    const now = this.#steady();
    for (const connection of [...this.#all]) {
      const since = connection.open ? connection.sentAt : connection.since;
      const waits = !connection.open || connection.batch !== undefined;
      if (waits && now - since > this.#options.timeoutMs) connection.destroy("timeout");
      // A server that accepts and hangs up is not back; one that keeps a connection is.
      else if (connection.open && (connection.served > 0 || now - connection.since > REOPEN.youngMs)) {
        this.#failuresInRow = 0;
      }
    }
    this.#open();
  }

  /** Closes everything; nothing is opened again. */
  stop(): void {
    this.#stopped = true;
    for (const connection of [...this.#all]) connection.destroy("stopped");
  }

  #open(): void {
    if (this.#stopped) return;
    const now = this.#steady();
    const knocking = this.#failuresInRow > 0;
    if (knocking && (this.#connecting > 0 || now < this.#retryAt)) return;
    const missing = this.#options.connections - this.#all.size;
    if (knocking && this.openCount > 0) return;
    for (let i = 0; i < (knocking ? Math.min(1, missing) : missing); i++) {
      this.#connecting++;
      const connection = new Connection(this.#options, this.#connectionEvents, now, this.#session);
      this.#all.add(connection);
      if (this.#options.url.protocol === "https:") connection.onSession((session) => (this.#session = session));
    }
  }

  #closed(connection: Connection, reason: string): void {
    const wasOpen = connection.wasOpen;
    this.#all.delete(connection);
    if (!wasOpen) this.#connecting--;
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    const now = this.#steady();
    const useless = !wasOpen || (connection.served === 0 && now - connection.since < REOPEN.youngMs);
    // Connections that fail together are one failure.
    if (useless && now >= this.#retryAt) {
      const pause = Math.min(REOPEN.firstMs * 2 ** this.#failuresInRow++, REOPEN.longestMs);
      this.#retryAt = now + pause * (0.5 + this.#options.random() / 2);
    }
    if (connection.batch !== undefined || !wasOpen) this.#events.lost(connection, reason);
    this.#open();
  }
}
