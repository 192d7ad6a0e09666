import type { PushBatch } from "../queue/pushBatch.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import type { PushResponse } from "./httpCodec.ts";
import type { PushRequest } from "./pushRequest.ts";
import { type Endpoint, type HttpVersion, versionBeforeHandshake } from "./socket.ts";

/** How connections are reopened. Times in ms. */
const RECONNECT = { firstMs: 100, longestMs: 5_000, stableAfterMs: 1_000 } as const;

/** HTTP/2 connections per region. If one closes, the other is ready. */
const HTTP2_CONNECTIONS = 2;

export type PoolOptions = Endpoint & {
  /** The most requests in flight. With HTTP/1.1: the number of connections that are kept open. */
  readonly connections: number;
  /** A request without a complete response after this time is given up, ms. */
  readonly timeoutMs: number;
  /** In [0, 1). Spreads the reconnects of several warmers. */
  readonly random: () => number;
};

export type PoolEvents = {
  /** A connection opened, and a request can be sent. */
  opened(): void;
  /** A request can perhaps be sent where none could before. */
  changed(): void;
  /** More of a response has arrived, but not its end. */
  partial(batch: PushBatch, status: number, piece: string): void;
  answered(batch: PushBatch, response: PushResponse): void;
  /**
   * These requests failed together, with or without their connection. The list is empty if a connection could not be
   * opened.
   */
  lost(batches: readonly PushBatch[], reason: string): void;
};

/** What a region's pusher needs of its connections. A bench puts other HTTP clients behind it. */
export type Pool = Pick<
  ConnectionPool,
  "opened" | "busyCount" | "openCount" | "opening" | "hasFree" | "send" | "start" | "tick" | "stop"
>;

/** Makes the connections of one region. */
export type OpenPool = (options: PoolOptions, events: PoolEvents, steady: () => number) => Pool;

/**
 * The kept-alive connections of one region. They are opened at the start and reopened as soon as one closes, so a push
 * never waits for a handshake. While the region cannot be reached, it tries one connection at a time, at growing
 * intervals. If the handshake decides the HTTP version, the first connection determines how many more are needed.
 */
export class ConnectionPool {
  opened = 0;
  /** Requests in flight. */
  busyCount = 0;
  readonly #options: PoolOptions;
  readonly #events: PoolEvents;
  readonly #all = new Set<Connection>();
  /**
   * The connections that take requests. A stack: the last one used is used next, because its congestion window is warm.
   */
  readonly #free: Connection[] = [];
  #version: HttpVersion | undefined;
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
    this.#version = versionBeforeHandshake(options);
    this.#connectionEvents = {
      changed: (connection) => this.#onChanged(connection),
      partial: events.partial,
      answered: (connection, batch, response) => {
        this.busyCount--;
        this.#markFree(connection);
        events.answered(batch, response);
      },
      lost: (connection, batches, reason) => {
        this.busyCount -= batches.length;
        this.#markFree(connection);
        events.lost(batches, reason);
      },
      closed: (connection, batches, reason) => this.#onClosed(connection, batches, reason),
    };
  }

  /** Requests that can be in flight now. With HTTP/1.1: the open connections. */
  get openCount(): number {
    let total = 0;
    for (const { open, capacity } of this.#all) if (open) total += capacity;
    return Math.max(this.busyCount, Math.min(total, this.#options.connections));
  }

  /** Some connections are being opened. */
  get opening(): boolean {
    return this.#connecting > 0;
  }

  /** A request can be sent. */
  get hasFree(): boolean {
    if (this.busyCount >= this.#options.connections) return false;
    for (;;) {
      const last = this.#free.at(-1);
      if (last === undefined) return false;
      if (last.free > 0) return true;
      last.isFree = false;
      this.#free.pop();
    }
  }

  /** Sends a push. Call it only if `hasFree`. */
  send(push: PushRequest, batch: PushBatch): void {
    this.busyCount++;
    (this.#free.at(-1) as Connection).send(push, batch);
  }

  start(): void {
    this.#openMissing();
  }

  /** Gives up late requests and opens missing connections. Call it about ten times a second. */
  tick(): void {
    const now = this.#steady();
    for (const connection of [...this.#all]) {
      connection.expire(now, this.#options.timeoutMs);
      // A server that accepts and hangs up has not recovered. One that keeps a connection has.
      if (connection.open && (connection.served > 0 || now - connection.since > RECONNECT.stableAfterMs)) {
        this.#failuresInRow = 0;
      }
    }
    this.#openMissing();
  }

  /** Closes everything and reopens nothing. Resolves when all connections are closed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#all].map((connection) => connection.close("stopped")));
  }

  /** How many connections there should be. */
  get #target(): number {
    if (this.#version === undefined) return 1;
    return this.#version === "2" ? Math.min(HTTP2_CONNECTIONS, this.#options.connections) : this.#options.connections;
  }

  #openMissing(): void {
    if (this.#stopped) return;
    const now = this.#steady();
    let inUse = this.#connecting;
    for (const { open, capacity } of this.#all) if (open && capacity > 0) inUse++;
    const reconnecting = this.#failuresInRow > 0;
    if (reconnecting && (inUse > 0 || now < this.#retryAt)) return;
    // A connection that takes no more requests but still has some in flight gets one successor, not more.
    const missing = Math.min(this.#target - inUse, this.#target * 2 - this.#all.size);
    const { url, connections } = this.#options;
    for (let i = 0; i < (reconnecting ? Math.min(1, missing) : missing); i++) {
      this.#connecting++;
      const connection = new Connection(this.#options, connections, this.#connectionEvents, now, this.#session);
      this.#all.add(connection);
      if (url.protocol === "https:") connection.onSession((session) => (this.#session = session));
    }
  }

  #onChanged(connection: Connection): void {
    const first = !connection.wasOpen;
    if (first) {
      if (!connection.open) return;
      connection.wasOpen = true;
      this.#connecting--;
      this.opened++;
      this.#version = connection.version;
    }
    this.#markFree(connection);
    // It may take no more requests, or it may have determined how many connections are needed.
    this.#openMissing();
    if (first) this.#events.opened();
    else this.#events.changed();
  }

  #markFree(connection: Connection): void {
    if (connection.isFree || connection.free === 0) return;
    connection.isFree = true;
    this.#free.push(connection);
  }

  #onClosed(connection: Connection, batches: readonly PushBatch[], reason: string): void {
    this.#all.delete(connection);
    this.busyCount -= batches.length;
    if (!connection.wasOpen) this.#connecting--;
    const at = this.#free.indexOf(connection);
    if (at >= 0) this.#free.splice(at, 1);
    const now = this.#steady();
    const failedEarly =
      !connection.wasOpen || (connection.served === 0 && now - connection.since < RECONNECT.stableAfterMs);
    // Connections that fail together count as one failure.
    if (failedEarly && now >= this.#retryAt) {
      const pause = Math.min(RECONNECT.firstMs * 2 ** this.#failuresInRow++, RECONNECT.longestMs);
      this.#retryAt = now + pause * (0.5 + this.#options.random() / 2);
    }
    if (batches.length > 0 || !connection.wasOpen) this.#events.lost(batches, reason);
    this.#openMissing();
  }
}

/** Our own HTTP client. */
export const openConnectionPool: OpenPool = (options, events, steady) => new ConnectionPool(options, events, steady);
