/** `GET /info/{a picture's path}`: what the source's own file says of itself, as JSON. */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { asFailure } from "../errors.ts";
import { formatOf } from "../image/formats/registry.ts";
import { computeGeometry } from "../image/geometry/computeGeometry.ts";
import { refuseLoop } from "../policy/loop.ts";
import { refuseReferer } from "../policy/referers.ts";
import { authorize } from "../rendition/authorize.ts";
import { getInfo, type KnownInfo } from "../rendition/info/getInfo.ts";
import { secureFirst } from "../rendition/secureFirst.ts";
import { PHOTON_AUTHENTICATION_HEADER } from "../request/grammars/photon.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { pictureOfInfo } from "../request/infoPath.ts";
import type { Answer } from "../respond/answer.ts";
import { conditional } from "../respond/conditional.ts";
import { infoHeaders } from "../respond/headers.ts";
import { variantEtag } from "../store/schema/key.ts";

/** The signature in the address is that of the path behind `/info`, as for a picture. Throws Failure. */
export async function info(http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  refuseLoop(http.headers, app.config);
  refuseReferer(http.headers, app.config);
  const authentication = http.headers.get(PHOTON_AUTHENTICATION_HEADER);
  const url = pictureOfInfo(http.url) ?? http.url;
  const { request } = await app.state.requests.read(url, null, app.config, app.now(), authentication);
  return answerInfo(request, http, app, caller, job);
}

/** The same for a request that was read: `request.info` says in which shape. Throws Failure. */
export async function answerInfo(
  request: ImageRequest,
  http: Request,
  app: App,
  caller: Caller,
  job: Job,
): Promise<Answer> {
  const { config, now } = app;
  // Not its grammar: among pictures it would count as one that no store had.
  job.trace.door = "info";
  try {
    const { asked, known } = await secureFirst(request, app, async (asked) => {
      const store = await authorize(asked, app, caller, job);
      return { asked, known: await getInfo(asked, store, app, caller, job) };
    });
    const body = new TextEncoder().encode(`${JSON.stringify(SHAPES[request.info ?? "own"](known, request))}\n`);
    const meta = { etag: await variantEtag(body), storedAt: known.storedAt, freshUntil: known.freshUntil };
    return conditional(http, infoHeaders(asked, meta, body.length, now(), config), body, now());
  } catch (error) {
    throw asFailure(error).notPast(request.expires === null ? null : request.expires * 1000);
  }
}

/** Facts that were stored before these two fields were there do not have them. */
const UNKNOWN: Partial<KnownInfo["facts"]> = { duration: null, loop: null };

type Shape = (known: KnownInfo, request: ImageRequest) => unknown;

const SHAPES = {
  own: ({ facts, colour, thumbhash }) => ({ ...UNKNOWN, ...facts, dominantColour: colour, thumbhash }),
  /** Cloudflare's `format=json`: the size of the result, and the original. */
  cloudflare: ({ facts }, { transform }) => {
    const { canvas, ...picture } = computeGeometry(facts, transform);
    const { width, height } = canvas ?? picture;
    const { mime } = formatOf(facts.format);
    const original = { file_size: facts.bytes, width: facts.width, height: facts.height, format: mime };
    return { width, height, original };
  },
} as const satisfies Record<"own" | NonNullable<ImageRequest["info"]>, Shape>;
