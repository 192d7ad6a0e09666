/** A GET or HEAD for a picture: the data path of a hit. */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { asFailure, Failure } from "../errors.ts";
import { isShared } from "../keepFailure.ts";
import { refuseLoop } from "../policy/loop.ts";
import { refuseReferer } from "../policy/referers.ts";
import { isBlocked } from "../policy/storedAccess.ts";
import { authorize, refusalOf } from "../rendition/authorize.ts";
import { mayGetAvif } from "../rendition/avifJob.ts";
import { getRendition } from "../rendition/getRendition.ts";
import { redirectTarget } from "../rendition/saturation.ts";
import { edgeKeyOf, getSecondView } from "../rendition/secondView.ts";
import { secureFirst } from "../rendition/secureFirst.ts";
import { clientHints } from "../request/clientHints.ts";
import { PHOTON_AUTHENTICATION_HEADER } from "../request/grammars/photon.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { type Answer, redirectAnswer } from "../respond/answer.ts";
import { conditional } from "../respond/conditional.ts";
import { fallbackAnswer, fallbackImageAnswer, imageHeaders } from "../respond/headers.ts";
import { type EdgeLookup, lookUpEdge } from "../store/edgeLookup.ts";
import { namesOf, type RenditionStore } from "../store/renditionStore.ts";
import { addStage, noteFailure, noteHit } from "../telemetry.ts";
import { answerInfo } from "./info.ts";

/** Answers with the picture, or 304; where its source fails, by a redirect if the address asks for one. Throws Failure. */
export async function image(http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  const { config, state, now } = app;
  refuseLoop(http.headers, config);
  refuseReferer(http.headers, config);
  const authentication = http.headers.get(PHOTON_AUTHENTICATION_HEADER);
  const accept = http.headers.get("accept");
  const { request, keep } = await state.requests.read(
    http.url,
    accept,
    config,
    now(),
    authentication,
    clientHints(http.headers, config),
  );
  if (request.info !== undefined) return answerInfo(request, http, app, caller, job);
  job.trace.door = request.grammar;
  try {
    const answer = await secureFirst(request, app, (one) => answerFor(one, http, app, caller, job));
    keep();
    return answer;
  } catch (error) {
    const instead = await sentToSource(asFailure(error), request, app, caller, job);
    if (instead !== null) return instead;
    const failure = asFailure(error).notPast(request.expires === null ? null : request.expires * 1000);
    if (!isShared(failure.reason)) throw failure;
    if (request.fallback === undefined) {
      const stand = await standIn(request, failure, http, app, caller, job);
      if (stand === null) throw failure;
      noteFailure(job.trace, failure, now());
      return stand;
    }
    noteFailure(job.trace, failure, now());
    return fallbackAnswer(request.fallback, failure, now());
  }
}

async function answerFor(request: ImageRequest, http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  const { config, now } = app;
  const store = await authorize(request, app, caller, job);
  const takesAvif = mayGetAvif(request, app);
  const edge = await askEdge(store, takesAvif ? edgeKeyOf(store) : store.key, app, job);
  const pastEdge = () =>
    takesAvif
      ? getSecondView(request, store, app, caller, job)
      : getRendition(request, store, app, caller, job, edge.outdated);
  const picture = edge.hit ?? (await pastEdge());
  const headers = imageHeaders(request, picture.meta, picture.byteLength, now(), config);
  return conditional(http, headers, picture.body, now());
}

/** `FALLBACK_IMAGE_URL` in the size asked for; null where there is none, or where it fails too. */
async function standIn(
  request: ImageRequest,
  failure: Failure,
  { url, method }: Request,
  app: App,
  caller: Caller,
  job: Job,
): Promise<Answer | null> {
  const { fallbackImageUrl: source, fallbackImageHttpCode: status } = app.config;
  if (source === null || source === request.source) return null;
  const { signer: _, ...rest } = request;
  // The operator vouches for it. No answer may say that it is the picture that was asked for.
  const transform = { ...request.transform, raw: false, skip: [] };
  const other: ImageRequest = { ...rest, source, transform, authority: "signature", hidden: true };
  // Without the conditions of the request: they are about the picture that fails.
  const plain = new Request(url, { method });
  const picture = await answerFor(other, plain, app, caller, job).catch(() => null);
  return picture && fallbackImageAnswer(picture, failure, status, app.now());
}

/** What a reader gets instead of waiting for a saturated host. Null: the failure. */
async function sentToSource(
  failure: Failure,
  request: ImageRequest,
  app: App,
  { ownHost }: Caller,
  { trace }: Job,
): Promise<Answer | null> {
  const target = failure.reason === "source_saturated" ? redirectTarget(request, app.config, ownHost) : null;
  if (target === null || app.state.https.isPlainOnly(new URL(request.source).host, app.now())) return null;
  const { keys } = await namesOf(request);
  // It may have been taken down while the reader waited.
  if (isBlocked(keys, await app.latestConfig())) throw new Failure("blocked");
  noteFailure(trace, failure, app.now());
  return redirectAnswer(target);
}

/** Nearly every request ends here: the edge has the picture and hands it on. */
async function askEdge(store: RenditionStore, key: string, { now }: App, { trace }: Job): Promise<EdgeLookup> {
  const started = now();
  const { access, windows } = store;
  const edge = await lookUpEdge(store.edge, key, { now, windows, access, asked: trace.asked });
  addStage(trace, "lookup", now() - started);
  if (edge.refused !== null) throw refusalOf(edge.refused);
  if (edge.hit !== null) noteHit(trace, "edge", edge.hit.meta, now());
  return edge;
}
