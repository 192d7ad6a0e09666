/**
 * Makes a rendition nobody has, once, however many ask: asks the flight what to do and does it. The flight saves work
 * and may fail; the request does not fail with it.
 *
 *   const lease = askFlight(port, holder, key, now)        (beside the primary read)
 *   const { made, how } = await makeOnce(lease, steps)
 *   lease.release()                                        (instead, when the primary had it after all)
 */

import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import { ANSWERS, asFailure, Failure } from "../errors.ts";
import { isShared } from "../store/negative.ts";
import type { Grant, Outcome } from "./lease.ts";
import type { CoordinatorPort } from "./renderCoordinator.ts";

/** How long a request waits for somebody else's result before it goes on alone. */
export const FLIGHT_WAIT_MS = 8_000;
/** How much longer for the Durable Object itself to say anything. */
const FLIGHT_SILENCE_MS = 1_000;

export type Lease = {
  /** `alone`: nobody coordinates. After a wait that was too long it is `read`: look once more, then go on alone. */
  readonly verdict: Promise<Exclude<Grant, { do: "wait" }> | { readonly do: "alone" }>;
  /** Reports; never rejects. */
  report(report: Outcome): Promise<void>;
  /** Gives the lease back unused: the rendition was found elsewhere and is being copied to the region. */
  release(): Promise<void>;
};

/** Asks for the lease of `key`. `port` null = no Durable Object is bound. `holder` is unique per attempt. */
export function askFlight(port: CoordinatorPort | null, holder: string, key: string, waitMs = FLIGHT_WAIT_MS): Lease {
  const verdict = port === null ? Promise.resolve(ALONE) : asked(port, holder, key, waitMs);
  const report = async (text: Outcome) => {
    await port?.report(holder, key, text).catch(() => {});
  };
  const release = async () => {
    const { do: told } = await verdict;
    if (told === "fetch" || told === "render") await report({ kind: "released" });
  };
  return { verdict, report, release };
}

const ALONE = { do: "alone" } as const;
const READ = { do: "read" } as const;
const VERDICTS: readonly string[] = ["read", "fetch", "render", "fail"];

/** Asked twice where there is something to wait for: an object that hangs is told from one that lets us wait. */
async function asked(port: CoordinatorPort, holder: string, key: string, waitMs: number) {
  const ask = (ms: number) => withTimeout(port.ask(holder, key, ms), ms + FLIGHT_SILENCE_MS);
  try {
    const first = await ask(0);
    const verdict = first.do === "wait" && waitMs > 0 ? await ask(waitMs) : first;
    if (verdict.do === "wait") return READ;
    // A word of another version of the Worker is nothing to go by.
    return VERDICTS.includes(verdict.do) ? verdict : ALONE;
  } catch {
    return ALONE;
  }
}

/** The steps, as the data path has them. `Source` is the fetched original, `Made` the stored rendition. */
export type MakeSteps<Source, Made> = {
  /** The rendition from the region's bucket, null when it is not there. */
  readonly readStored: () => Promise<Made | null>;
  /** From a larger rendition in store; null when none has enough to spare. May throw: counts as none. */
  readonly derive: () => Promise<Made | null>;
  /** The kept original, if it is fresh; null when there is none. May throw: counts as none. */
  readonly getOriginal: () => Promise<Source | null>;
  /** From the source itself. Throws Failure. */
  readonly fetchSource: () => Promise<Source>;
  /** Keeps the original in the region's bucket; gives the time (unix ms) until which others may use it. */
  readonly putOriginal: (source: Source) => Promise<number>;
  /** Throws Failure. */
  readonly render: (source: Source) => Promise<Made>;
  /** Stores where `readStored` reads. */
  readonly store: (made: Made) => Promise<unknown>;
  /** What the answer does not wait for. */
  readonly waitUntil: (work: Promise<unknown>) => void;
};

export type MadeOnce<Made> = {
  readonly made: Made;
  /** `read`: another request made it; `derived`: from a larger rendition; `original`: from the kept original. */
  readonly how: "read" | "derived" | "original" | "fetched";
};

/** Does what the lease says. Throws Failure: the source's, whoever met it first, or the render's. */
export async function makeOnce<Source, Made>(lease: Lease, steps: MakeSteps<Source, Made>): Promise<MadeOnce<Made>> {
  const verdict = await lease.verdict;
  if (verdict.do === "fail") throw new Failure(verdict.reason, verdict.facts);
  if (verdict.do === "read") {
    const made = await withTimeout(steps.readStored(), STORE_WAIT_MS).catch(() => null);
    if (made !== null) return { made, how: "read" };
  }
  try {
    return await make(verdict.do === "fetch", lease, steps);
  } catch (error) {
    steps.waitUntil(lease.report(failureReport(error)));
    throw error;
  }
}

async function make<Source, Made>(
  fetchFirst: boolean,
  lease: Lease,
  steps: MakeSteps<Source, Made>,
): Promise<MadeOnce<Made>> {
  const derived = await steps.derive().catch(() => null);
  if (derived !== null) {
    // Whoever waits for the source's bytes need not wait for us.
    if (fetchFirst) steps.waitUntil(lease.report({ kind: "unkept" }));
    storeAndTell(derived, lease, steps);
    return { made: derived, how: "derived" };
  }
  const original = fetchFirst ? null : await steps.getOriginal().catch(() => null);
  const source = original ?? (await steps.fetchSource());
  if (original === null) {
    // Others wait for the original, so it goes out before the render; a failed copy lets them go on.
    const kept = steps.putOriginal(source).then(
      (until) => lease.report({ kind: "kept", until }),
      () => lease.report({ kind: "unkept" }),
    );
    steps.waitUntil(kept);
  }
  const made = await steps.render(source);
  storeAndTell(made, lease, steps);
  return { made, how: original === null ? "fetched" : "original" };
}

function storeAndTell<Source, Made>(made: Made, lease: Lease, steps: MakeSteps<Source, Made>): void {
  const stored = steps.store(made).then(
    () => lease.report({ kind: "stored" }),
    () => lease.report({ kind: "released" }),
  );
  steps.waitUntil(stored);
}

/** Only what is true of the source is told to those who wait; a result that is too large is one caller's own. */
function failureReport(error: unknown): Outcome {
  const { reason, facts } = asFailure(error);
  const seconds = Math.min(5, ANSWERS[reason].cacheSeconds);
  return isShared(reason) && seconds > 0 ? { kind: "failed", reason, facts, seconds } : { kind: "released" };
}
