/**
 * The job of the queue `AVIF_JOBS`: the AVIF of a rendition, once per source version. It is rendered from the kept original,
 * the master or the source, never from the WebP, and stored if it is as like that render as the WebP is, in fewer bytes.
 */
import { MemoryReservation } from "../concurrency/memoryReservation.ts";
import type { App } from "../context/app.ts";
import { type Caller, jobCaller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { asFailure } from "../errors.ts";
import { lumaOf, lumaSsim } from "../image/analyse/lumaSsim.ts";
import { MAX_AVIF_SHARE } from "../image/heavy.ts";
import { makerOf } from "../image/maker.ts";
import { readHeader } from "../image/readHeader.ts";
import type { Rendition } from "../image/rendition.ts";
import { authorize } from "../rendition/authorize.ts";
import { type AvifJob, deservesAvif, parseAvifJob } from "../rendition/avifJob.ts";
import { avifSource } from "../rendition/avifSource.ts";
import { encodeInHeavy } from "../rendition/encodeInHeavy.ts";
import { mayStore } from "../rendition/mayStore.ts";
import { drawInSlot, toStored } from "../rendition/renderThumbnail.ts";
import { asAvif, canonicalOptions } from "../request/canonical.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { DEFAULTS, splitOptions } from "../request/options/applyOption.ts";
import { readVerdict, settleAvif } from "../store/avifVerdict.ts";
import { namesOf, type RenditionStore } from "../store/renditionStore.ts";
import { renditionKey, verdictKey } from "../store/schema/key.ts";
import type { Stored } from "../store/tiers/tier.ts";
import type { QueueJob } from "./queueJob.ts";

/**
 * A message is dropped when its order is no longer there (a purge has deleted it), is done, or is of bytes that the source
 * has replaced. Throws Failure, and what the stores throw: the queue then sends it again.
 */
export const avif: QueueJob<AvifJob> = {
  parse: parseAvifJob,
  callerOf: ({ region, origin }) => jobCaller(region, origin),
  async run(order, app, caller, job) {
    const memory = new MemoryReservation(app.state.sourceBytes(app.config), job.priority);
    try {
      await make(order, app, caller, job, memory);
    } catch (error) {
      if (asFailure(error).reason !== "blocked") throw error;
    } finally {
      memory.release();
    }
  },
};

async function make(order: AvifJob, app: App, caller: Caller, job: Job, memory: MemoryReservation): Promise<void> {
  const request = requestOf(order);
  if (app.config.avif === "off" || (await keyOf(request)) !== order.key) return;
  const store = await authorize(request, app, caller, job);
  const { R2_PRIMARY } = app.bindings;
  const [asked, webp] = await Promise.all([
    readVerdict(R2_PRIMARY, verdictKey(store.key)),
    store.primary.get(store.key),
  ]);
  if (asked?.state !== "asked" || asked.hash !== order.hash || webp?.meta.sourceHash !== order.hash) return;
  if (store.access(webp.meta) !== "allowed" || !deservesAvif(webp.meta, webp.bytes.length)) return;
  const made = await smaller(webp, { request, store }, app, caller, job, memory);
  if (made === undefined) return;
  const permission = mayStore(store, app, webp.meta);
  if (!(await permission())) return;
  const marks = { source: order.source, maker: makerOf("avif") };
  const settle = (state: "stored" | "not-smaller") =>
    settleAvif(R2_PRIMARY, verdictKey(store.key), asked, { state, at: app.now() }, marks);
  if (made === null) return void (await settle("not-smaller"));
  const key = await renditionKey(store.keys, canonicalOptions(asAvif(request)));
  const stored = await toStored(made, { ...provenanceOf(webp), cut: false });
  const tiers = store.region === null ? [store.primary] : [store.primary, store.region];
  await Promise.all(tiers.map((tier) => tier.put(key, stored)));
  job.trace.stored = true;
  // A purge or a takedown that came while it was made has taken the order away, or is in the settings by now.
  if ((await settle("stored")) && (await permission())) return;
  job.trace.stored = false;
  await Promise.all(tiers.map((tier) => tier.delete(key)));
}

/** The AVIF; null when there is none that is as good in fewer bytes; undefined when the source's bytes are not to be had. */
async function smaller(
  webp: Stored,
  { request, store }: { readonly request: RenditionRequest; readonly store: RenditionStore },
  app: App,
  caller: Caller,
  job: Job,
  memory: MemoryReservation,
): Promise<Rendition | null | undefined> {
  const source = await avifSource(request, store, webp.meta, app, caller, job, memory);
  if (source === null) return undefined;
  const drawn = await drawInSlot({ ...source, format: "avif" }, app, caller, job);
  const shown = { bytes: webp.bytes, source: readHeader(webp.bytes), transform: AS_IT_IS, format: "avif" } as const;
  const { pixels } = await drawInSlot(shown, app, caller, job);
  const isSameSize = pixels.width === drawn.pixels.width && pixels.height === drawn.pixels.height;
  if (!isSameSize || drawn.truncated) return null;
  const leastSsim = lumaSsim(lumaOf(drawn.pixels), lumaOf(pixels));
  const mostBytes = Math.floor(MAX_AVIF_SHARE * webp.bytes.length);
  const { file } = await encodeInHeavy(drawn.pixels, { leastSsim, mostBytes }, app, job);
  if (file === null) return null;
  const rendition = await drawn.finish(file);
  // The rights of the source are in it by now, as they are in the WebP.
  return rendition.bytes.length <= mostBytes ? rendition : null;
}

/** Every option at its default: the whole picture at its own size. */
const AS_IT_IS = splitOptions(DEFAULTS).transform;

function provenanceOf({ meta }: Stored) {
  const { source, final, variant, sourceHash, generation, storedAt, freshUntil } = meta;
  return { source, final, variant, sourceHash, generation, storedAt, freshUntil };
}

function requestOf({ source, authority, transform, cachebuster }: AvifJob): RenditionRequest {
  return { source, authority, transform, accept: "avif", cachebuster };
}

/** Null when the transform is none of this Worker's. */
async function keyOf(request: RenditionRequest): Promise<string | null> {
  try {
    return (await namesOf(request)).key;
  } catch {
    return null;
  }
}
