/** A request's lease at the coordinator of its source, in the region that it works for. */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import { Lease, type LeaseRules } from "../coordinate/lease.ts";
import { coordinatorOf } from "../coordinate/renderCoordinator.ts";
import type { RenditionStore } from "../store/renditionStore.ts";

/** Costs nothing: the lease asks the coordinator when it is first used. */
export function openLease(
  { key, keys, epoch, staleSince }: RenditionStore,
  { bindings }: Pick<App, "bindings">,
  { region }: Pick<Caller, "region">,
  rules: LeaseRules,
): Lease {
  // What the coordinator knows from before a purge does not count.
  const since = Math.max(epoch, staleSince);
  return new Lease(coordinatorOf(bindings.COORDINATOR, region, keys.source32, since), crypto.randomUUID(), key, rules);
}
