/** A source on loopback that counts what a polite client must keep: exchanges at once, starts and bytes in a window. */
import { createServer, type ServerResponse } from "node:http";
import { listen } from "./server.ts";

/** Something that happened `at` (milliseconds), and how much of it. */
type Event = { readonly at: number; readonly amount: number };

export type CountingOptions = {
  /**
   * What every address answers; several bodies take turns. Bytes after the end of a JPEG change nothing in it: append zeros
   * for a longer file.
   */
  readonly body: Uint8Array | readonly Uint8Array[];
  /** Time until the first byte, in milliseconds. Default 0. */
  readonly firstByteMs?: number;
  /** Answers other than the body, by the path; null = the body. */
  readonly refuse?: (path: string) => { readonly status: number; readonly headers?: Record<string, string> } | null;
};

export type CountingSource = {
  readonly port: number;
  /** Exchanges since the start, and most of them under way at once. */
  readonly started: number;
  readonly mostAtOnce: number;
  /** Paths in the order in which they were asked for. */
  readonly paths: readonly string[];
  /** Most exchanges that began, and most bytes that were sent, in any `windowMs`. */
  startsIn(windowMs: number): number;
  bytesIn(windowMs: number): number;
  /** From the first exchange's start to the last byte, in milliseconds; and all bytes sent in that time. */
  readonly busy: { readonly ms: number; readonly bytes: number };
  /** Exchanges under way (in milliseconds of all of them), starts and bytes from `from` to `to`, both of performance.now(). */
  used(from: number, to: number): { readonly slotMs: number; readonly starts: number; readonly bytes: number };
  /** Counts anew. */
  reset(): void;
  close(): Promise<void>;
};

const SLICE = 16_384;

/** Starts it on a free port of 127.0.0.1. */
export async function startCounting(options: CountingOptions): Promise<CountingSource> {
  const { body, firstByteMs = 0, refuse = () => null } = options;
  const bodies = body instanceof Uint8Array ? [body] : body;
  let answers = 0;
  const starts: Event[] = [];
  const sent: Event[] = [];
  const ended: Event[] = [];
  const paths: string[] = [];
  let [open, most] = [0, 0];

  const server = createServer((request, response) => {
    starts.push({ at: performance.now(), amount: 1 });
    paths.push(request.url ?? "");
    most = Math.max(most, ++open);
    response.on("error", () => {});
    response.on("close", () => {
      open--;
      ended.push({ at: performance.now(), amount: 1 });
    });
    setTimeout(() => {
      const refusal = refuse(request.url ?? "");
      const next = bodies[answers++ % bodies.length] ?? new Uint8Array(0);
      if (refusal === null) return void sendSlices(next, response, sent);
      response.writeHead(refusal.status, refusal.headers);
      response.end();
    }, firstByteMs);
  });
  const port = await listen(server);
  return {
    port,
    paths,
    get started() {
      return starts.length;
    },
    get mostAtOnce() {
      return most;
    },
    startsIn: (windowMs) => mostWithin(starts, windowMs),
    bytesIn: (windowMs) => mostWithin(sent, windowMs),
    get busy() {
      const ms = (sent.at(-1)?.at ?? 0) - (starts[0]?.at ?? 0);
      return { ms: Math.max(0, ms), bytes: sent.reduce((sum, { amount }) => sum + amount, 0) };
    },
    used(from, to) {
      const until = (events: readonly Event[]) =>
        events.reduce((ms, { at }) => ms + Math.max(0, to - Math.max(from, at)), 0);
      return { slotMs: until(starts) - until(ended), starts: sumOf(starts, from, to), bytes: sumOf(sent, from, to) };
    },
    reset() {
      for (const events of [starts, ended, sent, paths]) events.length = 0;
      most = open;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** A slice counts when the kernel has taken it: a client that reads slowly holds the next one back. */
async function sendSlices(body: Uint8Array, response: ServerResponse, sent: Event[]): Promise<void> {
  response.writeHead(200, { "content-type": "image/jpeg", "content-length": body.length });
  for (let at = 0; at < body.length && !response.destroyed; at += SLICE) {
    const slice = body.subarray(at, at + SLICE);
    const failed = await new Promise((done) => response.write(slice, done));
    if (failed) return;
    sent.push({ at: performance.now(), amount: slice.length });
  }
  response.end();
}

function sumOf(events: readonly Event[], from: number, to: number): number {
  return events.reduce((sum, { at, amount }) => (at >= from && at < to ? sum + amount : sum), 0);
}

/** The largest sum of events within a window that is open at its end. `events` in order of time. */
export function mostWithin(events: readonly Event[], windowMs: number): number {
  let [most, sum, first] = [0, 0, 0];
  for (const { at, amount } of events) {
    sum += amount;
    for (let oldest = events[first]; oldest && oldest.at <= at - windowMs; oldest = events[++first])
      sum -= oldest.amount;
    most = Math.max(most, sum);
  }
  return most;
}
