/** Pushes to `POST /warm`, signed, and their streamed outcomes. */
import { connect } from "node:net";
import { signBody } from "../../src/request/signing/signedBody.ts";
import type { WarmOutcome } from "../../src/telemetry.ts";

export type PushOrder = {
  readonly region: string;
  readonly paths: readonly string[];
  readonly deadlineMs?: number;
  readonly format?: string;
};

/** Body and headers of a push. `lines`: its outcomes are asked for as they become known. */
export async function signedPush(secret: string, { region, paths, deadlineMs = 20_000, format = "webp" }: PushOrder) {
  const body = JSON.stringify({ v: 1, region, format, deadlineMs, paths });
  const time = String(Math.floor(Date.now() / 1000));
  const signature = await signBody(secret, "/warm", time, new TextEncoder().encode(body));
  return {
    body,
    headers: {
      accept: "application/x-ndjson",
      "x-firstlight-time": time,
      "x-firstlight-signature": signature,
    },
  };
}

export type OutcomeLine = { readonly path: string; readonly outcome: WarmOutcome; readonly reason?: string };

/** The lines of a streamed answer: the first one, then the outcomes. */
export function linesOf(text: string): { first: { accepted: number; refused: object[] }; outcomes: OutcomeLine[] } {
  const [first, ...outcomes] = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { first, outcomes };
}

/** A line of the answer, and when it came. */
export type Arrival = { readonly ms: number; readonly line: Record<string, unknown> };

/**
 * Pushes over a socket of its own, so that nothing but the Worker can hold a line back. Resolves when the answer has
 * ended; with `leaveAfter` lines the client goes away.
 */
export async function pushOverSocket(url: string, secret: string, order: PushOrder, leaveAfter = Infinity) {
  const { hostname, port } = new URL(url);
  const { body, headers } = await signedPush(secret, order);
  const fields = { host: `${hostname}:${port}`, "content-length": String(Buffer.byteLength(body)), ...headers };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(Number(port), hostname);
  const started = performance.now();
  socket.write(`POST /warm HTTP/1.1\r\n${head.join("")}connection: close\r\n\r\n${body}`);
  const arrivals: Arrival[] = [];
  let text = "";
  for await (const chunk of socket) {
    text += chunk;
    // A line is a chunk of its own, or shares one; chunk sizes stand between them.
    const lines = text.split(/\r?\n/).filter((line) => line.startsWith("{") && line.endsWith("}"));
    for (const line of lines.slice(arrivals.length)) {
      arrivals.push({ ms: performance.now() - started, line: JSON.parse(line) });
    }
    if (arrivals.length >= leaveAfter) break;
  }
  socket.destroy();
  return { head: text.slice(0, text.indexOf("\r\n\r\n")), arrivals };
}
