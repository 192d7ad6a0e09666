/** Where one picture is kept, for one request: its names, the tiers that may hold it, and its purge epoch. */

import { canonicalOptions } from "../request/canonical.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import type { Scope } from "../scope.ts";
import type { Parent } from "./derive.ts";
import { renditionKey, type SourceKeys, sourceKeys } from "./key.ts";
import type { Tiers } from "./lookup.ts";
import type { NegativePlaces } from "./negatives.ts";
import { findParents } from "./parents.ts";
import { openTiers } from "./tiers.ts";
import { STORE_WAIT_MS, within } from "./within.ts";

export type Shelf = {
  readonly keys: SourceKeys;
  /** Key of the rendition wanted. */
  readonly key: string;
  /** Unix ms of the host's last purge, 0 = never. */
  readonly epoch: number;
  readonly tiers: Tiers;
  readonly negatives: NegativePlaces;
  /** What of the source is in store that smaller sizes may be derived from; listed once, when first asked for. */
  parents(): Promise<readonly Parent[]>;
};

type Names = { readonly keys: SourceKeys; readonly key: string };

/** Names of requests that live on in the isolate's memory (request/requestMemory.ts): three hashes less for a hit. */
const NAMES = new WeakMap<ImageRequest, Names>();

async function namesOf(wanted: ImageRequest): Promise<Names> {
  const known = NAMES.get(wanted);
  if (known !== undefined) return known;
  const keys = await sourceKeys(wanted.source);
  const names = { keys, key: await renditionKey(keys, canonicalOptions(wanted)) };
  NAMES.set(wanted, names);
  return names;
}

/** The shelf of a picture, seen from the scope's region. */
export async function findShelf(wanted: ImageRequest, scope: Scope): Promise<Shelf> {
  const { env, config, now, region, origin, isolate, warming } = scope;
  const { keys, key } = await namesOf(wanted);
  const epoch = config.epochs[keys.host16] ?? 0;
  const opened = openTiers({ env, region, origin, cache: caches.default, epoch, now });
  // What lies near the warmer says nothing of what lies near the user.
  const tiers = warming ? { ...opened, edge: null, kv: null } : opened;
  const cache = opened.edge === null ? null : caches.default;
  let listing: Promise<readonly Parent[]> | undefined;
  return {
    keys,
    key,
    epoch,
    tiers,
    negatives: { memory: isolate.negatives, cache, kv: env.THUMBS, origin, epoch, now },
    parents: () => (listing ??= within(findParents(env.R2_PRIMARY, keys), STORE_WAIT_MS).catch(() => [])),
  };
}

/** Asked right before each write: false once an operator has taken the picture down, as far as this isolate knows. */
export function mayStore(keys: SourceKeys, scope: Scope): () => Promise<boolean> {
  return async () => !isBlocked(keys, await scope.refreshedConfig());
}

/** Whether an operator has taken the picture or its whole host down. */
export function isBlocked(keys: SourceKeys, { blocked }: Scope["config"]): boolean {
  return blocked.sources.has(keys.source32) || blocked.hosts.has(keys.host16);
}
