/** A picture of a push, brought to the region where its reader is, or to two: copied from the primary, else rendered. */
import { withTimeout } from "../concurrency/timeout.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { askTier, judge } from "../store/lookUp.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import type { R2Tier } from "../store/tiers/r2.ts";
import type { PutOutcome, Stored, StoredMeta } from "../store/tiers/tier.ts";
import { TIERS } from "../store/tierTable.ts";
import { noteHit } from "../telemetry.ts";
import { refusalOf } from "./authorize.ts";
import { flightName } from "./getRendition.ts";
import { mayStore } from "./mayStore.ts";
import { openLease } from "./openLease.ts";
import { renderMiss } from "./renderMiss.ts";

/** How long a push waits for the region to take a copy, in milliseconds: a trip over an ocean takes a tenth of it. */
export const PUT_WAIT_MS = 5_000;

/**
 * `made`: the region has taken the copy. `present`: it has one that it received later than the primary did. `failed`: it
 * has not taken the copy. `nowhere`: the primary has no fresh copy that may be used; `stale` is the one it has.
 */
export type Copied =
  | { readonly outcome: "made" | "present" | "failed" }
  | { readonly outcome: "nowhere"; readonly stale: Stored | null };

/**
 * Reads the primary and writes the region, and the second one beside it: two trips, and no other. The write is conditional, so that it replaces an
 * older copy and never a newer one. A region without a bucket is served by the primary. Throws Failure when the copy came
 * from an address that is blocked or not listed.
 */
export async function copyToRegion(store: RenditionStore, app: App, job: Job): Promise<Copied> {
  const { calls, trace, waitUntil } = job;
  const { key, region, beside, primary, access, windows } = store;
  const { now } = app;
  const reading = calls.run("tier", () => primary.getUploaded(key));
  const read = await askTier(primary.name, reading, TIERS.primary.waitMs, now, trace.asked);
  const verdict = read === null ? null : judge(read.stored, primary.name, { now, windows, access });
  if (verdict?.use === "refused") throw refusalOf(verdict.why);
  if (read === null || verdict?.use !== "answer") return { outcome: "nowhere", stale: null };
  const { stored } = read;
  if (verdict.found.freshness !== "fresh") return { outcome: "nowhere", stale: stored };
  noteHit(trace, primary.name, stored.meta, now());
  if (region === null) return { outcome: "present" };
  const copyTo = (bucket: R2Tier) =>
    writeToRegion(store, bucket, stored.meta, () => bucket.putOver(key, stored, read.uploaded), app, job);
  const second = beside === null ? null : copyTo(beside);
  const writing = copyTo(region).then(async (outcome) =>
    // The second one was brought a picture that the first had.
    outcome === "present" && (await second) === "made" ? "made" : outcome,
  );
  // A write that hangs must not hold up the push. What arrives late is checked all the same.
  waitUntil(Promise.all([writing, second]));
  return { outcome: await withTimeout(writing, PUT_WAIT_MS).catch(() => "failed" as const) };
}

/** Never writes what was purged or taken down, and deletes it when that happens on its way. */
async function writeToRegion(
  store: RenditionStore,
  region: R2Tier,
  meta: StoredMeta,
  write: () => Promise<PutOutcome>,
  app: App,
  { calls }: Job,
): Promise<"made" | "present" | "failed"> {
  const { key } = store;
  const permission = mayStore(store, app, meta);
  if (!(await permission())) return "failed";
  const put = await calls.run("put", write).catch(() => "refused");
  if (put === "present") return "present";
  const isAllowed = await permission();
  if (!isAllowed) await withTimeout(region.delete(key), TIERS.region.waitMs).catch(() => undefined);
  return put === "stored" && isAllowed ? "made" : "failed";
}

/**
 * Renders what the primary has no fresh copy of. Joins a reader of this isolate who renders it, or a push of the same
 * picture for another region, and then stores what that has made. Throws Failure.
 */
export async function renderForRegion(
  request: RenditionRequest,
  store: RenditionStore,
  stale: Stored | null,
  app: App,
  caller: Caller,
  job: Job,
): Promise<void> {
  const lease = openLease(store, app, caller, { claim: true });
  // Who joins a reader claims nothing: the reader would wait for a claim that nobody works at.
  const work = () => {
    void lease.ask();
    // The render needs both before it may ask the source.
    void store.negative();
    void store.parents();
    return renderMiss({ request, store, stale, lease }, app, caller, job);
  };
  const { flights } = app.state;
  const { region } = caller;
  let joinedReader = false;
  const forRegion = async () => {
    const flight = await flights.run(flightName(store, caller), app.now, work, job.priority);
    joinedReader = flight.joined;
    return { ...flight.value, pushedTo: region };
  };
  // The source is asked once, for however many regions.
  const { value, joined } = await flights.run(`push/${store.epoch}/${store.key}`, app.now, forRegion, job.priority);
  const access = store.access(value.stored.meta);
  if (access === "blocked" || access === "unlisted") throw refusalOf(access);
  job.trace.collapsed = joined || joinedReader;
  noteHit(job.trace, value.hit, value.stored.meta, app.now());
  const { stored, pushedTo } = value;
  const { region: bucket, key } = store;
  if (pushedTo === region || bucket === null) return;
  const writing = writeToRegion(store, bucket, stored.meta, () => bucket.put(key, stored), app, job);
  job.waitUntil(writing);
  if ((await writing) === "made") job.onStored();
}
