/** The facts of a source: from a store, else from the source. In the order of the miss path of a picture. */
import type { App } from "../../context/app.ts";
import type { Caller } from "../../context/caller.ts";
import type { Job } from "../../context/job.ts";
import { asFailure } from "../../errors.ts";
import { isShared } from "../../keepFailure.ts";
import { limitMisses, refuseOverRate } from "../../policy/rate.ts";
import type { RenditionRequest } from "../../request/imageRequest.ts";
import { markedAt, type StaleWindows } from "../../store/freshness.ts";
import { putNegative } from "../../store/negative.ts";
import type { RenditionStore } from "../../store/renditionStore.ts";
import {
  type InfoPlaces,
  type Look,
  readInfo,
  readInfoAtEdge,
  type SourceInfo,
  writeInfo,
  writeInfoAtEdge,
} from "../../store/sourceInfo.ts";
import { ORIGINAL } from "../../store/sourceMeta.ts";
import { noteHit } from "../../telemetry.ts";
import { refusalOf } from "../authorize.ts";
import { mayStore } from "../mayStore.ts";
import { fetchInfo } from "./fetchInfo.ts";

export type KnownInfo = SourceInfo & Look;

/** Throws Failure. */
export async function getInfo(
  request: RenditionRequest,
  store: RenditionStore,
  app: App,
  caller: Caller,
  job: Job,
): Promise<KnownInfo> {
  const { negatives, keys } = store;
  const places: InfoPlaces = { ...negatives, kv: app.bindings.THUMBS };
  const isUsable = (info: SourceInfo | null) => {
    const access = info === null ? "absent" : store.access(info);
    if (access === "blocked" || access === "unlisted") throw refusalOf(access);
    return access === "allowed";
  };
  const near = await readInfoAtEdge(keys.info, places);
  if (near !== null && isUsable(near) && isInfoFresh(near, app.now(), store.windows))
    return noted(near, "edge", app, job);
  refuseOverRate(request, caller, app.state.overRate, app.now());
  const work = () => lookUpOrFetch(request, store, places, isUsable, app, caller, job);
  const name = `${store.epoch}/${caller.region}/${request.authority}/${keys.info}`;
  const flight = app.state.infoFlights.run(name, app.now, work, job.priority);
  job.waitUntil(flight.catch(() => undefined));
  const { value, joined } = await flight;
  job.trace.collapsed = joined;
  isUsable(value);
  return noted(value, value.hit, app, job);
}

type Found = KnownInfo & { readonly hit: string | null };

async function lookUpOrFetch(
  request: RenditionRequest,
  store: RenditionStore,
  places: InfoPlaces,
  isUsable: (info: SourceInfo | null) => boolean,
  app: App,
  caller: Caller,
  job: Job,
): Promise<Found> {
  const { keys, windows } = store;
  const [own, meta] = await Promise.all([readInfo(keys.info, places).catch(() => null), store.sourceMeta()]);
  const look = { colour: meta?.colour ?? null, thumbhash: meta?.thumbhash ?? null };
  const stored = [own, meta?.info ?? null].filter((info) => info !== null && isUsable(info));
  const newest = stored.sort((a, b) => (b?.freshUntil ?? 0) - (a?.freshUntil ?? 0))[0] ?? null;
  const keep = async (info: SourceInfo, isNew: boolean) => {
    if (!(await mayStore(store, app, info)())) return;
    const near = writeInfoAtEdge(keys.info, { ...info, ...look }, places);
    const far = isNew ? writeInfo(keys.info, info, app.config.staleIfErrorSeconds, places) : undefined;
    await Promise.all([near, far]);
  };
  if (newest !== null && isInfoFresh(newest, app.now(), windows)) {
    job.waitUntil(keep(newest, false));
    return { ...newest, ...look, hit: "kv" };
  }
  try {
    const negative = await store.negative();
    if (negative !== null) throw negative;
    await limitMisses(request, caller, app.bindings, app.state.overRate, app.now());
    const info = await job.span("fetch source", () => fetchInfo(request, store, newest, app, caller, job));
    job.waitUntil(keep(info, true));
    return { ...info, ...look, hit: null };
  } catch (error) {
    const failure = asFailure(error);
    if (!failure.keeping.remembered) {
      job.waitUntil(putNegative(keys.negative, failure, store.negatives, mayStore(store, app)));
    }
    const until = (newest?.freshUntil ?? 0) + 1000 * app.config.staleIfErrorSeconds;
    if (newest === null || !isShared(failure.reason) || until < app.now()) throw failure;
    job.trace.failure = failure.reason;
    return { ...newest, freshUntil: Math.min(newest.freshUntil, app.now()), ...look, hit: "stale-if-error" };
  }
}

function noted<T extends KnownInfo>(info: T, hit: string | null, { now }: App, { trace }: Job): T {
  noteHit(trace, hit, { freshUntil: info.freshUntil, format: info.facts.format, variant: ORIGINAL }, now());
  return info;
}

/** Whether it may be given without asking the source. */
function isInfoFresh(info: SourceInfo, now: number, windows: StaleWindows): boolean {
  return info.freshUntil > now && info.storedAt >= markedAt(info, windows);
}
