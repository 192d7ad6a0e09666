/** Step 1 of a request: which grammar, and what it asks for. */
import type { Config } from "../config/config.ts";
import { asFailure, Failure } from "../errors.ts";
import { refuseAvif, refuseHugeResult, refuseMissingWatermark } from "../policy/limits.ts";
import { refuseUnsigned } from "../policy/unsigned.ts";
import { acceptClass } from "./accept.ts";
import { type ClientHints, NETWORK_HINTS, NO_HINTS } from "./clientHints.ts";
import type { Asked, Grammar } from "./grammars/grammar.ts";
import { GRAMMARS } from "./grammars/table.ts";
import type { ImageRequest } from "./imageRequest.ts";
import { ownAddress } from "./ownAddress.ts";
import { withSettings } from "./withSettings.ts";

/** Longest path and query that are read, in characters. A source of 2 kB in base64 with options needs less than half. */
const MAX_LENGTH = 8192;

/**
 * Reads a request's URL (`request.url`, as text, because a signature covers it byte for byte) and its Accept header.
 * `now` in milliseconds; `authentication` is the value of `X-Photon-Authentication`. Throws Failure when no grammar
 * reads the address, or when it is not signed, expired or asks for too much. Whether the source may be fetched is for
 * policy to say (`checkSource`).
 */
export async function readImageRequest(
  url: string,
  accept: string | null,
  config: Config,
  now: number,
  authentication: string | null = null,
  hints: ClientHints = NO_HINTS,
): Promise<ImageRequest> {
  const { path, query } = splitUrl(url);
  const length = path.length + query.length;
  if (length > MAX_LENGTH) {
    throw new Failure("url_invalid", { why: `${length} characters are over the limit of ${MAX_LENGTH}` });
  }
  const ownHost = ownAddress(url).host;
  const asked = { path, query, ownHost, accept: acceptClass(accept), hints, authentication, now };
  const read = await readByGrammar(asked, config);
  const request = forConnection(withSettings(read, config), hints, config);
  try {
    refuseMissingWatermark(read.transform, config);
    // What the address itself says, also where the settings leave nothing of it.
    refuseUnsigned(read, config);
    refuseHugeResult(request.transform, config);
    refuseAvif(request, config);
  } catch (error) {
    throw asFailure(error).notPast(request.expires === null ? null : request.expires * 1000);
  }
  return request;
}

/** Lower quality for a slow reader, where the deployment sets one (`SLOW_QUALITY`). */
function forConnection(request: ImageRequest, { slow }: ClientHints, { slowQuality }: Config): ImageRequest {
  if (slowQuality === 0) return request;
  const varies = [...(request.varies ?? []), NETWORK_HINTS];
  if (!slow) return { ...request, varies };
  const { transform } = request;
  const quality = Math.min(transform.quality ?? slowQuality, slowQuality);
  return { ...request, varies, transform: { ...transform, quality } };
}

/** By the first grammar of the table that matches. */
async function readByGrammar(
  asked: Asked,
  config: Config,
  grammars: Readonly<Record<string, Grammar>> = GRAMMARS,
): Promise<ImageRequest> {
  for (const [grammar, { matches, read }] of Object.entries(grammars)) {
    if (matches(asked.path, asked.query)) return { ...(await read(asked, config)), grammar };
  }
  throw new Failure("not_found");
}

/** The URL a browser asks for when an `<img>` names this path: spaces and marks escaped, dot segments gone (WHATWG). */
export function urlOfPath(origin: string, path: string): string {
  return new URL(`${origin}${path}`).href;
}

/** Path and query of an absolute URL as they stand in its text, nothing decoded; the query without its `?`. */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const afterHost = url.indexOf("/", url.indexOf("://") + 3);
  const local = afterHost < 0 ? "/" : (url.slice(afterHost).split("#", 1)[0] ?? "/");
  const mark = local.indexOf("?");
  return mark < 0 ? { path: local, query: "" } : { path: local.slice(0, mark), query: local.slice(mark + 1) };
}
