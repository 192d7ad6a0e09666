/** What one isolate remembers between requests: bounded, and only ever a shortcut. A new isolate starts without it. */

import { MemoryBudget } from "../concurrency/memoryBudget.ts";
import { RecentKeys } from "../concurrency/recentKeys.ts";
import { createSemaphore, type Semaphore } from "../concurrency/semaphore.ts";
import { SingleFlight } from "../concurrency/singleFlight.ts";
import type { Config } from "../config/config.ts";
import { HostGuard } from "../origin/hostGuard.ts";
import { HttpsMemory } from "../origin/https.ts";
import type { Obtained } from "../rendition/getRendition.ts";
import { RequestMemory } from "../request/requestMemory.ts";
import { KV_WRITE_MEMORY, KV_WRITE_WINDOW_MS } from "../store/fill.ts";
import type { NegativeMemory } from "../store/negative.ts";

/** Longer than any exchange with a source and its render may take. */
const FLIGHT_MS = 20_000;
/** A stale picture is looked up anew behind its answers this often at most, for so many pictures. */
const RENEW_WINDOW_MS = 30_000;
const RENEW_MEMORY = 10_000;
/** Addresses that need not be verified again: of some 2 kB each at most in practice, so a few MB. */
const REQUEST_MEMORY = 2_000;
/** Requests that may wait for room for their source's bytes: a page or three. */
const MAX_WAITING = 128;

export type Isolate = {
  /** Hosts found to have no HTTPS. */
  readonly https: HttpsMemory;
  /** Breakers and slots of the hosts asked. */
  readonly hosts: HostGuard;
  /** Failures of sources, for as long as errors.ts says. */
  readonly negatives: NegativeMemory;
  /** Keys written to KV lately. */
  readonly kvWrites: RecentKeys;
  /** Pictures renewed behind their answers lately. */
  readonly renewals: RecentKeys;
  /** Masters ordered lately. */
  readonly masters: RecentKeys;
  /** One look-up and one making of a picture at a time. */
  readonly flights: SingleFlight<Obtained>;
  /** Addresses read lately. */
  readonly requests: RequestMemory;
  /** Room for source bytes. */
  bytes(config: Config): MemoryBudget;
  /** One decode at a time: engines keep memory of their own. */
  turns(config: Config): Semaphore;
};

/** One per isolate; tests make their own. */
export function newIsolate(): Isolate {
  let bytes: MemoryBudget | undefined;
  let turns: Semaphore | undefined;
  return {
    https: new HttpsMemory(),
    hosts: new HostGuard(),
    negatives: new Map(),
    kvWrites: new RecentKeys(KV_WRITE_WINDOW_MS, KV_WRITE_MEMORY),
    renewals: new RecentKeys(RENEW_WINDOW_MS, RENEW_MEMORY),
    masters: new RecentKeys(RENEW_WINDOW_MS, RENEW_MEMORY),
    flights: new SingleFlight(FLIGHT_MS),
    requests: new RequestMemory(REQUEST_MEMORY),
    bytes: ({ maxBytesInFlight: capacity, queueMs: waitMs }) =>
      (bytes ??= new MemoryBudget({ capacity, maxWaiting: MAX_WAITING, waitMs })),
    turns: ({ queueMs: waitMs }) => (turns ??= createSemaphore({ capacity: 1, maxWaiting: MAX_WAITING, waitMs })),
  };
}
