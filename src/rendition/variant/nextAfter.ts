/** What is asked after a provider's rendition has failed. Pure. */
import type { Failure, Reason } from "../../errors.ts";

/**
 * `size`: the next candidate. `original`: the other sizes would fail as well. `host`: the first candidate on another host.
 * `end`: nothing, the failure is the answer.
 */
export type Next = "size" | "original" | "host" | "end";

export type After = {
  readonly next: Next;
  /** Whether the rule is remembered as wrong for this picture or host. */
  readonly isRuleWrong: boolean;
};

const WRONG: After = { next: "size", isRuleWrong: true };
/** Policy does not let us ask there. Nobody was asked. */
const SKIPPED: After = { next: "size", isRuleWrong: false };
const UNWELL: After = { next: "host", isRuleWrong: false };
const END: After = { next: "end", isRuleWrong: false };

/** Reasons that do not end the walk. */
const BY_REASON: { readonly [reason in Reason]?: After } = {
  source_missing: WRONG,
  // The provider has no size of a picture that is gone. Only the original's own answer says so for sure.
  source_placeholder: { next: "original", isRuleWrong: false },
  not_an_image: WRONG,
  format_unsupported: WRONG,
  image_damaged: WRONG,
  source_redirects: WRONG,
  source_redirect_refused: WRONG,
  source_not_allowed: SKIPPED,
  source_invalid: SKIPPED,
  address_private: SKIPPED,
  http_source_denied: SKIPPED,
  loop: SKIPPED,
  source_unreachable: UNWELL,
  source_tls: UNWELL,
  source_timeout: UNWELL,
  source_broken: UNWELL,
  source_encoding: UNWELL,
  source_breaker_open: UNWELL,
  source_failed: UNWELL,
};

/**
 * By status, before the reason. 400, 404, 410, 429: the provider does not have or give this size. 401, 403: nor perhaps the
 * next one, and a bucket says 403 of what it does not have. 500, 501: its scaler has failed, while the host is well.
 */
const BY_STATUS: Readonly<Record<number, After>> = {
  400: WRONG,
  401: { next: "original", isRuleWrong: true },
  403: { next: "original", isRuleWrong: true },
  429: WRONG,
  500: { next: "original", isRuleWrong: false },
  501: { next: "original", isRuleWrong: true },
};

/** After the failure of a rendition; that of the original is always the end. */
export function nextAfter({ reason, facts }: Pick<Failure, "reason" | "facts">): After {
  return (typeof facts.value === "number" ? BY_STATUS[facts.value] : undefined) ?? BY_REASON[reason] ?? END;
}
