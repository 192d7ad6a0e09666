/** What nobody has in store, made once: its source, the engine, and what is kept of both. Steps 4 and 5. */

import { MemoryReservation } from "../concurrency/memoryReservation.ts";
import type { Scope } from "../context/scope.ts";
import { type Lease, makeOnce } from "../coordinate/grant.ts";
import { asFailure, type Failure } from "../errors.ts";
import { tendMaster } from "../jobs/masters.ts";
import { limitMisses } from "../policy/rate.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { getNegative, isShared, putNegative } from "../store/negative.ts";
import { getOriginal } from "../store/original.ts";
import { mayStore, type RenditionStore } from "../store/renditionStore.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { regionBucket } from "../store/tierTable.ts";
import { derived } from "./derive.ts";
import { readSource, type Sourced } from "./fetchOriginal.ts";
import type { Obtained } from "./getRendition.ts";
import { thumbnail } from "./renderThumbnail.ts";
import { storeOriginal, storeRendition, storeSourceMeta } from "./storeRendition.ts";

export type MakeOrder = {
  readonly wanted: ImageRequest;
  readonly shelf: RenditionStore;
  readonly scope: Scope;
  /** An outdated copy in hand: what a source's 304 renews. */
  readonly held: Stored | null;
};

/**
 * Makes the picture and hands it back; storing goes on afterwards. Throws Failure, which is remembered for its time;
 * while the source fails, a size that can be derived from a stale one is given instead.
 */
export async function make(order: MakeOrder, lease: Lease): Promise<Obtained> {
  const { isolate, config, priority } = order.scope;
  const room = new MemoryReservation(isolate.bytes(config), priority);
  try {
    return await makeWithin(room, order, lease);
  } finally {
    room.leave();
  }
}

async function makeWithin(room: MemoryReservation, order: MakeOrder, lease: Lease): Promise<Obtained> {
  const { shelf, scope } = order;
  const known = await getNegative(shelf.keys.negative, shelf.negatives);
  if (known !== null) {
    scope.later(lease.release());
    return whileFailing(order, known, room);
  }
  try {
    if (!scope.warming) await limitMisses(order.wanted, scope.client, scope.env.MISS_LIMIT);
    const { made, how } = await makeOnce(lease, stepsOf(order, room));
    return { stored: made, hit: how === "derived" ? "derived" : null };
  } catch (error) {
    scope.later(lease.release());
    const failure = asFailure(error);
    scope.later(putNegative(shelf.keys.negative, failure, shelf.negatives, mayStore(shelf, scope)));
    return whileFailing(order, failure, room);
  }
}

/**
 * The size wanted from what is in store, a larger one or the original kept for a day, stale where the source is at fault
 * for it; else the failure is thrown.
 */
async function whileFailing(order: MakeOrder, failure: Failure, room: MemoryReservation): Promise<Obtained> {
  const { scope, held } = order;
  const isTheirs = failure.reason === "source_breaker_open" || isShared(failure.reason);
  if (held !== null) throw failure;
  const smaller = await derived(order, isTheirs).catch(() => null);
  const stored = smaller ?? (isTheirs ? await fromOldOriginal(order, room).catch(() => null) : null);
  if (stored === null) throw failure;
  scope.trace.failure = failure.reason;
  return { stored, hit: stored.meta.freshUntil > scope.now() ? "derived" : "stale-if-error" };
}

async function fromOldOriginal({ wanted, shelf, scope }: MakeOrder, room: MemoryReservation): Promise<Stored | null> {
  const options = { ifError: true, since: shelf.epoch, room: (bytes: number) => room.grow(bytes) };
  const original = await getOriginal(bucketOf(scope), shelf.keys.original, scope.now(), options);
  return original && (await thumbnail({ ...original, truncated: false, validators: null }, wanted, scope)).stored;
}

function bucketOf({ env, region }: Scope): R2Bucket {
  return regionBucket(env, region)?.bucket ?? env.R2_PRIMARY;
}

/** The steps that the lease puts in order (region/makeOnce.ts). */
function stepsOf(order: MakeOrder, room: MemoryReservation): Parameters<typeof makeOnce<Sourced, Stored>>[1] {
  const { shelf, scope } = order;
  const { now, later } = scope;
  const bucket = bucketOf(scope);
  return {
    readStored: async () => {
      const stored = await (shelf.tiers.region ?? shelf.tiers.primary)?.get(shelf.key);
      return stored && stored.meta.freshUntil > now() ? stored : null;
    },
    derive: () => derived(order),
    getOriginal: async () => {
      const options = { since: shelf.epoch, room: (bytes: number) => room.grow(bytes) };
      const original = await getOriginal(bucket, shelf.keys.original, now(), options);
      return original && { kind: "bytes", source: { ...original, truncated: false, validators: null } };
    },
    fetchSource: () => readSource(order, room),
    putOriginal: async (got) => {
      if (got.kind === "same") throw new Error("Nothing new to keep");
      return storeOriginal(got.source, order, bucket);
    },
    render: async (got) => {
      if (got.kind === "same") return got.renewed;
      const { stored, header, cut } = await thumbnail(got.source, order.wanted, scope, order.held);
      scope.trace.stored = true;
      if (!cut) later(storeSourceMeta(order, got.source, header));
      return stored;
    },
    store: async (stored) => {
      await storeRendition(order, stored);
      later(tendMaster(order, stored));
    },
    waitUntil: later,
  };
}
