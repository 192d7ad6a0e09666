import { createServer } from "node:net";
import { Child, pinnedFirst } from "./process.ts";
import type { Tools } from "./tools.ts";

/** What the sink saw since its last reset. Ages in microseconds since the first hint of the picture. */
export type SinkStats = {
  readonly requests: number;
  readonly paths: number;
  readonly distinct: number;
  /** Pictures that arrived more than 50 ms after their hint. */
  readonly over: number;
  /** Connections opened. */
  readonly opened: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** How late the sink itself woke up at the most, microseconds. While it does not run, every push looks late. */
  readonly wokeLate: number;
};

/** A TCP port that is free on loopback now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject(address)));
    });
  });
}

/** The HTTP sink. It counts pictures and their ages, and responds at once or after a delay. */
export class Sink {
  readonly port: number;
  readonly #child: Child;

  private constructor(port: number, child: Child) {
    this.port = port;
    this.#child = child;
  }

  static async start(tools: Tools, delayMs: number): Promise<Sink> {
    const port = await freePort();
    const child = new Child(pinnedFirst(tools.pinning, [...tools.sink, String(port), String(delayMs * 1000)]));
    await child.ready();
    return new Sink(port, child);
  }

  async #ask(path: string): Promise<SinkStats> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/${path}`);
    return (await answer.json()) as SinkStats;
  }

  stats(): Promise<SinkStats> {
    return this.#ask("stats");
  }

  /** From now on each answer comes so many ms after its request. */
  async delay(ms: number): Promise<void> {
    await this.#ask(`delay/${Math.round(ms * 1000)}`);
  }

  /** From now on it makes so many pictures per second, one after the other. Infinity: as many as arrive. */
  async makes(perSecond: number): Promise<void> {
    await this.#ask(`cost/${Math.round(1e9 / perSecond)}`);
  }

  /** Returns the counts so far and resets them. */
  reset(): Promise<SinkStats> {
    return this.#ask("reset");
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
