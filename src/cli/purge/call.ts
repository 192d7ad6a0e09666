/** One signed `POST /purge`. It is tried again if another try may succeed. */

import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../request/signing/signedBody.ts";
import { connectionFailure } from "../failures.ts";

export type Step = { readonly deleted: number; readonly cursor: string | null; readonly done: boolean };

export type PurgeCall = {
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

/** Sends the order's fields. Throws Refused, the last failure after all tries, or the signal's reason. */
export async function callPurge(order: Readonly<Record<string, unknown>>, call: PurgeCall): Promise<Step> {
  const { signal, onRetry, pauses = PAUSES_MS } = call;
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted();
    try {
      return await once(order, call);
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

async function once(order: Readonly<Record<string, unknown>>, { endpoint, secret, signal }: PurgeCall): Promise<Step> {
  const body = new TextEncoder().encode(JSON.stringify(order));
  // Signed anew for each try: a signature holds for a minute.
  const time = String(Math.floor(Date.now() / 1000));
  const response = await fetch(`${endpoint}/purge`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      [TIME_HEADER]: time,
      [SIGNATURE_HEADER]: await signBody(secret, "/purge", time, body),
    },
    body,
    redirect: "manual",
    signal: AbortSignal.any([signal, AbortSignal.timeout(STEP_TIMEOUT_MS)]),
  });
  const text = await response.text();
  if (response.status !== 200) {
    const hint = text.includes('"code"') ? WORKER_HINTS[response.status] : PROXY_HINTS[response.status];
    const place = response.headers.get("location");
    const body = place === null ? text.trim().slice(0, 300) : `to ${place.slice(0, 300)}`;
    const message = `${response.status} ${body}${hint ?? ""}`;
    const passes = PASSING.includes(response.status) && !text.includes('"misconfigured"');
    if (!passes) throw new Refused(message);
    throw new Passing(message, Math.min(60, Number(response.headers.get("retry-after")) || 0) * 1000);
  }
  return readStep(text);
}

/** What a status of the Worker mostly comes from. */
const WORKER_HINTS: Readonly<Record<number, string>> = {
  401: " (is PURGE_SECRET the same as the Worker's, and is this machine's clock right?)",
  404: " (is PURGE_SECRET set at the Worker?)",
};

/** The same for an answer that is not the Worker's own: somebody answers in front of it, or in its place. */
const PROXY_HINTS: Readonly<Record<number, string>> = {
  301: " (give the address that it redirects to as the endpoint)",
  302: " (is there a log-in page in front of the Worker, such as Access?)",
  308: " (the Worker answers on https:)",
  401: WORKER_HINTS[401] ?? "",
  403: " (does a rule of the zone challenge POST /purge? docs/operator/operations.md)",
  404: " (is this the address of the Worker?)",
  405: " (is this the address of the Worker?)",
};

function readStep(text: string): Step {
  try {
    const { deleted, cursor, done } = JSON.parse(text) as Partial<Step>;
    if (typeof deleted === "number" && typeof done === "boolean") return { deleted, cursor: cursor ?? null, done };
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
