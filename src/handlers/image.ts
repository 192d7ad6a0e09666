/** A GET or HEAD for a picture: the data path of a hit. */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { asFailure } from "../errors.ts";
import { refuseLoop } from "../policy/loop.ts";
import { authorize, refusalOf } from "../rendition/authorize.ts";
import { getRendition } from "../rendition/getRendition.ts";
import { PHOTON_AUTHENTICATION_HEADER } from "../request/grammars/photon.ts";
import type { Answer } from "../respond/answer.ts";
import { conditional } from "../respond/conditional.ts";
import { imageHeaders } from "../respond/headers.ts";
import { type EdgeLookup, lookUpEdge } from "../store/edgeLookup.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import { addStage, noteHit } from "../telemetry.ts";
import { answerInfo } from "./info.ts";

/** Answers with the picture, or 304. Throws Failure. */
export async function image(http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  const { config, state, now } = app;
  refuseLoop(http.headers, config);
  const authentication = http.headers.get(PHOTON_AUTHENTICATION_HEADER);
  const accept = http.headers.get("accept");
  const { request, keep } = await state.requests.read(http.url, accept, config, now(), authentication);
  if (request.info !== undefined) return answerInfo(request, http, app, caller, job);
  job.trace.door = request.grammar;
  try {
    const store = await authorize(request, app, caller, job);
    const edge = await askEdge(store, app, job);
    const picture = edge.hit ?? (await getRendition(request, store, app, caller, job, edge.outdated));
    const headers = imageHeaders(request, picture.meta, picture.byteLength, now(), config);
    keep();
    return conditional(http, headers, picture.body, now());
  } catch (error) {
    throw asFailure(error).notPast(request.expires === null ? null : request.expires * 1000);
  }
}

/** Nearly every request ends here: the edge has the picture and hands it on. */
async function askEdge(store: RenditionStore, { now }: App, { trace }: Job): Promise<EdgeLookup> {
  const started = now();
  const { access, windows } = store;
  const edge = await lookUpEdge(store.edge, store.key, { now, windows, access, asked: trace.asked });
  addStage(trace, "lookup", now() - started);
  if (edge.refused !== null) throw refusalOf(edge.refused);
  if (edge.hit !== null) noteHit(trace, "edge", edge.hit.meta, now());
  return edge;
}
