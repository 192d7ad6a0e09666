/** Orders a master after an answer, where the source deserves one. */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import { freshnessOf } from "../store/freshness.ts";
import { findParents } from "../store/parents.ts";
import { renew } from "../store/renew.ts";
import type { Parent, Stored, StoredMeta } from "../store/tiers/tier.ts";
import { deservesMaster, type MasterOrder } from "./master.ts";
import { mayStore } from "./mayStore.ts";
import type { Miss } from "./miss.ts";

/**
 * Orders a master once the source has two distinct sizes of its present bytes in store. Lists them anew: the sizes of one
 * page come at once, and none of them saw the others when it began. A master that is there and has become stale gets the
 * times of `made`, or nothing would derive from it any more. Rejects when a store or the queue fails.
 */
export async function orderMaster({ request, store }: Miss, made: Stored, app: App, caller: Caller): Promise<void> {
  const { whole, sourceHash } = made.meta;
  if (whole === undefined) return;
  const { bindings, state, now } = app;
  const { keys } = store;
  const parents = await findParents(bindings.R2_PRIMARY, keys);
  const master = parents.find(({ key }) => key === keys.master);
  const isUsable = ({ meta }: Pick<Parent, "meta">) => meta.whole.rights === true || whole.rights !== true;
  if (master?.meta.sourceHash === sourceHash && isUsable(master)) {
    const isFresh = (meta: StoredMeta) =>
      meta.freshUntil > now() && freshnessOf(meta, now(), store.windows) === "fresh";
    const isStale = !isFresh(master.meta) && isFresh(made.meta);
    if (isStale && (await mayStore(store, app, made.meta)())) await renew(bindings.R2_PRIMARY, keys.master, made.meta);
    return;
  }
  if (!deservesMaster(parents.filter(isUsable), { ...made.meta, whole })) return;
  if (!state.masters.first(`${keys.source32}/${sourceHash}`, now())) return;
  const { source, authority } = request;
  const { region, origin } = caller;
  await bindings.MASTERS.send({ v: 2, source, authority, region, origin } satisfies MasterOrder);
}
