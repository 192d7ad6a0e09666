/**
 * The file of `WATERMARK_URL`: from the isolate's memory, as a kept original, else from its source by the same guarded fetch
 * as every source. A picture that asks for a watermark is never shown without it, as with imgproxy, which does not start when
 * it cannot load its watermark.
 */
import { MemoryReservation } from "../concurrency/memoryReservation.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { ANSWERS, asFailure, Failure } from "../errors.ts";
import { openMark } from "../image/mark.ts";
import { fetchSource } from "../origin/fetch.ts";
import { addressesBehind, epochOf, isBlocked } from "../policy/storedAccess.ts";
import { canonicalSource } from "../request/source/canonicalSource.ts";
import type { Transform } from "../request/transform.ts";
import { freshUntil } from "../store/freshness.ts";
import { getOriginal, type Original, putOriginal } from "../store/original.ts";
import { finalAddressOf } from "../store/schema/finalAddress.ts";
import { type SourceKeys, sourceHash, sourceKeys } from "../store/schema/key.ts";
import { ORIGINAL } from "../store/sourceMeta.ts";
import type { Provenance } from "../store/tiers/tier.ts";
import { originalsBucket } from "./handover.ts";
import { mayStore } from "./mayStore.ts";
import { MissGovernors } from "./missGovernors.ts";
import { sourceDeps } from "./sourceDeps.ts";

/** An isolate keeps it in memory. */
export const MAX_WATERMARK_BYTES = 2 * 1024 * 1024;

/** After a failure, and while a kept one is past its freshness, its source is not asked for so long, in milliseconds. */
const AGAIN_MS = 30_000;
/** Statuses of failures that are ours, and pass. */
const PASSING: readonly number[] = [500, 503];

/** Throws the failure that another picture has met a moment ago: without its watermark no source need be asked. */
export function refuseLostWatermark({ watermark }: Pick<Transform, "watermark">, { state, now }: App): void {
  if (watermark === null) return;
  const lost = state.lostWatermarks.get(canonicalSource(watermark.url));
  if (lost !== undefined && now() < lost.until) throw lost.failure;
}

/** Undefined for a transform without a watermark. Throws Failure `watermark_failed`, with the cause as its detail. */
export async function watermarkFile(
  { watermark }: Pick<Transform, "watermark">,
  app: App,
  caller: Caller,
  job: Job,
): Promise<Uint8Array | undefined> {
  if (watermark === null) return undefined;
  const { state, now } = app;
  const source = canonicalSource(watermark.url);
  const keys = await sourceKeys(source);
  if (isBlocked(keys, app.config)) throw new Failure("watermark_failed", {}, "it was taken down");
  const held = state.watermarks.get(source);
  if (held !== undefined && now() < held.freshUntil && mayUse(held, keys, app)) return held.bytes;
  refuseLostWatermark({ watermark }, app);
  const flight = state.watermarkFlights.run(source, now, () => load(source, keys, app, caller, job), job.priority);
  job.waitUntil(flight.catch(() => undefined));
  const { value } = await flight;
  state.watermarks.set(source, value);
  return value.bytes;
}

/** The kept original of the region, or from the source. While the source fails, an original past its freshness will do. */
async function load(source: string, keys: SourceKeys, app: App, caller: Caller, job: Job): Promise<Original> {
  const kept = (ifError: boolean) =>
    getOriginal(originalsBucket(app, caller), keys.original, app.now(), {
      ifError,
      mayUse: (from) => from.variant === ORIGINAL && mayUse(from, keys, app),
    }).catch(() => null);
  const fresh = await kept(false);
  if (fresh !== null && fresh.bytes.length <= MAX_WATERMARK_BYTES) return fresh;
  try {
    const fetched = await fetchOriginal(source, keys, app, caller, job);
    const permission = mayStore({ keys, epoch: epochOf(keys, app.config) }, app, fetched);
    const store = async () => {
      if (await permission()) await putOriginal(originalsBucket(app, caller), keys.original, fetched);
    };
    job.waitUntil(store().catch(() => undefined));
    return fetched;
  } catch (error) {
    const old = await kept(true);
    const until = app.now() + AGAIN_MS;
    if (old !== null && old.bytes.length <= MAX_WATERMARK_BYTES) return { ...old, freshUntil: until };
    const { reason, detail } = asFailure(error);
    const failure = new Failure("watermark_failed", {}, [reason, detail].filter(Boolean).join(": "));
    if (!PASSING.includes(ANSWERS[reason].status)) app.state.lostWatermarks.set(source, { until, failure });
    throw failure;
  }
}

async function fetchOriginal(source: string, keys: SourceKeys, app: App, caller: Caller, job: Job): Promise<Original> {
  const { config, now, state } = app;
  const governors = new MissGovernors(app, caller, job);
  // The picture's own reservation must not wait for this one, so it has none: it is small.
  const reservation = new MemoryReservation(state.sourceBytes(config), job.priority);
  const { memory: _, ...deps } = sourceDeps(app, caller, job, reservation, governors);
  const limited = { ...deps.config, maxSourceBytes: Math.min(MAX_WATERMARK_BYTES, config.maxSourceBytes) };
  try {
    // The operator vouches for it.
    const order = { authority: "signature", ownHost: caller.ownHost } as const;
    const answer = await fetchSource(source, order, { ...deps, config: limited });
    if (answer.notModified || answer.truncated) throw new Failure("source_broken");
    const final = await finalAddressOf(answer.finalUrl, answer.via);
    if (addressesBehind(final, keys).some((one) => isBlocked(one, config))) throw new Failure("blocked");
    const { bytes, headers } = answer;
    // What cannot be drawn is not kept.
    await openMark(bytes);
    const at = now();
    return {
      ...{ bytes, source, final, variant: ORIGINAL, sourceHash: await sourceHash(bytes), generation: 1 },
      ...{ storedAt: at, freshUntil: freshUntil(headers, at, config) },
    };
  } finally {
    governors.giveBack();
    reservation.release();
  }
}

/** Whether no takedown and no purge since reaches it. */
function mayUse(
  { final, storedAt }: Pick<Provenance, "final" | "storedAt">,
  keys: SourceKeys,
  { config }: App,
): boolean {
  return [keys, ...addressesBehind(final, keys)].every(
    (address) => !isBlocked(address, config) && epochOf(address, config) <= storedAt,
  );
}
