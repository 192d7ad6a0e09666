/**
 * `POST /warm`: the warmer says which pictures a reader is about to load. The same data path renders them, for the
 * region's bucket. What a browser may have here is warmed, and nothing else.
 */
import type { App } from "../context/app.ts";
import { type Caller, withAudience } from "../context/caller.ts";
import { inBackground, type Job, newJob } from "../context/job.ts";
import { asFailure, Failure } from "../errors.ts";
import { checkSource } from "../policy/source.ts";
import { isBlocked } from "../policy/storedAccess.ts";
import { authorize } from "../rendition/authorize.ts";
import { getRendition } from "../rendition/getRendition.ts";
import { parseObject, readBody } from "../request/control/jsonBody.ts";
import { readWarmOrder, type WarmOrder } from "../request/control/warmOrder.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { readImageRequest, urlOfPath } from "../request/readImageRequest.ts";
import { checkSignedBody } from "../request/signing/signedBody.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import { lookUp } from "../store/lookUp.ts";
import { namesOf } from "../store/renditionStore.ts";
import { TIERS } from "../store/tierTable.ts";

/** Pictures of one push that are rendered at once. Readers' requests must find fetches and the engine free. */
const AT_ONCE = 2;

type Refusal = { readonly path: string; readonly reason: string };
type Accepted = { readonly path: string; readonly request: ImageRequest };
type Result = "warmed" | "already" | `refused:${string}`;

/** Answers 202 after policy, and the work goes on; with `?wait=1` it answers 200 when the work is done. Throws Failure. */
export async function warm(http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  const { config, bindings, now } = app;
  const started = now();
  if (config.warmSecret === null) throw new Failure("not_found");
  const body = await readBody(http);
  await checkSignedBody(http.headers, "/warm", body, config.warmSecret, started);
  const order = readWarmOrder(parseObject(body), config.regions);
  const { region } = order;
  job.trace.door = "warm";
  job.trace.region = region;
  const { success } = await bindings.WARM_LIMIT.limit({ key: region }).catch(() => ({ success: true }));
  if (!success) throw new Failure("rate_limited", { retryAfter: 1 });
  const { accepted, refused } = await accept(order, app, caller);
  const expires = started + order.deadlineMs;
  const pusher = withAudience({ ...caller, region }, "warm");
  if (new URL(http.url).searchParams.get("wait") !== "1") {
    inBackground((behind, apart) => warmAll(accepted, app, behind, apart, expires), app, pusher, job);
    return jsonAnswer(202, { accepted: accepted.length, refused });
  }
  const results = await warmAll(accepted, app, pusher, job, expires);
  for (const { path, reason } of refused) results.set(path, `refused:${reason}`);
  // In the order of the push, whichever was done first.
  const inOrder = [...new Set(order.paths)].map((path) => ({ path, result: results.get(path) }));
  return jsonAnswer(200, { accepted: accepted.length, refused, results: inOrder });
}

/** Policy for each path, as for a browser. */
async function accept(order: WarmOrder, { config, now }: App, { origin, ownHost }: Caller) {
  const accepted: Accepted[] = [];
  const refused: Refusal[] = [];
  for (const path of new Set(order.paths)) {
    try {
      const request = await readImageRequest(urlOfPath(origin, path), order.accept, config, now());
      checkSource(request.source, request.authority, config, ownHost);
      if (isBlocked((await namesOf(request)).keys, config)) throw new Failure("blocked");
      accepted.push({ path, request });
    } catch (error) {
      refused.push({ path, reason: asFailure(error).reason });
    }
  }
  return { accepted, refused };
}

/** Works through the pictures, a few at once. One that has not begun by `expires` (unix ms) is dropped. */
async function warmAll(accepted: readonly Accepted[], app: App, caller: Caller, job: Job, expires: number) {
  const queue = [...accepted];
  const results = new Map<string, Result>();
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results.set(next.path, await warmOne(next.request, app, caller, job, expires));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Renders or copies one picture and waits until it is stored: only then is it warm. */
async function warmOne(
  request: ImageRequest,
  app: App,
  caller: Caller,
  { trace, waitUntil }: Job,
  expires: number,
): Promise<Result> {
  const storing: Promise<unknown>[] = [];
  // Each picture has a priority of its own: a reader who joins one does not hurry the others.
  const own: Job = {
    ...newJob(caller, waitUntil),
    trace,
    waitUntil: (work) => {
      storing.push(work.catch(() => undefined));
      // What begins when the storing is done, such as a master's order, is not waited for here. It must not be cut off.
      waitUntil(work);
    },
  };
  try {
    if (app.now() > expires) return "refused:deadline";
    const store = await authorize(request, app, caller, own);
    const near = store.tiers.filter(({ row }) => row !== TIERS.primary);
    const { found } = await lookUp(store.key, near, { now: app.now, windows: store.windows, access: store.access });
    if (found?.freshness === "fresh") return "already";
    await getRendition(request, store, app, caller, own);
    await Promise.all(storing);
    return "warmed";
  } catch (error) {
    return `refused:${asFailure(error).reason}`;
  }
}
