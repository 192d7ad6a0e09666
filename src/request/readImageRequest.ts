/** Step 1 of a request: which door, and what it asks for. */
import type { Config } from "../config.ts";
import { Failure } from "../errors.ts";
import { refuseHugeResult } from "../policy/limits.ts";
import { acceptClass } from "./accept.ts";
import { readImgproxy } from "./doors/imgproxy.ts";
import type { ImageRequest } from "./imageRequest.ts";

/** Longest path we read, in characters: a source of 2 kB in base64 with its options has less than half of it. */
const MAX_PATH = 8192;

/**
 * Reads a request's URL (`request.url`, as text: a signature covers it byte for byte) and its Accept header. `now` in
 * milliseconds. Throws Failure when the address is not one of ours, not signed, not readable, expired or asks for too much; whether the
 * source may be fetched is policy's to say (`checkSource`).
 */
export async function readImageRequest(
  url: string,
  accept: string | null,
  config: Config,
  now: number,
): Promise<ImageRequest> {
  const { path } = splitUrl(url);
  if (path.length > MAX_PATH) {
    throw new Failure("url_invalid", { why: `${path.length} characters are over the limit of ${MAX_PATH}` });
  }
  const request = await readImgproxy(path, acceptClass(accept), config, now);
  refuseHugeResult(request.transform, config);
  return request;
}

/** Path and query of an absolute URL as they stand in its text, nothing decoded; the query without its `?`. */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const afterHost = url.indexOf("/", url.indexOf("://") + 3);
  const local = afterHost < 0 ? "/" : (url.slice(afterHost).split("#", 1)[0] ?? "/");
  const mark = local.indexOf("?");
  return mark < 0 ? { path: local, query: "" } : { path: local.slice(0, mark), query: local.slice(mark + 1) };
}
