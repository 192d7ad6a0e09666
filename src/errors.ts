/**
 * Every way a request can fail: a union of reasons, and one table of the answers to the client.
 * Code throws `Failure`. Nothing else in the project chooses an error status.
 */

import { type Answer, SOURCE_ANSWERS } from "./sourceAnswers.ts";

/** Values that a public message shows. They contain no internal address, no stack and no secret. */
export type FailureFacts = Readonly<Record<string, string | number>>;

const SHORT = 60;

const OWN_ANSWERS = {
  // Caused by the client.
  not_found: { status: 404, message: "There is nothing at this address", cacheSeconds: SHORT, report: false },
  method_not_allowed: { status: 405, message: "Method {method} is not served here", cacheSeconds: 0, report: false },
  url_invalid: { status: 400, message: "Cannot read the address: {why}", cacheSeconds: SHORT, report: false },
  option_unknown: {
    status: 400,
    message: "Option {option} is not taken here{why}",
    cacheSeconds: SHORT,
    report: false,
  },
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
  source_over_limit: {
    status: 413,
    message: "The source has {value}, over the limit of {limit} that this address sets",
    cacheSeconds: SHORT,
    report: false,
  },
  in_flight_limited: { status: 429, message: "Over {limit} new pictures at once", cacheSeconds: 0, report: false },
  unauthorised: {
    status: 401,
    message: "The request's signature or time is not valid",
    cacheSeconds: 0,
    report: false,
  },
  body_invalid: { status: 400, message: "Cannot read the body: {why}", cacheSeconds: 0, report: false },
  // Caused by this deployment.
  watermark_failed: {
    status: 502,
    message: "The watermark cannot be had, and no picture is shown without it",
    cacheSeconds: 0,
    report: true,
  },
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

// Marked as pure, so that bundles of the client leave it out.
export const ANSWERS = /* @__PURE__ */ Object.assign({}, OWN_ANSWERS, SOURCE_ANSWERS);

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
