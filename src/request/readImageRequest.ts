/** Step 1 of a request: which door, and what it asks for. */
import type { Config } from "../config/config.ts";
import { asFailure, Failure } from "../errors.ts";
import { refuseHugeResult } from "../policy/limits.ts";
import { refuseUnsigned } from "../policy/unsigned.ts";
import { acceptClass } from "./accept.ts";
import { readImgproxyUrl } from "./grammars/imgproxy.ts";
import { PHOTON_PREFIX, readPhotonUrl } from "./grammars/photon.ts";
import type { ImageRequest } from "./imageRequest.ts";

/** Longest path and query we read, in characters: a source of 2 kB in base64 with its options has less than half of it. */
const MAX_LENGTH = 8192;

/**
 * Reads a request's URL (`request.url`, as text: a signature covers it byte for byte) and its Accept header. `now` in
 * milliseconds; `authentication` is the value of `X-Photon-Authentication`. Throws Failure when the address is not one of ours, not signed, not readable, expired or asks for too much; whether the
 * source may be fetched is policy's to say (`checkSource`).
 */
export async function readImageRequest(
  url: string,
  accept: string | null,
  config: Config,
  now: number,
  authentication: string | null = null,
): Promise<ImageRequest> {
  const { path, query } = splitUrl(url);
  const length = path.length + query.length;
  if (length > MAX_LENGTH) {
    throw new Failure("url_invalid", { why: `${length} characters are over the limit of ${MAX_LENGTH}` });
  }
  const request = path.startsWith(PHOTON_PREFIX)
    ? await readPhotonUrl(path, query, acceptClass(accept), config, authentication)
    : await readImgproxyUrl(path, acceptClass(accept), config, now);
  try {
    refuseUnsigned(request, config);
    refuseHugeResult(request.transform, config);
  } catch (error) {
    throw asFailure(error).notPast(request.expires === null ? null : request.expires * 1000);
  }
  return request;
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
