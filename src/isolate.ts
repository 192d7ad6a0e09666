/** What one isolate remembers between requests: bounded, and only ever a shortcut. A new isolate starts without it. */
import type { NegativeMemory } from "./cache/negatives.ts";
import { Recent } from "./cache/recent.ts";
import { KV_WRITE_MEMORY, KV_WRITE_WINDOW_MS } from "./cache/store.ts";
import { HostGuard } from "./origin/hostGuard.ts";
import { HttpsMemory } from "./origin/https.ts";

export type Isolate = {
  /** Hosts found to have no HTTPS. */
  readonly https: HttpsMemory;
  /** Breakers and slots of the hosts asked. */
  readonly hosts: HostGuard;
  /** Failures of sources, for as long as errors.ts says. */
  readonly negatives: NegativeMemory;
  /** Keys written to KV lately. */
  readonly kvWrites: Recent;
};

/** One per isolate; tests make their own. */
export function newIsolate(): Isolate {
  return {
    https: new HttpsMemory(),
    hosts: new HostGuard(),
    negatives: new Map(),
    kvWrites: new Recent(KV_WRITE_WINDOW_MS, KV_WRITE_MEMORY),
  };
}
