/** What can become of a picture, and which failure of the miss path leads to which. */
import type { Reason } from "../errors.ts";

type StatusRow = {
  readonly meaning: string;
  /** A rendition is stored under the readers' key. */
  readonly stored: boolean;
  /** The source has no picture there: `-- dead` lists it, so that a search engine stops to show it. */
  readonly dead: boolean;
  /** `-- retry` takes it up again when no status is named. */
  readonly retried: boolean;
};

export const STATUSES = {
  stored: { meaning: "made and stored", stored: true, dead: false, retried: false },
  present: { meaning: "made for another identifier with the same address", stored: true, dead: false, retried: false },
  "not-found": { meaning: "the source answered 404", stored: false, dead: true, retried: false },
  gone: { meaning: "the source answered 410", stored: false, dead: true, retried: false },
  placeholder: { meaning: "a provider's notice in place of the picture", stored: false, dead: true, retried: false },
  html: { meaning: "a web page in place of the picture", stored: false, dead: true, retried: false },
  "one-pixel": { meaning: "a picture of one pixel", stored: false, dead: true, retried: false },
  "wrong-kind": {
    meaning: "a file that is no picture, such as a film or a PDF",
    stored: false,
    dead: true,
    retried: false,
  },
  unsupported: {
    meaning: "a picture that we do not decode: kind, damage or size",
    stored: false,
    dead: false,
    retried: false,
  },
  refused: { meaning: "policy does not let us ask there", stored: false, dead: false, retried: false },
  blocked: { meaning: "taken down here", stored: false, dead: false, retried: false },
  failed: { meaning: "given up after several attempts", stored: false, dead: false, retried: true },
} as const satisfies Record<string, StatusRow>;

export type Status = keyof typeof STATUSES;

export const STATUS_NAMES = Object.keys(STATUSES) as readonly Status[];

export function isDead(status: Status): boolean {
  return STATUSES[status].dead;
}

/**
 * The status of a failure. `again`: it may pass, so the picture is tried again, and is `failed` in the end. A 404 and a
 * 410 share a reason; the HTTP status tells them apart (`statusOf`).
 */
const OF_REASON = {
  not_found: "failed",
  method_not_allowed: "failed",
  url_invalid: "refused",
  option_unknown: "failed",
  option_invalid: "failed",
  source_invalid: "refused",
  result_too_large: "unsupported",
  signature_missing: "refused",
  signature_invalid: "refused",
  source_not_allowed: "refused",
  address_private: "refused",
  http_source_denied: "refused",
  option_not_allowed: "failed",
  expired: "failed",
  blocked: "blocked",
  rate_limited: "again",
  in_flight_limited: "again",
  referer_refused: "refused",
  unauthorised: "failed",
  body_invalid: "failed",
  source_missing: "not-found",
  source_placeholder: "placeholder",
  source_failed: "again",
  source_refused: "again",
  source_unreachable: "again",
  source_tls: "again",
  source_broken: "again",
  source_redirects: "again",
  source_redirect_refused: "refused",
  source_timeout: "again",
  source_encoding: "unsupported",
  source_breaker_open: "again",
  not_an_image: "wrong-kind",
  format_unsupported: "unsupported",
  image_damaged: "unsupported",
  source_too_many_bytes: "unsupported",
  source_too_many_pixels: "unsupported",
  source_too_many_frames: "unsupported",
  source_too_complex: "unsupported",
  source_over_limit: "unsupported",
  watermark_failed: "again",
  queue_full: "again",
  encoder_unavailable: "again",
  source_saturated: "again",
  governor_unreachable: "again",
  loop: "refused",
  misconfigured: "again",
  internal: "again",
} as const satisfies Record<Reason, Status | "again">;

/** `http`: the source's status, null = it gave none. */
export function statusOf(reason: Reason, http: number | null): Status | "again" {
  return reason === "source_missing" && http === 410 ? "gone" : OF_REASON[reason];
}
