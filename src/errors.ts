/**
 * Every way a request can fail: a union of reasons, and one table of the answers to the client.
 * Code throws `Failure`. Nothing else in the project chooses an error status.
 */

/** Values that a public message shows. They contain no internal address, no stack and no secret. */
export type FailureFacts = Readonly<Record<string, string | number>>;

type Answer = {
  readonly status: 400 | 401 | 403 | 404 | 405 | 410 | 413 | 415 | 429 | 451 | 500 | 502 | 503 | 504 | 508;
  /** Public text. The fact of the same name replaces `{name}`. */
  readonly message: string;
  /** How long shared caches and our negative cache may keep the answer, in seconds. 0 = no-store. */
  readonly cacheSeconds: number;
  /** True: the operator must look into it. It is logged at error level. */
  readonly report: boolean;
};

const SHORT = 60;

export const ANSWERS = {
  // Caused by the client.
  not_found: { status: 404, message: "There is nothing at this address", cacheSeconds: SHORT, report: false },
  method_not_allowed: { status: 405, message: "Method {method} is not served here", cacheSeconds: 0, report: false },
  url_invalid: { status: 400, message: "Cannot read the address: {why}", cacheSeconds: SHORT, report: false },
  option_unknown: { status: 400, message: "Unknown option {option}", cacheSeconds: SHORT, report: false },
  option_invalid: {
    status: 400,
    message: "Option {option} cannot be {value}: {limit}",
    cacheSeconds: SHORT,
    report: false,
  },
  source_invalid: { status: 400, message: "Cannot use the source address: {why}", cacheSeconds: SHORT, report: false },
  result_too_large: {
    status: 400,
    message: "Result of {value} is over the limit of {limit}",
    cacheSeconds: SHORT,
    report: false,
  },
  signature_missing: {
    status: 403,
    message: "This address needs a signature in place of {value}",
    cacheSeconds: 0,
    report: false,
  },
  signature_invalid: {
    status: 403,
    message: "The signature does not match this address: {why}",
    cacheSeconds: 0,
    report: false,
  },
  source_not_allowed: {
    status: 403,
    message: "This source is not allowed here: {why}",
    cacheSeconds: 0,
    report: false,
  },
  address_private: {
    status: 403,
    message: "This source is not on the public internet{hint}",
    cacheSeconds: 0,
    report: false,
  },
  http_source_denied: {
    status: 403,
    message: "Sources without HTTPS are not allowed here",
    cacheSeconds: 0,
    report: false,
  },
  option_not_allowed: {
    status: 403,
    message: "Option {option} is not allowed here without a signature",
    cacheSeconds: 0,
    report: false,
  },
  expired: { status: 410, message: "This address expired at {value}", cacheSeconds: 0, report: false },
  blocked: { status: 451, message: "This picture was taken down", cacheSeconds: SHORT, report: false },
  rate_limited: {
    status: 429,
    message: "Too many requests for new pictures; try again in {retryAfter} s",
    cacheSeconds: 0,
    report: false,
  },
  referer_refused: { status: 403, message: "Pages of {value} may not show this", cacheSeconds: 0, report: false },
  in_flight_limited: { status: 429, message: "Over {limit} new pictures at once", cacheSeconds: 0, report: false },
  unauthorised: {
    status: 401,
    message: "The request's signature or time is not valid",
    cacheSeconds: 0,
    report: false,
  },
  body_invalid: { status: 400, message: "Cannot read the body: {why}", cacheSeconds: 0, report: false },
  // Caused by the source.
  source_missing: { status: 404, message: "The source answered {value}", cacheSeconds: 300, report: false },
  source_placeholder: {
    status: 404,
    message: "The source shows a notice in place of the picture",
    cacheSeconds: 300,
    report: false,
  },
  source_failed: { status: 502, message: "The source answered {value}", cacheSeconds: 30, report: false },
  source_refused: {
    status: 502,
    message: "The source refused the request with {value}",
    cacheSeconds: 30,
    report: false,
  },
  source_unreachable: { status: 502, message: "The source cannot be reached", cacheSeconds: 30, report: false },
  source_tls: { status: 502, message: "The source has no valid HTTPS", cacheSeconds: 30, report: false },
  source_broken: {
    status: 502,
    message: "The source stopped before the end of the picture",
    cacheSeconds: 30,
    report: false,
  },
  source_redirects: {
    status: 502,
    message: "The source redirects more than {limit} times",
    cacheSeconds: 30,
    report: false,
  },
  source_redirect_refused: {
    status: 502,
    message: "The source redirects to a place that is not allowed",
    cacheSeconds: 30,
    report: false,
  },
  source_timeout: {
    status: 504,
    message: "The source took longer than {limit} ms {stage}",
    cacheSeconds: 30,
    report: false,
  },
  source_encoding: {
    status: 502,
    message: "The source sent content coding {value}, which is not decoded here",
    cacheSeconds: 30,
    report: false,
  },
  source_breaker_open: {
    status: 502,
    message: "The source fails too often; it is asked again in {retryAfter} s",
    cacheSeconds: 0,
    report: false,
  },
  not_an_image: {
    status: 415,
    message: "The source is not a picture of a known format",
    cacheSeconds: 300,
    report: false,
  },
  format_unsupported: {
    status: 415,
    message: "Pictures of the format {value} are not decoded here",
    cacheSeconds: 300,
    report: false,
  },
  image_damaged: { status: 415, message: "The picture is damaged: {why}", cacheSeconds: 300, report: false },
  source_too_many_bytes: {
    status: 413,
    message: "The source is over the limit of {limit} bytes",
    cacheSeconds: 3600,
    report: false,
  },
  source_too_many_pixels: {
    status: 413,
    message: "The source has {value} pixels, the limit is {limit}",
    cacheSeconds: 3600,
    report: false,
  },
  source_too_many_frames: {
    status: 413,
    message: "The source has {value} frames, the limit is {limit}",
    cacheSeconds: 3600,
    report: false,
  },
  source_too_complex: {
    status: 413,
    message: "The source takes too much work: {why}",
    cacheSeconds: 3600,
    report: false,
  },
  // Caused by this deployment.
  queue_full: { status: 503, message: "Too busy; try again in {retryAfter} s", cacheSeconds: 0, report: false },
  encoder_unavailable: {
    status: 503,
    message: "The AVIF encoder has not answered in time; try again in {retryAfter} s",
    cacheSeconds: 0,
    report: false,
  },
  source_saturated: {
    status: 503,
    message: "The source's host gets no more requests from here now; try again in {retryAfter} s",
    cacheSeconds: 0,
    report: false,
  },
  governor_unreachable: {
    status: 503,
    message: "The limits of the source's host cannot be checked now; try again in {retryAfter} s",
    cacheSeconds: 0,
    report: false,
  },
  loop: { status: 508, message: "The request came back to this service, in a loop", cacheSeconds: 0, report: false },
  misconfigured: { status: 500, message: "The service is not set up correctly", cacheSeconds: 0, report: true },
  internal: { status: 500, message: "Internal error", cacheSeconds: 0, report: true },
} as const satisfies Record<string, Answer>;

export type Reason = keyof typeof ANSWERS;

/** Limits to how long an answer may be cached, beside the seconds of its reason. */
export type Keeping = {
  /** True: an earlier request met the failure, and this request found it in the negative cache. */
  readonly remembered: boolean;
  /** No cache may keep the answer past this time, in unix ms. */
  readonly until: number;
};

/** The only error type of the data path. `facts` fill in the public message. `detail` goes to the log only. */
export class Failure extends Error {
  readonly reason: Reason;
  readonly facts: FailureFacts;
  readonly detail: string | undefined;
  readonly keeping: Keeping;

  constructor(
    reason: Reason,
    facts: FailureFacts = {},
    detail?: string,
    keeping: Keeping = { remembered: false, until: Number.POSITIVE_INFINITY },
  ) {
    super(reason);
    this.name = "Failure";
    this.reason = reason;
    this.facts = facts;
    this.detail = detail;
    this.keeping = keeping;
  }

  /** A copy that no cache keeps past `until` (unix ms; null = no end). This one may be shared, so it does not change. */
  notPast(until: number | null): Failure {
    if (until === null || until >= this.keeping.until) return this;
    return new Failure(this.reason, this.facts, this.detail, { ...this.keeping, until });
  }
}

/** The public text of a failure: the message of the table with the facts filled in. */
export function publicMessage(reason: Reason, facts: FailureFacts): string {
  return ANSWERS[reason].message.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? "?"));
}

/** Anything thrown -> Failure. Another error becomes `internal`; its text goes to the log only. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure("internal", {}, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
