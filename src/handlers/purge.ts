/**
 * `POST /purge`: what is stored of a source, a prefix, a host or one path goes, everywhere. The first call raises the
 * host's epoch, so that every edge and KV copy is a miss, and blocks when told to; then each call deletes for as long
 * as an invocation may, and gives the cursor for the next.
 */

import { replaceSettings, type Scope } from "../context/scope.ts";
import { Failure } from "../errors.ts";
import { changeLedger } from "../live/ledger.ts";
import type { LiveSettings } from "../live/liveSettings.ts";
import { type Target, withPurge } from "../policy/blocked.ts";
import { canonicalOptions } from "../request/canonical.ts";
import { parseObject, readBody } from "../request/control/jsonBody.ts";
import { type PurgeTarget, readPurgeOrder } from "../request/control/purgeOrder.ts";
import { readImageRequest, urlOfPath } from "../request/readImageRequest.ts";
import { checkSignedBody } from "../request/signing/signedBody.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import { hostHash, sourceKeys } from "../store/key.ts";
import { BadCursor, type PurgeTarget as Deletion, type PurgeStep, purgeStep } from "../store/purge.ts";
import { allBuckets } from "../store/tierTable.ts";

/** Answers `{deleted, cursor, done}`. Throws Failure. */
export async function purge(request: Request, scope: Scope): Promise<Answer> {
  const { config, now } = scope;
  if (config.purgeSecret === null) throw new Failure("not_found");
  const body = await readBody(request);
  await checkSignedBody(request.headers, "/purge", body, config.purgeSecret, now());
  const { target, block, cursor } = readPurgeOrder(parseObject(body));
  scope.trace.door = "purge";
  const deletions = await deletionsOf(target, scope);
  const targets = await targetsOf(target, deletions);
  if (cursor === null) await announce(targets, block, scope);
  const step = await deleteSome(deletions, cursor, scope);
  // Copies that were being made while we deleted are older than this epoch, and so end too.
  if (step.done) await announce(targets, null, scope);
  return jsonAnswer(200, step);
}

/** One step. The cursor is the deletion it stopped in and that one's own: `1.<cursor>`. */
async function deleteSome(deletions: readonly Deletion[], cursor: string | null, { env }: Scope): Promise<PurgeStep> {
  const stores = { buckets: allBuckets(env), kv: env.THUMBS };
  const [, at = "0", inner = null] = /^(\d)\.(.+)$/.exec(cursor ?? "") ?? [];
  if (cursor !== null && inner === null) throw new Failure("body_invalid", { why: "cursor is not one of a purge" });
  let deleted = 0;
  for (const [index, deletion] of deletions.entries()) {
    if (index < Number(at)) continue;
    try {
      const step = await purgeStep(deletion, { ...stores, cursor: index === Number(at) ? inner : null });
      deleted += step.deleted;
      if (!step.done) return { deleted, cursor: `${index}.${step.cursor}`, done: false };
    } catch (error) {
      if (error instanceof BadCursor) throw new Failure("body_invalid", { why: error.message });
      throw error;
    }
  }
  return { deleted, cursor: null, done: true };
}

/** Raises epochs and sets or lifts blocks; this isolate sees it at once, the others within the settings' age. */
async function announce(targets: readonly Target[], block: boolean | null, { env, now }: Scope): Promise<void> {
  const at = now();
  const change = (settings: LiveSettings) =>
    targets.reduce((changed, target) => withPurge(changed, target, block, at), settings);
  const text = await changeLedger(env, change, at);
  replaceSettings(text, now());
}

/** The Accept headers whose answers a path may have been stored under, one per class. */
const ACCEPTS = ["image/webp", "*/*"] as const;

/**
 * A path is one picture in the formats it was negotiated to; its signature is checked, but it may have expired. A
 * source goes over http and https alike: whoever had a picture taken down did not mean one scheme.
 */
async function deletionsOf(target: PurgeTarget, scope: Scope): Promise<readonly Deletion[]> {
  if (target.kind === "source") return schemesOf(target.source).map((source) => ({ kind: "source", source }));
  if (target.kind !== "path") return [target];
  const url = urlOfPath(scope.origin, target.path);
  return Promise.all(
    ACCEPTS.map(async (accept): Promise<Deletion> => {
      const wanted = await readImageRequest(url, accept, scope.config, 0);
      return { kind: "picture", source: wanted.source, options: canonicalOptions(wanted) };
    }),
  );
}

/** Whose epoch is raised and who is blocked. */
async function targetsOf(target: PurgeTarget, deletions: readonly Deletion[]): Promise<readonly Target[]> {
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
