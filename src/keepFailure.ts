/** Which failures are remembered and told to others, and for how long. */
import { ANSWERS, type Failure, type Reason } from "./errors.ts";

/** Failures of one file. Another variant of the same source may be a picture all the same. */
const OF_ONE_FILE = [
  "not_an_image",
  "format_unsupported",
  "image_damaged",
  "source_too_many_bytes",
  "source_too_many_pixels",
  "source_too_many_frames",
  "source_too_complex",
] as const satisfies readonly Reason[];

/** Failures that are true of the source for every request. Only these are cached and reported to other requests. */
const SHARED = [
  "source_missing",
  "source_placeholder",
  "source_failed",
  "source_refused",
  "source_unreachable",
  "source_tls",
  "source_broken",
  "source_redirects",
  "source_timeout",
  "source_encoding",
  ...OF_ONE_FILE,
] as const satisfies readonly Reason[];

/** Whether a failure is true of the source for every request, so that other requests for the source may hear of it. */
export function isShared(reason: Reason): boolean {
  return (SHARED as readonly Reason[]).includes(reason);
}

/** Whether a failure says something about one file of a source only, not about its host and not about the picture. */
export function isOfOneFile(reason: Reason): boolean {
  return (OF_ONE_FILE as readonly Reason[]).includes(reason);
}

/** The longest Retry-After of a source that we follow, in seconds. The breaker has the same limit. */
export const MAX_RETRY_AFTER_SECONDS = 600;

/** How long to cache a failure, in seconds: as its reason says, or longer if the source's Retry-After says so. 0 = not. */
export function keepSeconds({ reason, facts }: Pick<Failure, "reason" | "facts">): number {
  const { cacheSeconds } = ANSWERS[reason];
  if (cacheSeconds === 0 || typeof facts.retryAfter !== "number") return cacheSeconds;
  return Math.max(cacheSeconds, Math.min(Math.ceil(facts.retryAfter), MAX_RETRY_AFTER_SECONDS));
}
