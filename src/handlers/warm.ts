/**
 * `POST /warm`: the warmer says which pictures a reader is about to load. The same data path renders them, for the
 * region's bucket. What a browser may have here is warmed, and nothing else.
 */
import type { App } from "../context/app.ts";
import { type Caller, withAudience } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { asFailure, Failure } from "../errors.ts";
import { checkSource } from "../policy/source.ts";
import { isBlocked } from "../policy/storedAccess.ts";
import { noteSource } from "../rendition/noteSource.ts";
import { parseObject, readBody } from "../request/control/jsonBody.ts";
import { readWarmOrder, type WarmOrder } from "../request/control/warmOrder.ts";
import { readImageRequest, urlOfPath } from "../request/readImageRequest.ts";
import { checkSignedBody } from "../request/signing/signedBody.ts";
import { type Answer, jsonAnswer, linesAnswer } from "../respond/answer.ts";
import { namesOf } from "../store/renditionStore.ts";
import { newTrace } from "../telemetry.ts";
import { movedTo } from "../weather/pushedTo.ts";
import { lineOf, type WarmResult, waitedWord } from "./warm/outcome.ts";
import { type WarmOrder as PictureOrder, recordRefused, warmPicture } from "./warm/warmPicture.ts";

/**
 * Pictures of one push that are worked on at once. An invocation has six connections (store/storeCalls.ts), and a copy
 * holds one of them while it crosses an ocean. The warmer sends as many in one push (`WARM_BATCH`). Readers go first in the
 * queues for the source and for the engine (concurrency/priority.ts).
 */
const AT_ONCE = 5;

/** An `Accept` of this type asks for outcomes, a line each. */
const LINES_TYPE = "application/x-ndjson";

type Refusal = { readonly path: string; readonly reason: string };
type Accepted = PictureOrder & { readonly path: string };
type Tell = (path: string, result: WarmResult) => void;

/**
 * Answers 202 after policy, and the work goes on; with `?wait=1` it answers 200 when the work is done; with
 * `Accept: application/x-ndjson` 200 and the outcome of each picture as soon as it is known. Throws Failure.
 */
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
  const pusher = withAudience({ ...caller, region, beside: secondRegion(order, config) }, "warm");
  const { accepted, refused } = await accept(order, app, pusher, job);
  const expires = started + order.deadlineMs;
  const first = { accepted: accepted.length, refused, regions: config.regionMap.version };
  const work = (tell: Tell) => warmAll(accepted, app, pusher, job, expires, tell);
  if (http.headers.get("accept")?.toLowerCase().includes(LINES_TYPE)) return linesAnswer(streamed(first, work, job));
  if (new URL(http.url).searchParams.get("wait") !== "1") {
    job.waitUntil(work(() => undefined));
    return jsonAnswer(202, first);
  }
  const words = new Map<string, string>(refused.map(({ path, reason }) => [path, `refused:${reason}`]));
  await work((path, result) => words.set(path, waitedWord(result)));
  // In the order of the push, whichever was done first.
  const results = [...new Set(order.paths)].map((path) => ({ path, result: words.get(path) }));
  return jsonAnswer(200, { ...first, results });
}

/**
 * A region that the fixed table names stands for its data centres, and some of them may read another one now. Whoever has
 * the present map has named that one already.
 */
function secondRegion({ region, regions: version }: WarmOrder, config: App["config"]): string | null {
  const { regionMap: map, regions: deployed, regionOverrides: overrides } = config;
  return version !== null && version >= map.version ? null : movedTo(region, { deployed, overrides, map });
}

/** Policy for each path, as for a browser. */
async function accept(order: WarmOrder, app: App, { origin, ownHost, region, colo }: Caller, { trace }: Job) {
  const { config, now } = app;
  const accepted: Accepted[] = [];
  const refused: Refusal[] = [];
  for (const path of new Set(order.paths)) {
    const own = newTrace("warm", region, colo, trace.ray);
    try {
      const request = await readImageRequest(urlOfPath(origin, path), order.accept, config, now());
      own.door = request.grammar;
      const names = await namesOf(request);
      noteSource(own, names, request);
      checkSource(request.source, request.authority, config, ownHost);
      if (isBlocked(names.keys, config)) throw new Failure("blocked");
      accepted.push({ path, request, trace: own });
    } catch (error) {
      const failure = asFailure(error);
      refused.push({ path, reason: failure.reason });
      recordRefused(own, failure, app);
    }
  }
  return { accepted, refused };
}

/** Works through the pictures, a few at once. One that has not begun by `expires` (unix ms) is dropped. */
async function warmAll(
  accepted: readonly Accepted[],
  app: App,
  caller: Caller,
  job: Job,
  expires: number,
  tell: Tell,
): Promise<void> {
  // In a turn of its own, so that the answer's first line leaves before the pictures take the isolate's one thread.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const queue = [...accepted];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      tell(next.path, await warmPicture(next, app, caller, job, expires));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The lines of the answer. The work goes on when the client has gone, and waits for no client that reads slowly. */
function streamed(first: object, work: (tell: Tell) => Promise<void>, job: Job): ReadableStream<Uint8Array> {
  let isOpen = true;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const whileOpen = (act: () => void) => {
        try {
          if (isOpen) act();
        } catch {
          // The stream has ended without a call of `cancel`. That must not end the work.
          isOpen = false;
        }
      };
      controller.enqueue(lineOf(first));
      const tell: Tell = (path, result) => whileOpen(() => controller.enqueue(lineOf({ path, ...result })));
      job.waitUntil(work(tell).finally(() => whileOpen(() => controller.close())));
    },
    cancel() {
      isOpen = false;
    },
  });
}
