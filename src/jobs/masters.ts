/**
 * Masters: one large rendition of a source that is seen in several sizes, from which all others can be derived when the
 * source is gone. Ordered after an answer, made by the queue's consumer: it would hold up the isolate's one thread.
 */

import { MemoryReservation } from "../concurrency/memoryReservation.ts";
import { type Scope, scopeBehind } from "../context/scope.ts";
import { MASTER_TRANSFORM, type MasterOrder, makeMaster, parseMasterOrder, wantsMaster } from "../rendition/master.ts";
import type { MakeOrder } from "../rendition/renderMiss.ts";
import { thumbnail } from "../rendition/renderThumbnail.ts";
import { sourceKeys } from "../store/key.ts";
import { getOriginal } from "../store/original.ts";
import { findParents } from "../store/parents.ts";
import { mayStore } from "../store/renditionStore.ts";
import { renew } from "../store/renew.ts";
import { r2Tier } from "../store/tiers/r2.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { regionBucket } from "../store/tierTable.ts";

/**
 * Sends the order for a master once a source has two distinct sizes of its present version in store. They are listed
 * anew: the sizes of one page come at once, and none of them saw the others when it began. A master that is there and has
 * become stale is as fresh as `made` from then on, or nothing would derive from it any more.
 */
export async function tendMaster({ wanted, shelf, scope }: MakeOrder, made: Stored): Promise<void> {
  const { whole, v } = made.meta;
  if (whole === undefined) return;
  const { env, isolate, now } = scope;
  const parents = await findParents(env.R2_PRIMARY, shelf.keys);
  const master = parents.find(({ key }) => key === shelf.keys.master);
  if (master?.meta.v === v) {
    const isStale = master.meta.freshUntil <= now() && made.meta.freshUntil > now();
    if (isStale && (await mayStore(shelf, scope)())) await renew(env.R2_PRIMARY, shelf.keys.master, made.meta);
    return;
  }
  if (!wantsMaster(parents, whole, v)) return;
  if (!isolate.masters.first(`${shelf.keys.source32}/${v}`, now())) return;
  const { source, authority } = wanted;
  await env.MASTERS.send({ v: 1, source, authority, region: scope.region } satisfies MasterOrder);
}

/** The queue's consumer. A message that cannot be read, or whose original is gone, is let go; others are retried. */
export async function makeMasters(
  batch: MessageBatch,
  env: Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
): Promise<void> {
  for (const message of batch.messages) {
    const order = parseMasterOrder(message.body);
    try {
      if (order !== null) await make(order, await scopeBehind(env, ctx, order.region));
      message.ack();
    } catch (error) {
      console.error(JSON.stringify({ msg: "master", error: String(error) }));
      message.retry();
    }
  }
}

async function make(order: MasterOrder, scope: Scope): Promise<void> {
  const room = new MemoryReservation(scope.isolate.bytes(scope.config), scope.priority);
  try {
    await makeWithin(room, order, scope);
  } finally {
    room.leave();
  }
}

async function makeWithin(room: MemoryReservation, { source, region }: MasterOrder, scope: Scope): Promise<void> {
  const { env, now } = scope;
  const keys = await sourceKeys(source);
  const epoch = scope.config.epochs[keys.host16] ?? 0;
  const primary = r2Tier(env.R2_PRIMARY, "primary", "R2_PRIMARY");
  const bucket = regionBucket(env, region)?.bucket ?? env.R2_PRIMARY;
  const options = { since: epoch, room: (bytes: number) => room.grow(bytes) };
  const original = await getOriginal(bucket, keys.original, now(), options);
  if (original === null) return;
  const wanted = { source, transform: MASTER_TRANSFORM, accept: "webp" } as const;
  const bytes = { ...original, truncated: false, validators: null };
  await makeMaster({
    readMaster: async () => (await primary.get(keys.master))?.meta ?? null,
    readSource: async () => bytes,
    render: async () => (await thumbnail(bytes, wanted, scope)).stored,
    store: (master) => primary.put(keys.master, master),
    mayStore: mayStore({ keys, epoch }, scope),
  });
}
