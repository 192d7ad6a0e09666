/** What an exchange with a source gets of the Worker. */
import type { MemoryReservation } from "../concurrency/memoryReservation.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import type { SourceDeps } from "../origin/fetch.ts";
import type { Governors } from "../origin/hostGuard.ts";
import { kvHostStore } from "../origin/hostStore.ts";

export function sourceDeps(
  { config, now, fetch, state, bindings }: App,
  { origin }: Pick<Caller, "origin">,
  { waitUntil, priority }: Pick<Job, "waitUntil" | "priority">,
  memory: MemoryReservation,
  governors: Governors,
): SourceDeps {
  return {
    config: { ...config, contactUrl: config.contactUrl || origin },
    ...{ fetch, now, memory, priority, governors },
    httpsMemory: state.https,
    hostGuard: state.hosts,
    hostStore: kvHostStore(bindings.THUMBS),
    later: waitUntil,
  };
}
