import { createSocket, type Socket } from "node:dgram";
import { systemClock } from "../../warmer/clock.ts";
import { parseConfig } from "../../warmer/config/parseConfig.ts";
import { OUTCOMES } from "../../warmer/observe/counts.ts";
import { type ServiceDependencies, startWarmer, type Warmer } from "../../warmer/service.ts";

/** A log that keeps its lines. */
export function keptLog(): ServiceDependencies["log"] & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (...parts: unknown[]): void => void lines.push(parts.map((part) => JSON.stringify(part)).join(" "));
  return { lines, info: keep, warn: keep, error: keep } as ServiceDependencies["log"] & { readonly lines: string[] };
}

/** A warmer in this process, on free ports of loopback. */
export function startTestWarmer(
  env: Record<string, string>,
  parts: Partial<ServiceDependencies> = {},
): Promise<Warmer> {
  const config = parseConfig({
    WARM_LISTEN: "127.0.0.1:0",
    METRICS_LISTEN: "127.0.0.1:0",
    WARM_CONNECTIONS: "8",
    WARM_DEDUP_CAPACITY: "100000",
    ...env,
  });
  return startWarmer(config, {
    clock: systemClock,
    log: keptLog(),
    key: [0x1234567n, 0x7654321n],
    random: () => 0.5,
    tls: {},
    ...parts,
  });
}

/** A sender on loopback. */
export type Sender = { send(bytes: string | Uint8Array): Promise<void>; close(): void };

export function startSender(port: number, address = "127.0.0.1"): Sender {
  const socket: Socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  return {
    send: (bytes) =>
      new Promise((sent, failed) => socket.send(bytes, port, address, (error) => (error ? failed(error) : sent()))),
    close: () => socket.close(),
  };
}

/** A hint as one line. */
export function hintLine(path: string | readonly string[], fields: Record<string, unknown> = {}): string {
  return JSON.stringify({ v: 1, t: Date.now(), p: path, r: "weur", ...fields });
}

/** Waits until the condition holds. Fails after `ms`. */
export async function until(condition: () => boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`The condition did not hold within ${ms} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Hints that have not ended yet. */
export function unsettled(warmer: Warmer): number {
  return warmer.counts.received - warmer.counts.ended();
}

/** Whether every received hint has ended as exactly one outcome or still waits. This must always hold. */
export function isBalanced(warmer: Warmer): boolean {
  const waiting = warmer.pushers.reduce((sum, pusher) => sum + pusher.waiting + pusher.inFlight, 0);
  const ended = OUTCOMES.reduce((sum, outcome) => sum + warmer.counts[outcome], 0);
  return warmer.counts.received === ended + waiting;
}

/** Pseudo-random numbers in [0, 1) from a seed (mulberry32), so that a failed run can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
