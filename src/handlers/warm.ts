/**
 * `POST /warm`: the warmer says which pictures a user is about to load. The same data path makes them, for the region's
 * bucket; nothing is refused to a browser that is allowed here, and nothing allowed that a browser would be refused.
 */

import { Priority } from "../concurrency/priority.ts";
import { behind, type Scope } from "../context/scope.ts";
import { asFailure, Failure } from "../errors.ts";
import { checkSource } from "../policy/source.ts";
import { admitted, obtain } from "../rendition/getRendition.ts";
import { parseObject, readBody } from "../request/control/jsonBody.ts";
import { readWarmOrder, type WarmOrder } from "../request/control/warmOrder.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { readImageRequest, urlOfPath } from "../request/readImageRequest.ts";
import { checkSignedBody } from "../request/signing/signedBody.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import { lookUp } from "../store/lookUp.ts";
import { isBlocked, openRenditionStore } from "../store/renditionStore.ts";

/** Pictures of one push made at once: user requests must find fetches and the engine free. */
const AT_ONCE = 2;

type Refusal = { readonly path: string; readonly reason: string };
type Job = { readonly path: string; readonly wanted: ImageRequest };
type Result = "warmed" | "already" | `refused:${string}`;

/** Answers a push: 202 after policy and the work goes on, or with `?wait=1` 200 when it is done. Throws Failure. */
export async function warm(request: Request, scope: Scope): Promise<Answer> {
  const { config, env, now } = scope;
  const started = now();
  if (config.warmSecret === null) throw new Failure("not_found");
  const body = await readBody(request);
  await checkSignedBody(request.headers, "/warm", body, config.warmSecret, started);
  const order = readWarmOrder(parseObject(body), config.regions);
  scope.trace.door = "warm";
  scope.trace.region = order.region;
  const { success } = await env.WARM_LIMIT.limit({ key: order.region }).catch(() => ({ success: true }));
  if (!success) throw new Failure("rate_limited", { retryAfter: 1 });
  const { jobs, refused } = await admit(order, scope);
  const expires = started + order.deadlineMs;
  if (new URL(request.url).searchParams.get("wait") !== "1") {
    behind(scope, (apart) => run(jobs, { ...apart, region: order.region, warming: true }, expires));
    return jsonAnswer(202, { accepted: jobs.length, refused });
  }
  const results = await run(jobs, { ...scope, region: order.region, warming: true }, expires);
  for (const { path, reason } of refused) results.set(path, `refused:${reason}`);
  // As they were asked for, whichever was done first.
  const inOrder = [...new Set(order.paths)].map((path) => ({ path, result: results.get(path) }));
  return jsonAnswer(200, { accepted: jobs.length, refused, results: inOrder });
}

/** Policy for each path, as for a browser. */
async function admit(order: WarmOrder, scope: Scope): Promise<{ jobs: readonly Job[]; refused: readonly Refusal[] }> {
  const { config, origin, ownHost, now } = scope;
  const jobs: Job[] = [];
  const refused: Refusal[] = [];
  for (const path of new Set(order.paths)) {
    try {
      const wanted = await readImageRequest(urlOfPath(origin, path), order.accept, config, now());
      checkSource(wanted.source, wanted.authority, config, ownHost);
      const { keys } = await openRenditionStore(wanted, scope);
      if (isBlocked(keys, config)) throw new Failure("blocked");
      jobs.push({ path, wanted });
    } catch (error) {
      refused.push({ path, reason: asFailure(error).reason });
    }
  }
  return { jobs, refused };
}

/** Works through the jobs, a few at once; one that has not begun by `expires` (unix ms) is dropped. */
async function run(jobs: readonly Job[], scope: Scope, expires: number): Promise<Map<string, Result>> {
  const queue = [...jobs];
  const results = new Map<string, Result>();
  const worker = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      results.set(job.path, await warmOne(job.wanted, scope, expires));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Makes or copies one picture and waits until it is stored: only then is it warm. */
async function warmOne(wanted: ImageRequest, scope: Scope, expires: number): Promise<Result> {
  const storing: Promise<unknown>[] = [];
  const later = (work: Promise<unknown>) => {
    storing.push(work.catch(() => undefined));
    // What begins when the storing is done, such as a master's order, is not waited for here and must not be cut off.
    scope.later(work);
  };
  // Each its own: a user who joins one does not hurry the others.
  const own = { ...scope, later, priority: new Priority("warm") };
  try {
    if (scope.now() > expires) return "refused:deadline";
    const shelf = await admitted(wanted, own);
    const tiers = { ...shelf.tiers, primary: null };
    const near = await lookUp(shelf.key, tiers, { now: scope.now, windows: scope.config });
    if (near.found?.freshness === "fresh") return "already";
    await obtain(wanted, shelf, own);
    await Promise.all(storing);
    return "warmed";
  } catch (error) {
    return `refused:${asFailure(error).reason}`;
  }
}
