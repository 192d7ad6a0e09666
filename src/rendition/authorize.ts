/** May this caller have this picture? Asked before any cache is read. */
import type { Config } from "../config/config.ts";
import type { App } from "../context/app.ts";
import { AUDIENCES, type Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import { checkRequestedSource } from "../policy/source.ts";
import { epochOf, isBlocked, storedAccess } from "../policy/storedAccess.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { canonicalSource } from "../request/source/canonicalSource.ts";
import type { StaleWindows } from "../store/freshness.ts";
import { namesOf, RenditionStore, type RenditionStoreOptions } from "../store/renditionStore.ts";
import { type SourceKeys, sourceKeys } from "../store/schema/key.ts";
import { noteSource } from "./noteSource.ts";

/** The store of a picture that this caller may have. `remembers` as in RenditionStoreOptions. Throws Failure. */
export async function authorize(
  request: RenditionRequest,
  app: App,
  caller: Caller,
  job: Job,
  { remembers = true }: Pick<Partial<RenditionStoreOptions>, "remembers"> = {},
): Promise<RenditionStore> {
  const { config, bindings, now, state } = app;
  const { cacheOrigin, ownHost, region, beside, audience } = caller;
  const { onlyWarmTiers } = AUDIENCES[audience];
  const names = await namesOf(request);
  const { keys } = names;
  noteSource(job.trace, names, request);
  checkRequestedSource(request, config, ownHost);
  const epoch = epochOf(keys, config);
  const place = { bindings, region, beside, origin: cacheOrigin, cache: caches.default, epoch, now };
  const store = new RenditionStore(names, {
    place,
    negatives: state.negatives,
    calls: job.calls,
    warm: onlyWarmTiers,
    remembers,
    windows: staleWindowsOf(keys, config),
    access: (from) => storedAccess(from, keys, request.authority, config),
  });
  job.trace.edgeOff = store.edge === null && !onlyWarmTiers;
  if (isBlocked(keys, config)) throw new Failure("blocked");
  await refuseTakenDownWatermark(request, config);
  return store;
}

/** Stored pictures that carry it are refused too. Most deployments have blocked nothing, and then no hash is made. */
async function refuseTakenDownWatermark(
  { transform: { watermark } }: RenditionRequest,
  { blocked }: Config,
): Promise<void> {
  if (watermark === null || blocked.sources.size + blocked.hosts.size === 0) return;
  const keys = await sourceKeys(canonicalSource(watermark.url));
  if (isBlocked(keys, { blocked })) throw new Failure("watermark_failed", {}, "it was taken down");
}

function staleWindowsOf({ host16 }: SourceKeys, config: Config): StaleWindows {
  const { staleWhileRevalidateSeconds, staleIfErrorSeconds, staleEpochs } = config;
  return { staleWhileRevalidateSeconds, staleIfErrorSeconds, staleEpochs, staleSince: staleEpochs[host16] ?? 0 };
}

/** The refusal of a stored copy whose bytes came, through a redirect, from an address that is blocked or not listed. */
export function refusalOf(refused: "blocked" | "unlisted"): Failure {
  if (refused === "blocked") return new Failure("blocked");
  return new Failure("source_redirect_refused", {}, "stored from an address that is not listed");
}
