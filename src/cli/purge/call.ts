/** One signed `POST /purge`, tried again while what is wrong may pass. */
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../request/signing/signedBody.ts";

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

/** A refusal that another try would meet too. */
export class Refused extends Error {}

const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;
/** A step stops by itself long before; a connection that died does not say so. */
const STEP_TIMEOUT_MS = 120_000;
/** The Worker's clock stands still while it computes and a queue may be full: these pass. `misconfigured` does not. */
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
      if (error instanceof Refused || pause === undefined) throw error;
      const ms = Math.max(pause, error instanceof Passing ? error.retryAfterMs : 0);
      onRetry?.(reasonOf(error), ms / 1000);
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
    const message = `${response.status} ${text.trim().slice(0, 300)}${HINTS[response.status] ?? ""}`;
    const passes = PASSING.includes(response.status) && !text.includes('"misconfigured"');
    if (!passes) throw new Refused(message);
    throw new Passing(message, Math.min(60, Number(response.headers.get("retry-after")) || 0) * 1000);
  }
  return readStep(text);
}

const HINTS: Readonly<Record<number, string>> = {
  404: " (is PURGE_SECRET set at the Worker?)",
  308: " (the Worker answers on https:)",
  401: " (is PURGE_SECRET the Worker's, and this machine's clock right?)",
};

function readStep(text: string): Step {
  try {
    const { deleted, cursor, done } = JSON.parse(text) as Partial<Step>;
    if (typeof deleted === "number" && typeof done === "boolean") return { deleted, cursor: cursor ?? null, done };
  } catch {
    // Falls through to the one message.
  }
  throw new Refused(`200, but no answer of Firstlight: ${text.slice(0, 100)}`);
}

/** What went wrong in one line, with what caused it. */
export function reasonOf(error: unknown): string {
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
