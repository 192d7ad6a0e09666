/**
 * `POST /purge`: deletes what is stored of a source, a prefix, a host, one path or one maker, everywhere. The first call
 * raises the host's epoch, so that every edge and KV copy is a miss, and blocks when it is told to. Then each call deletes
 * for as long as an invocation may, and answers with the cursor for the next.
 */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import { presentMakers } from "../image/maker.ts";
import { changeLedger } from "../live/ledger.ts";
import type { LiveSettings } from "../live/liveSettings.ts";
import type { BlockOrder } from "../live/orders.ts";
import { type Target, withPurge, withRetired, withStale } from "../live/takedown.ts";
import { asAvif, canonicalOptions } from "../request/canonical.ts";
import { parseObject, readBody } from "../request/control/jsonBody.ts";
import { type PurgeTarget, readPurgeOrder } from "../request/control/purgeOrder.ts";
import { readImageRequest, urlOfPath } from "../request/readImageRequest.ts";
import { checkSignedBody, TIME_HEADER } from "../request/signing/signedBody.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import { BadCursor, type PurgeTarget as Deletion, type PurgeStep, purgeStep, STEP_OPERATIONS } from "../store/purge.ts";
import { hostHash, sourceKeys } from "../store/schema/key.ts";
import type { PurgePageOrder } from "../store/tiers/tier.ts";
import { purgeStores } from "../store/tierTable.ts";
import { removeFromCatalogue } from "./purge/catalogueRemoval.ts";

/** Answers `{deleted, cursor, done}`. Throws Failure. */
export async function purge(http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  const { config, now } = app;
  if (config.purgeSecret === null) throw new Failure("not_found");
  const body = await readBody(http);
  await checkSignedBody(http.headers, "/purge", body, config.purgeSecret, now());
  const { target, block, stale, cursor } = readPurgeOrder(parseObject(body));
  job.trace.door = "purge";
  if (target.kind === "maker" && presentMakers().includes(target.maker)) {
    const why = `maker ${target.maker} is this Worker's own: deploy another version first, or every picture would be a miss`;
    throw new Failure("body_invalid", { why });
  }
  const deletions = await deletionsOf(target, app, caller);
  if (stale && target.kind !== "maker") return markStale(await targetsOf(target, deletions), app);
  const { change, hashes } = await changeOf(target, deletions);
  const time = Number(http.headers.get(TIME_HEADER));
  const order = block === null ? null : { hashes, block, time };
  if (cursor === null) await announce(change, block, app, order);
  // A block that is lifted gives the picture back, and its labels were deleted when it came.
  const isRemoved = (target.kind === "source" || target.kind === "host") && block !== false;
  const removed = { targets: isRemoved ? await targetsOf(target, deletions) : [], isTakedown: block === true };
  const step = await deleteSome(deletions, removed, cursor, app);
  // Copies that were being made while we deleted are older than this epoch, so they are misses too.
  if (step.done) await announce(change, null, app);
  return jsonAnswer(200, step);
}

/**
 * One step. The cursor is the deletion it stopped in and that one's own: `1.<cursor>`. Behind the last deletion comes what the
 * catalogue knows of `removed`.
 */
async function deleteSome(
  deletions: readonly Deletion[],
  removed: { readonly targets: readonly Target[]; readonly isTakedown: boolean },
  cursor: string | null,
  { bindings }: App,
): Promise<PurgeStep> {
  const { targets, isTakedown } = removed;
  // All deletions of a step share what one invocation may do.
  let left = STEP_OPERATIONS;
  const stores = purgeStores(bindings).map((store) => ({
    ...store,
    purgePage: async (order: PurgePageOrder) => {
      const page = await store.purgePage(order);
      left -= page.operations;
      return page;
    },
  }));
  const [, at = "0", inner = null] = /^(\d)\.(.+)$/.exec(cursor ?? "") ?? [];
  if (cursor !== null && (inner === null || Number(at) >= deletions.length + Math.min(1, targets.length))) {
    throw new Failure("body_invalid", { why: "cursor is not one of this purge" });
  }
  let deleted = 0;
  for (const [index, deletion] of deletions.entries()) {
    if (index < Number(at)) continue;
    try {
      const from = index === Number(at) ? inner : null;
      const step = await purgeStep(deletion, { stores, cursor: from }, { operations: Math.max(1, left) });
      deleted += step.deleted;
      if (!step.done) return { deleted, cursor: `${index}.${step.cursor}`, done: false };
    } catch (error) {
      if (error instanceof BadCursor) throw new Failure("body_invalid", { why: error.message });
      throw error;
    }
  }
  if (targets.length === 0) return { deleted, cursor: null, done: true };
  const from = Number(at) === deletions.length ? inner : null;
  const step = await removeFromCatalogue(targets, isTakedown, from, bindings);
  if (step === null) throw new Failure("body_invalid", { why: "cursor is not one of this purge" });
  const next = step.cursor === null ? null : `${deletions.length}.${step.cursor}`;
  return { deleted: deleted + step.deleted, cursor: next, done: step.done };
}

type ChangeOf = { readonly change: Change; readonly hashes: readonly string[] };
type Change = (settings: LiveSettings, block: boolean | null, now: number) => LiveSettings;

/** Publishes the change; this isolate sees it at once, the others within the settings' age. */
async function announce(
  change: Change,
  block: boolean | null,
  { bindings, now, state }: App,
  order: BlockOrder | null = null,
): Promise<void> {
  const at = now();
  const text = await changeLedger(bindings, (settings) => change(settings, block, at), at, order);
  state.liveConfig.replace(text, now());
}

/** Nothing is deleted, so it is done at once. */
async function markStale(targets: readonly Target[], app: App): Promise<Answer> {
  await announce(
    (settings, _, now) => targets.reduce((changed, one) => withStale(changed, one, now), settings),
    null,
    app,
  );
  return jsonAnswer(200, { deleted: 0, cursor: null, done: true } satisfies PurgeStep);
}

/** The Accept headers whose answers a path may have been stored under, one per class. */
const ACCEPTS = ["image/webp", "*/*"] as const;

/**
 * A path is one picture in the formats it was negotiated to; its signature is checked, but it may have expired. A source
 * is deleted over http and https alike: whoever had a picture taken down did not mean one scheme.
 */
async function deletionsOf(target: PurgeTarget, { config }: App, { origin }: Caller): Promise<readonly Deletion[]> {
  if (target.kind === "source") return schemesOf(target.source).map((source) => ({ kind: "source", source }));
  if (target.kind !== "path") return [target];
  const url = urlOfPath(origin, target.path);
  const requests = await Promise.all(ACCEPTS.map((accept) => readImageRequest(url, accept, config, 0)));
  const [first] = requests;
  // What a job has made of it later.
  const later = first?.transform.format === "auto" ? [asAvif(first)] : [];
  return [...requests, ...later].map((request) => ({
    kind: "picture",
    source: request.source,
    options: canonicalOptions(request),
  }));
}

/** Whose epoch is raised and who is blocked, or which maker is retired. `hashes`: what a block of it names. */
async function changeOf(target: PurgeTarget, deletions: readonly Deletion[]): Promise<ChangeOf> {
  if (target.kind === "maker") return { change: (settings) => withRetired(settings, target.maker), hashes: [] };
  const targets = await targetsOf(target, deletions);
  return {
    change: (settings, block, now) => targets.reduce((changed, one) => withPurge(changed, one, block, now), settings),
    hashes: targets.map(({ host16, source32 }) => source32 ?? host16),
  };
}

async function targetsOf(
  target: Exclude<PurgeTarget, { kind: "maker" }>,
  deletions: readonly Deletion[],
): Promise<readonly Target[]> {
  if (target.kind === "host" || target.kind === "prefix") {
    return [{ host16: await hostHash(target.host), source32: null }];
  }
  const sources = deletions.flatMap((deletion) => ("source" in deletion ? [deletion.source] : []));
  return Promise.all([...new Set(sources)].map((source) => sourceKeys(source)));
}

function schemesOf(source: string): readonly string[] {
  const rest = source.slice(source.indexOf(":"));
  return [`https${rest}`, `http${rest}`].map((url) => new URL(url).href);
}
