/** Where one picture is kept, as one request sees it: its keys, the tiers that may hold it, and its purge epoch. */
import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import type { Failure } from "../errors.ts";
import type { StoredAccess } from "../policy/storedAccess.ts";
import { canonicalOptions } from "../request/canonical.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import type { StaleWindows } from "./freshness.ts";
import type { Refused } from "./lookUp.ts";
import { getNegative, type NegativeMemory, type NegativeStores } from "./negative.ts";
import { findParents } from "./parents.ts";
import { renditionKey, type SourceKeys, sourceKeys } from "./schema/key.ts";
import { ORIGINAL, readSourceMeta, type SourceMeta } from "./sourceMeta.ts";
import type { StoreCalls } from "./storeCalls.ts";
import type { EdgeTier } from "./tiers/edge.ts";
import type { R2Tier } from "./tiers/r2.ts";
import type { OpenTier, Parent, Provenance, Tier } from "./tiers/tier.ts";
import { openTiers, type Place, TIERS } from "./tierTable.ts";

export type RenditionNames = {
  /** With its port, if any. */
  readonly sourceHost: string;
  readonly keys: SourceKeys;
  /** Key of the rendition asked for. */
  readonly key: string;
};

/** Names of requests that live on in the isolate's memory (request/requestMemory.ts): a hit then needs no hash. */
const NAMES = new WeakMap<RenditionRequest, RenditionNames>();

export async function namesOf(request: RenditionRequest): Promise<RenditionNames> {
  const known = NAMES.get(request);
  if (known !== undefined) return known;
  const keys = await sourceKeys(request.source);
  const key = await renditionKey(keys, canonicalOptions(request));
  const names = { sourceHost: new URL(request.source).host, keys, key };
  NAMES.set(request, names);
  return names;
}

export type RenditionStoreOptions = {
  readonly place: Place;
  readonly negatives: NegativeMemory;
  /** The store calls of this invocation. */
  readonly calls: StoreCalls;
  /** Only the tiers that a warm push sees. */
  readonly warm: boolean;
  /** Whether what earlier requests have learnt of the source is read. False: as if nothing was, and nothing is read. */
  readonly remembers: boolean;
  /** What counts as fresh and as stale. */
  readonly windows: StaleWindows;
  /** May the caller have a thing with this provenance? The final address and the purges since decide. */
  readonly access: (from: Pick<Provenance, "final" | "storedAt"> & { readonly maker?: string }) => StoredAccess;
};

/** A hit at the edge needs the edge alone: the other tiers are opened when they are first asked for. */
export class RenditionStore implements RenditionNames {
  readonly sourceHost: string;
  readonly keys: SourceKeys;
  readonly key: string;
  /** Null where there is no edge cache, and for a warm push. */
  readonly edge: EdgeTier | null;
  readonly #options: RenditionStoreOptions;
  #tiers: readonly OpenTier[] | undefined;
  #parents: Promise<readonly Parent[]> | undefined;
  #negative: Promise<Failure | null> | undefined;
  #sourceMeta: Promise<SourceMeta | null> | undefined;
  #known: SourceMeta | null = null;

  constructor({ sourceHost, keys, key }: RenditionNames, options: RenditionStoreOptions) {
    this.sourceHost = sourceHost;
    this.keys = keys;
    this.key = key;
    this.#options = options;
    this.edge = options.warm ? null : TIERS.edge.open(options.place);
  }

  /**
   * What the caller may do with a stored thing. `absent`: it counts as not there. So does a provider's own size from a host
   * that is not listed: the caller's own request asks listed hosts only, and finds the picture there.
   */
  readonly access = (
    from: Parameters<RenditionStoreOptions["access"]>[0] & Partial<Pick<Provenance, "variant">>,
  ): "allowed" | "absent" | Refused => {
    const access = this.#options.access(from);
    if (access === "unlisted" && (from.variant ?? ORIGINAL) !== ORIGINAL) return "absent";
    return access === "purged" || access === "retired" ? "absent" : access;
  };

  /** Unix ms of the host's last purge, 0 = never. */
  get epoch(): number {
    return this.#options.place.epoch;
  }

  get windows(): StaleWindows {
    return this.#options.windows;
  }

  /** Unix ms since when what is stored must be confirmed by the source, 0 = always good. */
  get staleSince(): number {
    return this.#options.windows.staleSince ?? 0;
  }

  /** Near ones first. */
  get tiers(): readonly OpenTier[] {
    return (this.#tiers ??= openTiers(this.#options.place, this.#options.warm));
  }

  /** Those that this caller reads: the region is an ocean away from a push. */
  get readTiers(): readonly OpenTier[] {
    return this.#options.warm ? this.tiers.filter(({ row }) => row.readByWarm) : this.tiers;
  }

  /** Null where the region has no bucket: the primary serves it. */
  get region(): R2Tier | null {
    return TIERS.region.open(this.#options.place);
  }

  /** A second region beside it; null = none. */
  get beside(): R2Tier | null {
    return TIERS.beside.open(this.#options.place);
  }

  get primary(): R2Tier {
    return TIERS.primary.open(this.#options.place);
  }

  /** The nearest tier through which one request can hand a rendition to another. */
  get handover(): Tier | null {
    return this.tiers.find(({ row }) => row.consistent)?.tier ?? null;
  }

  get negatives(): NegativeStores {
    const { place, negatives } = this.#options;
    const { bindings, origin, cache, epoch, now } = place;
    return {
      memory: negatives,
      cache: TIERS.edge.open(place) === null ? null : cache,
      kv: bindings.THUMBS,
      origin,
      epoch,
      since: Math.max(epoch, this.staleSince),
      now,
    };
  }

  get calls(): StoreCalls {
    return this.#options.calls;
  }

  /** The failure of the source that is remembered. Read once; a place that fails counts as empty. */
  negative(): Promise<Failure | null> {
    if (!this.#options.remembers) return Promise.resolve(null);
    const read = () => getNegative(this.keys.negative, this.negatives);
    return (this.#negative ??= this.calls.run("negative", read));
  }

  /** What of the source is stored that smaller sizes may be derived from. Listed once; a bucket that fails has none. */
  parents(): Promise<readonly Parent[]> {
    const { R2_PRIMARY } = this.#options.place.bindings;
    const list = () => findParents(R2_PRIMARY, this.keys);
    return (this.#parents ??= withTimeout(this.calls.run("list", list), STORE_WAIT_MS).catch(() => []));
  }

  /** What fetches have told us of the source. Read once; null when KV fails. */
  sourceMeta(): Promise<SourceMeta | null> {
    return this.sourceMetaOrFailure().catch(() => null);
  }

  /** The same, but rejects when KV fails. */
  sourceMetaOrFailure(): Promise<SourceMeta | null> {
    return (this.#sourceMeta ??= this.#readSourceMeta());
  }

  /** What is known so far of the source's newest bytes, without waiting. */
  get known(): SourceMeta | null {
    return this.#known;
  }

  async #readSourceMeta(): Promise<SourceMeta | null> {
    if (!this.#options.remembers) return null;
    const { THUMBS } = this.#options.place.bindings;
    const read = () => readSourceMeta(THUMBS, this.keys.sourceMeta, this.epoch);
    this.#known = await this.calls.run("sourceMeta", read);
    return this.#known;
  }
}
