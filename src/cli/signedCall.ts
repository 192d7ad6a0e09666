/** One signed order to the Worker (`POST /purge`, `POST /catalogue`). It is tried again if another try may succeed. */

import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../request/signing/signedBody.ts";
import { connectionFailure } from "./failures.ts";

/** Which door of the Worker, and the variable with its secret. */
export type Door = { readonly path: string; readonly variable: string };

export type SignedCall = {
  readonly endpoint: string;
  readonly secret: string;
  /** Ends the call, and the wait before another try. */
  readonly signal: AbortSignal;
  /** Told of each failed try. */
  readonly onRetry?: (why: string, seconds: number) => void;
  /** Pauses before further tries, in milliseconds. */
  readonly pauses?: readonly number[];
};

/** A refusal: another try would fail too. */
export class Refused extends Error {}

const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;
/** A step of the Worker takes seconds. A connection that died silently must not hold the program for ever. */
const STEP_TIMEOUT_MS = 120_000;
/** Statuses after which another try may succeed; not with the code `misconfigured`, which stays. */
const PASSING = [408, 429, 500, 502, 503, 504];

/**
 * Sends the order's fields, and reads the answer with `read`, which gives undefined when it is not the Worker's. Throws
 * Refused, the last failure after all tries, or the signal's reason.
 */
export async function callSigned<T>(
  order: Readonly<Record<string, unknown>>,
  door: Door,
  call: SignedCall,
  read: (body: Readonly<Record<string, unknown>>) => T | undefined,
): Promise<T> {
  const { signal, onRetry, pauses = PAUSES_MS } = call;
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted();
    try {
      return readAnswer(await once(order, door, call), read);
    } catch (error) {
      signal.throwIfAborted();
      const pause = pauses[tries];
      const lasts = error instanceof Refused || connectionFailure(error, call.endpoint)?.passes === false;
      if (lasts || pause === undefined) throw error;
      const ms = Math.max(pause, error instanceof Passing ? error.retryAfterMs : 0);
      onRetry?.(reasonOf(error, call.endpoint), ms / 1000);
      await sleep(ms, signal);
    }
  }
}

class Passing extends Error {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

async function once(
  order: Readonly<Record<string, unknown>>,
  { path, variable }: Door,
  { endpoint, secret, signal }: SignedCall,
): Promise<string> {
  const body = new TextEncoder().encode(JSON.stringify(order));
  // Signed anew for each try: a signature holds for a minute.
  const time = String(Math.floor(Date.now() / 1000));
  const response = await fetch(`${endpoint}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      [TIME_HEADER]: time,
      [SIGNATURE_HEADER]: await signBody(secret, path, time, body),
    },
    body,
    redirect: "manual",
    signal: AbortSignal.any([signal, AbortSignal.timeout(STEP_TIMEOUT_MS)]),
  });
  const text = await response.text();
  if (response.status !== 200 && response.status !== 202) {
    const hints = text.includes('"code"') ? workerHints(variable) : proxyHints({ path, variable });
    const hint = hints[response.status];
    const place = response.headers.get("location");
    const own = place === null ? ownError(text) : null;
    const body = place === null ? text.trim().slice(0, 300) : `to ${place.slice(0, 300)}`;
    const message = own === null ? `${response.status} ${body}` : `${own.sentence}\n${response.status} ${own.code}`;
    const passes = PASSING.includes(response.status) && !text.includes('"misconfigured"');
    if (!passes) throw new Refused(message + (hint ?? ""));
    throw new Passing(message + (hint ?? ""), Math.min(60, Number(response.headers.get("retry-after")) || 0) * 1000);
  }
  return text;
}

/** The Worker's own error: its sentence for the first line, its code and trace for the second; null = it is not one. */
function ownError(text: string): { readonly sentence: string; readonly code: string } | null {
  const [, name = "", message] = /^\{"code":"([a-z_]+)","message":("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
  if (message === undefined) return null;
  const [, trace] = /,"trace":"([^"\\]+)"\}\s*$/.exec(text) ?? [];
  const sentence = String(JSON.parse(message)).slice(0, 300);
  return { sentence, code: trace === undefined ? name : `${name}, trace ${trace.slice(0, 64)}` };
}

type Hints = Readonly<Record<number, string>>;

/** What a status of the Worker mostly comes from. */
function workerHints(variable: string): Hints {
  return {
    401: ` (is ${variable} the same as the Worker's, and is this machine's clock right?)`,
    404: ` (is ${variable} set at the Worker?)`,
  };
}

/** The same for an answer that is not the Worker's own: somebody answers in front of it, or in its place. */
function proxyHints({ path, variable }: Door): Hints {
  return {
    301: " (give the address that it redirects to as the endpoint)",
    302: " (is there a log-in page in front of the Worker, such as Access?)",
    308: " (the Worker answers on https:)",
    401: workerHints(variable)[401] ?? "",
    403: ` (does a rule of the zone challenge POST ${path}? docs/operator/operations.md)`,
    404: " (is this the address of the Worker?)",
    405: " (is this the address of the Worker?)",
  };
}

function readAnswer<T>(text: string, read: (body: Readonly<Record<string, unknown>>) => T | undefined): T {
  try {
    const answer = read(JSON.parse(text) as Readonly<Record<string, unknown>>);
    if (answer !== undefined) return answer;
  } catch {
    // The message below says it.
  }
  throw new Refused(`200, but not the answer of a Worker of Firstlight: ${text.slice(0, 100)}`);
}

/** What went wrong, in one line. `endpoint` is what was called. */
export function reasonOf(error: unknown, endpoint: string): string {
  const connection = connectionFailure(error, endpoint);
  if (connection !== null) return connection.text;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
