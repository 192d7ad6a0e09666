/** THE DATA PATH past the edge: look up a picture, or render it. Everybody who asks for it meanwhile gets the same. */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Rendered } from "../context/isolateState.ts";
import { inBackground, type Job } from "../context/job.ts";
import { asFailure } from "../errors.ts";
import { refuseOverRate } from "../policy/rate.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { shownStale } from "../store/freshness.ts";
import { type Found, type LookupOptions, lookUp } from "../store/lookUp.ts";
import { recallNegative } from "../store/negative.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import type { EdgeHit } from "../store/tiers/edge.ts";
import { TIERS } from "../store/tierTable.ts";
import { addStage, noteHit } from "../telemetry.ts";
import { refusalOf } from "./authorize.ts";
import { copyNear } from "./copyNear.ts";
import { measureWeather } from "./measureWeather.ts";
import type { Miss } from "./miss.ts";
import { MissGovernors } from "./missGovernors.ts";
import { openLease } from "./openLease.ts";
import { renderMiss } from "./renderMiss.ts";

/** How long a request that has an outdated picture in hand waits for a newer one, in milliseconds. */
export const STALE_WAIT_MS = 1_500;

/** How long a picture that no store has, and whose source is known to fail, is refused without looking again, in ms. */
const NOWHERE_MS = 10_000;

/**
 * The picture, from wherever past the edge it is soonest. `askEdge`: the edge's copy was outdated, but may be the best
 * there is. Throws Failure.
 */
export async function getRendition(
  request: RenditionRequest,
  store: RenditionStore,
  app: App,
  caller: Caller,
  job: Job,
  askEdge = false,
): Promise<EdgeHit> {
  const { stored } = await getRendered(request, store, app, caller, job, askEdge);
  return { meta: stored.meta, byteLength: stored.bytes.byteLength, body: stored.bytes };
}

/** The same with where it came from. */
export async function getRendered(
  request: RenditionRequest,
  store: RenditionStore,
  app: App,
  caller: Caller,
  job: Job,
  askEdge = false,
): Promise<Rendered> {
  const work = () => lookUpOrRender(request, store, app, caller, job, askEdge);
  const flight = app.state.flights.run(flightName(store, caller), app.now, work, job.priority);
  // Others may have joined: they go on when this client goes away.
  job.waitUntil(flight.catch(() => undefined));
  const { value: first, joined } = await flight;
  // What was begun before a purge of the host that it came from is no answer for who asks after it.
  const value = joined && store.access(first.stored.meta) === "absent" ? await work() : first;
  const { meta } = value.stored;
  const access = store.access(meta);
  if (access === "blocked" || access === "unlisted") throw refusalOf(access);
  job.trace.collapsed = joined;
  noteHit(job.trace, value.hit, meta, app.now());
  return value;
}

/** Whoever asks for the same picture in the same isolate joins the work of this name. */
export function flightName({ epoch, key }: RenditionStore, { region }: Caller): string {
  return `${region}/${epoch}/${key}`;
}

/** What is stored; else, or when that is outdated, what the source has now. */
async function lookUpOrRender(
  request: RenditionRequest,
  store: RenditionStore,
  app: App,
  caller: Caller,
  job: Job,
  askEdge: boolean,
): Promise<Rendered> {
  const { now, state } = app;
  // What is refused from memory costs nothing. Everything behind this does.
  refuseOverRate(request, caller, state.overRate, now());
  const failing = recallNegative(store.keys.negative, store.negatives);
  // What one caller does not find, another may: it sees other tiers, or is held to no list.
  const nowhere = `${caller.audience}/${caller.region}/${request.authority}/${store.key}`;
  if (failing !== null && (state.nowhere.get(nowhere) ?? 0) > now()) throw failing;
  const governors = new MissGovernors(app, caller, job);
  // The request that works on it may need the grant that lies here idle.
  const onWait = () => governors.giveBack();
  const lease = openLease(store, app, caller, { joinMs: state.fetchMs.value, onWait });
  const started = now();
  const options: LookupOptions = {
    now,
    windows: store.windows,
    access: store.access,
    known: () => store.known ?? state.outdated.get(store.keys.sourceMeta) ?? null,
    calls: job.calls,
    // A miss needs both before it may ask the source.
    onAsked: () => {
      if (failing === null) void store.negative();
      void store.parents();
    },
    // Hits in the region cost no call of the coordinator, or of a governor. Who knows that the source fails asks for no grant.
    onNearMiss: () => {
      if (failing === null) void lease.ask();
      if (failing === null && caller.audience === "reader") governors.askAhead(store.sourceHost, { onlyFar: true });
      void store.sourceMeta();
    },
    onRead: measureWeather(store, app, caller, job),
  };
  const lookup = await job.span("look up", () => lookUp(store.key, askEdge ? store.tiers : pastEdge(store), options));
  job.waitUntil(lookup.rest);
  job.trace.asked.push(...lookup.asked);
  addStage(job.trace, "lookup", now() - started);

  const noteNowhere = (error: unknown): never => {
    if (asFailure(error).keeping.remembered) state.nowhere.set(nowhere, now() + NOWHERE_MS);
    throw error;
  };
  const { found, refused } = lookup;
  const miss = { request, store, lease, stale: found?.stored ?? null };
  if (found === null) {
    if (refused === null) return renderMiss({ ...miss, governors }, app, caller, job).catch(noteNowhere);
    governors.giveBack();
    job.waitUntil(lease.release());
    throw refusalOf(refused);
  }
  if (found.freshness === "if-error") return newerOrStale(found, { ...miss, governors }, app, caller, job);
  governors.giveBack();
  if (found.freshness === "revalidate" && state.renewals.first(`${store.staleSince}/${store.key}`, now())) {
    inBackground((behind, apart) => renderMiss(miss, app, behind, apart), app, caller, job);
  } else {
    job.waitUntil(lease.release());
  }
  if (found.freshness !== "fresh") return { stored: shownStale(found.stored, now()), hit: found.tier };
  job.waitUntil(
    copyNear(found, lookup, store, app, () => {
      if (!state.renewals.first(`${store.staleSince}/${store.key}`, now())) return;
      const again = (behind: Caller, apart: Job) => lookUpOrRender(request, store, app, behind, apart, false);
      inBackground(again, app, caller, job);
    }),
  );
  return { stored: found.stored, hit: found.tier, holders: lookup.holders };
}

function pastEdge({ tiers }: RenditionStore): RenditionStore["tiers"] {
  return tiers.filter(({ row }) => row !== TIERS.edge);
}

/** A newer picture if the source has one soon, else the old one: stale-if-error (RFC 5861 4), and if-slow. */
async function newerOrStale(found: Found, miss: Miss, app: App, caller: Caller, job: Job): Promise<Rendered> {
  const newer = renderMiss(miss, app, caller, job);
  // It goes on after the answer, and is stored when it comes.
  job.waitUntil(newer.catch(() => undefined));
  try {
    const soonest = await Promise.race([newer, sleep(STALE_WAIT_MS)]);
    if (soonest !== undefined) return soonest;
  } catch (error) {
    job.trace.failure = asFailure(error).reason;
  }
  return { stored: shownStale(found.stored, app.now()), hit: "stale-if-error" };
}

function sleep(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
