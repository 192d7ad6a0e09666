/** Behind a fresh answer: copies it to the tiers nearer to the reader, once the source's metadata says that it is current. */
import type { App } from "../context/app.ts";
import { type FillOrder, fill } from "../store/fill.ts";
import { isOutdated } from "../store/freshness.ts";
import type { Found, Lookup } from "../store/lookUp.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import { mayStore } from "./mayStore.ts";

/**
 * A hit does not wait for the source's metadata, so the copy may be of an older generation. Such a copy goes nowhere:
 * `replace` is called, and this isolate knows from now on that the copy is outdated. When the metadata cannot be read,
 * edge and KV get no copy, because nothing would replace it there. Never rejects.
 */
export async function copyNear(
  { stored, tier }: Found,
  { stale }: Lookup,
  store: RenditionStore,
  { state, now, latestConfig }: Pick<App, "state" | "now" | "latestConfig">,
  replace: () => void,
): Promise<void> {
  const { key, keys } = store;
  let tiers = store.tiers;
  try {
    const known = await store.sourceMetaOrFailure();
    if (known !== null && isOutdated(stored.meta, known)) {
      state.outdated.set(keys.sourceMeta, known);
      replace();
      return;
    }
  } catch {
    tiers = tiers.filter(({ row }) => row.consistent);
  }
  const permission = mayStore(store, { latestConfig }, stored.meta);
  const order: FillOrder = { key, stored, from: tier, tiers, stale, writes: state.writes, now, mayStore: permission };
  await fill(order);
}
