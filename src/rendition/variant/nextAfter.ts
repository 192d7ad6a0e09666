/** What is asked after a provider's rendition has failed. Pure. */
import type { Failure, Reason } from "../../errors.ts";
import { movesOn } from "../../origin/providers/refusals.ts";

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
const ORIGINAL_ONLY: After = { next: "original", isRuleWrong: false };
const END: After = { next: "end", isRuleWrong: false };

/** Reasons that do not end the walk, beside those of `movesOn`. */
const BY_REASON: { readonly [reason in Reason]?: After } = {
  // No size of a picture that is gone is a picture. Only the original's own answer says so for sure.
  source_placeholder: ORIGINAL_ONLY,
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
  source_breaker_open: UNWELL,
};

/** After the failure of a rendition; that of the original is always the end. */
export function nextAfter(failure: Failure): After {
  const known = BY_REASON[failure.reason];
  if (known !== undefined) return known;
  if (movesOn(failure)) return WRONG;
  // The provider's scaler has failed, while the host is well: a large or damaged original does that.
  if (failure.facts.value === 500) return ORIGINAL_ONLY;
  return failure.reason === "source_failed" ? UNWELL : END;
}
