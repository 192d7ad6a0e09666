import type { Batch } from "../queue/pushBatch.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import type { Answer } from "./h1/parseResponse.ts";
import type { Push } from "./pushRequest.ts";
import { type Endpoint, type HttpVersion, versionBefore } from "./socket.ts";

/** How connections are opened again. Times in ms. */
const REOPEN = { firstMs: 100, longestMs: 5_000, youngMs: 1_000 } as const;

/** HTTP/2 connections to a region: a second one is there at once when the first goes. */
const SESSIONS = 2;

export type PoolOptions = Endpoint & {
  /** Requests that can be in flight; with HTTP/1.1 the number of connections kept open. */
  readonly connections: number;
  /** A request without a complete answer by then is given up, ms. */
  readonly timeoutMs: number;
  /** In [0, 1); spreads reconnections of several warmers. */
  readonly random: () => number;
};

export type PoolEvents = {
  /** A connection opened, and there is room for a request. */
  opened(): void;
  /** There may be room for a request where none was. */
  changed(): void;
  answered(batch: Batch, answer: Answer): void;
  /** Requests lost together, with their connection or not; none when a connection could not be opened. */
  lost(batches: readonly Batch[], reason: string): void;
};

/**
 * The kept-alive connections of one region: opened at start, opened again as soon as one closes, so that a push never
 * waits for a handshake. While the region cannot be reached, one connection at a time knocks, at growing intervals.
 * Where the handshake decides the version of HTTP, the first connection tells how many more there shall be.
 */
export class ConnectionPool {
  opened = 0;
  /** Requests in flight. */
  busyCount = 0;
  readonly #options: PoolOptions;
  readonly #events: PoolEvents;
  readonly #all = new Set<Connection>();
  /** Those that take requests. A stack: the last one used is used next, its congestion window is warm. */
  readonly #idle: Connection[] = [];
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
    this.#version = versionBefore(options);
    this.#connectionEvents = {
      changed: (connection) => this.#changed(connection),
      answered: (connection, batch, answer) => {
        this.busyCount--;
        this.#list(connection);
        events.answered(batch, answer);
      },
      lost: (connection, batches, reason) => {
        this.busyCount -= batches.length;
        this.#list(connection);
        events.lost(batches, reason);
      },
      closed: (connection, batches, reason) => this.#closed(connection, batches, reason),
    };
  }

  /** Requests that could be in flight now: with HTTP/1.1 the connections that are open. */
  get openCount(): number {
    let room = 0;
    for (const { open, capacity } of this.#all) if (open) room += capacity;
    return Math.max(this.busyCount, Math.min(room, this.#options.connections));
  }

  /** Connections are on their way. */
  get opening(): boolean {
    return this.#connecting > 0;
  }

  /** A request can be sent. */
  get hasIdle(): boolean {
    if (this.busyCount >= this.#options.connections) return false;
    for (;;) {
      const top = this.#idle.at(-1);
      if (top === undefined) return false;
      if (top.free > 0) return true;
      top.listed = false;
      this.#idle.pop();
    }
  }

  /** Sends a push; to be called only when `hasIdle`. */
  send(push: Push, batch: Batch): void {
    this.busyCount++;
    (this.#idle.at(-1) as Connection).send(push, batch);
  }

  start(): void {
    this.#open();
  }

  /** Gives up late requests and opens what is missing; to be called some ten times a second. */
  tick(): void {
    const now = this.#steady();
    for (const connection of [...this.#all]) {
      connection.expire(now, this.#options.timeoutMs);
      // A server that accepts and hangs up is not back; one that keeps a connection is.
      if (connection.open && (connection.served > 0 || now - connection.since > REOPEN.youngMs)) {
        this.#failuresInRow = 0;
      }
    }
    this.#open();
  }

  /** Closes everything; nothing is opened again. Resolves when the servers have been told. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#all].map((connection) => connection.close("stopped")));
  }

  /** Connections there should be. */
  get #wanted(): number {
    if (this.#version === undefined) return 1;
    return this.#version === "2" ? Math.min(SESSIONS, this.#options.connections) : this.#options.connections;
  }

  #open(): void {
    if (this.#stopped) return;
    const now = this.#steady();
    let inUse = this.#connecting;
    for (const { open, capacity } of this.#all) if (open && capacity > 0) inUse++;
    const knocking = this.#failuresInRow > 0;
    if (knocking && (inUse > 0 || now < this.#retryAt)) return;
    // One that takes no more and is not through yet has a successor; successors of successors there are not.
    const missing = Math.min(this.#wanted - inUse, this.#wanted * 2 - this.#all.size);
    const { url, connections } = this.#options;
    for (let i = 0; i < (knocking ? Math.min(1, missing) : missing); i++) {
      this.#connecting++;
      const connection = new Connection(this.#options, connections, this.#connectionEvents, now, this.#session);
      this.#all.add(connection);
      if (url.protocol === "https:") connection.onSession((session) => (this.#session = session));
    }
  }

  #changed(connection: Connection): void {
    const first = !connection.counted;
    if (first) {
      if (!connection.open) return;
      connection.counted = true;
      this.#connecting--;
      this.opened++;
      this.#version = connection.version;
    }
    this.#list(connection);
    // It may be leaving, or have told how many there shall be.
    this.#open();
    if (first) this.#events.opened();
    else this.#events.changed();
  }

  #list(connection: Connection): void {
    if (connection.listed || connection.free === 0) return;
    connection.listed = true;
    this.#idle.push(connection);
  }

  #closed(connection: Connection, batches: readonly Batch[], reason: string): void {
    this.#all.delete(connection);
    this.busyCount -= batches.length;
    if (!connection.counted) this.#connecting--;
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    const now = this.#steady();
    const useless = !connection.counted || (connection.served === 0 && now - connection.since < REOPEN.youngMs);
    // Connections that fail together are one failure.
    if (useless && now >= this.#retryAt) {
      const pause = Math.min(REOPEN.firstMs * 2 ** this.#failuresInRow++, REOPEN.longestMs);
      this.#retryAt = now + pause * (0.5 + this.#options.random() / 2);
    }
    if (batches.length > 0 || !connection.counted) this.#events.lost(batches, reason);
    this.#open();
  }
}
