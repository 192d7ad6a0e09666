/** Where one picture is kept, for one request: its names, the tiers that may hold it, and its purge epoch. */

import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import type { Scope } from "../context/scope.ts";
import type { Parent } from "../rendition/chooseParent.ts";
import { canonicalOptions } from "../request/canonical.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { renditionKey, type SourceKeys, sourceKeys } from "./key.ts";
import type { Tiers } from "./lookUp.ts";
import type { NegativeStores } from "./negative.ts";
import { findParents } from "./parents.ts";
import type { EdgeTier } from "./tiers/edge.ts";
import { openEdge, openTiers, type Place } from "./tierTable.ts";

type Names = { readonly sourceHost: string; readonly keys: SourceKeys; readonly key: string };

/** Names of requests that live on in the isolate's memory (request/requestMemory.ts): three hashes less for a hit. */
const NAMES = new WeakMap<ImageRequest, Names>();

async function namesOf(wanted: ImageRequest): Promise<Names> {
  const known = NAMES.get(wanted);
  if (known !== undefined) return known;
  const keys = await sourceKeys(wanted.source);
  const key = await renditionKey(keys, canonicalOptions(wanted));
  const names = { sourceHost: new URL(wanted.source).host, keys, key };
  NAMES.set(wanted, names);
  return names;
}

/** The shelf of a picture, seen from the scope's region. */
export async function openRenditionStore(wanted: ImageRequest, scope: Scope): Promise<RenditionStore> {
  return new RenditionStore(await namesOf(wanted), scope);
}

/** A hit at the edge needs the edge alone: the rest is opened when it is first asked for. */
export class RenditionStore {
  /** With its port, if any. */
  readonly sourceHost: string;
  readonly keys: SourceKeys;
  /** Key of the rendition wanted. */
  readonly key: string;
  /** Unix ms of the host's last purge, 0 = never. */
  readonly epoch: number;
  readonly edge: EdgeTier | null;
  readonly #scope: Scope;
  #tiers: Tiers | undefined;
  #parents: Promise<readonly Parent[]> | undefined;

  constructor({ sourceHost, keys, key }: Names, scope: Scope) {
    this.sourceHost = sourceHost;
    this.keys = keys;
    this.key = key;
    this.epoch = scope.config.epochs[keys.host16] ?? 0;
    this.#scope = scope;
    this.edge = openEdge(this.#place);
  }

  get tiers(): Tiers {
    return (this.#tiers ??= this.#openTiers());
  }

  get negatives(): NegativeStores {
    const { env, isolate } = this.#scope;
    const { origin, cache, epoch, now } = this.#place;
    return { memory: isolate.negatives, cache: this.edge === null ? null : cache, kv: env.THUMBS, origin, epoch, now };
  }

  /** What of the source is in store that smaller sizes may be derived from; listed once, when first asked for. */
  parents(): Promise<readonly Parent[]> {
    const { env } = this.#scope;
    return (this.#parents ??= withTimeout(findParents(env.R2_PRIMARY, this.keys), STORE_WAIT_MS).catch(() => []));
  }

  get #place(): Place {
    const { env, region, origin, now } = this.#scope;
    return { env, region, origin, cache: caches.default, epoch: this.epoch, now };
  }

  #openTiers(): Tiers {
    const tiers = openTiers(this.#place);
    // What lies near the warmer says nothing of what lies near the user.
    return this.#scope.warming ? { ...tiers, edge: null, kv: null } : tiers;
  }
}

/**
 * Asked right before each write: false once an operator has taken the picture down, or has purged something of its host
 * since the shelf was found, as far as this isolate knows; what is at hand may then be what was to go.
 */
export function mayStore(
  { keys, epoch }: Pick<RenditionStore, "keys" | "epoch">,
  scope: Scope,
): () => Promise<boolean> {
  return async () => {
    const config = await scope.refreshedConfig();
    return !isBlocked(keys, config) && (config.epochs[keys.host16] ?? 0) <= epoch;
  };
}

/** Whether an operator has taken the picture or its whole host down. */
export function isBlocked(keys: SourceKeys, { blocked }: Scope["config"]): boolean {
  return blocked.sources.has(keys.source32) || blocked.hosts.has(keys.host16);
}
