/** Asked right before each write: may this still be stored? */
import type { App } from "../context/app.ts";
import { addressesBehind, epochOf, isBlocked } from "../policy/storedAccess.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import type { Provenance } from "../store/tiers/tier.ts";

/**
 * False once an operator has taken the picture down, or has purged something of its host since the request came, as far
 * as this isolate knows: what we hold may then be what was to be deleted. `from` says where the bytes came from; leave
 * it out where there are none.
 */
export function mayStore(
  { keys, epoch }: Pick<RenditionStore, "keys" | "epoch">,
  { latestConfig }: Pick<App, "latestConfig">,
  from?: Pick<Provenance, "final" | "storedAt">,
): () => Promise<boolean> {
  return async () => {
    const config = await latestConfig();
    if (isBlocked(keys, config) || epochOf(keys, config) > epoch) return false;
    if (from === undefined) return true;
    const { final, storedAt } = from;
    return addressesBehind(final, keys).every((one) => !isBlocked(one, config) && epochOf(one, config) <= storedAt);
  };
}
