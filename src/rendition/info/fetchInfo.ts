/** Asks a source for the first bytes of its file, and reads the facts in them. */
import { MemoryReservation } from "../../concurrency/memoryReservation.ts";
import type { App } from "../../context/app.ts";
import type { Caller } from "../../context/caller.ts";
import type { Job } from "../../context/job.ts";
import { asFailure, Failure } from "../../errors.ts";
import { type Facts, factsOf } from "../../image/facts.ts";
import { sniff } from "../../image/sniff.ts";
import { fetchSource, type SourceDeps } from "../../origin/fetch.ts";
import { addressesBehind, isBlocked } from "../../policy/storedAccess.ts";
import type { RenditionRequest } from "../../request/imageRequest.ts";
import { freshUntil, renewedUntil } from "../../store/freshness.ts";
import type { RenditionStore } from "../../store/renditionStore.ts";
import { finalAddressOf } from "../../store/schema/finalAddress.ts";
import type { SourceInfo } from "../../store/sourceInfo.ts";
import { addStage } from "../../telemetry.ts";
import { MissGovernors } from "../missGovernors.ts";
import { sourceDeps } from "../sourceDeps.ts";

/**
 * How many of the first bytes are asked for. Most headers and metadata end within the first step. Some files have a large
 * profile or preview before their header, and some TIFFs have their directory at the end.
 */
const STEPS = [65_536, 1_048_576] as const;

/** Facts of the source as it is now, or `stale` with a new time where it says that it has not changed. Throws Failure. */
export async function fetchInfo(
  request: RenditionRequest,
  store: RenditionStore,
  stale: SourceInfo | null,
  app: App,
  caller: Caller,
  job: Job,
): Promise<SourceInfo> {
  const memory = new MemoryReservation(app.state.sourceBytes(app.config), job.priority);
  const governors = new MissGovernors(app, caller, job);
  governors.expect(store.sourceHost, STEPS[0]);
  const deps = sourceDeps(app, caller, job, memory, governors);
  const started = app.now();
  try {
    for (const head of STEPS) {
      const info = await fetchStep(head, request, store, stale, app, caller, job, deps);
      if (info !== null) return info;
    }
    const whole = await fetchStep(app.config.maxSourceBytes, request, store, stale, app, caller, job, deps);
    if (whole === null) throw new Failure("source_too_many_bytes", { limit: app.config.maxSourceBytes });
    return whole;
  } finally {
    memory.release();
    addStage(job.trace, "origin", app.now() - started - governors.waitedMs);
  }
}

/** Null: so many bytes do not say it, and there are more. */
async function fetchStep(
  head: number,
  request: RenditionRequest,
  { keys }: RenditionStore,
  stale: SourceInfo | null,
  app: App,
  { ownHost }: Caller,
  { trace }: Job,
  deps: SourceDeps,
): Promise<SourceInfo | null> {
  const { config, now } = app;
  const conditional = stale === null ? {} : { conditional: { ...stale, of: stale.final.url } };
  const fetched = await fetchSource(
    request.source,
    { authority: request.authority, ownHost, head, ...conditional },
    deps,
  );
  trace.sourceStatus = fetched.status;
  trace.bytesIn += fetched.bytesIn;
  const final = await finalAddressOf(fetched.finalUrl, fetched.via);
  if (addressesBehind(final, keys).some((one) => isBlocked(one, config))) throw new Failure("blocked");
  const storedAt = now();
  const { etag, lastModified } = fetched.headers;
  if (fetched.notModified) {
    if (stale === null) throw new Error("304 without a conditional request");
    return { ...stale, final, storedAt, freshUntil: renewedUntil(fetched.headers, stale, storedAt, config) };
  }
  const facts = await readFacts(fetched.bytes, fetched.total, head === STEPS[0]);
  if (facts === null) return null;
  return { facts, final, storedAt, freshUntil: freshUntil(fetched.headers, storedAt, config), etag, lastModified };
}

/** Null when the bytes end before what is to be known. Throws Failure for a file that no further byte would mend. */
async function readFacts(bytes: Uint8Array, total: number | null, isFirst: boolean): Promise<Facts | null> {
  const isWhole = total !== null && bytes.length >= total;
  if (!isWhole && isFirst && hasLaterMetadata(bytes)) return null;
  try {
    return await factsOf(bytes, total);
  } catch (error) {
    const { reason } = asFailure(error);
    if (!isWhole && (reason === "image_damaged" || reason === "source_too_complex")) return null;
    throw error;
  }
}

/** A WebP has its metadata behind the picture, and says at its beginning whether there are any (RFC 9649 2.7.1). */
function hasLaterMetadata(bytes: Uint8Array): boolean {
  return sniff(bytes) === "webp" && bytes[12] === 0x56 && bytes[15] === 0x58 && ((bytes[20] ?? 0) & 0x0c) !== 0;
}
