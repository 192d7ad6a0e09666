import { expect, test } from "vitest";
import { Failure, type FailureFacts, type Reason } from "../../../../src/errors.ts";
import { type After, nextAfter } from "../../../../src/rendition/variant/nextAfter.ts";

const WRONG: After = { next: "size", isRuleWrong: true };
const ELSEWHERE: After = { next: "host", isRuleWrong: false };
const END: After = { next: "end", isRuleWrong: false };

test.each<[string, Reason, FailureFacts, After]>([
  ["404", "source_missing", { value: 404 }, WRONG],
  ["410", "source_missing", { value: 410 }, WRONG],
  ["400", "source_refused", { value: 400 }, WRONG],
  ["403", "source_refused", { value: 403 }, WRONG],
  ["429", "source_refused", { value: 429, retryAfter: 10 }, WRONG],
  ["401: the next size would ask for a password, too", "source_refused", { value: 401 }, END],
  ["500: the scaler has failed", "source_failed", { value: 500 }, { next: "original", isRuleWrong: false }],
  ["501: no such size", "source_failed", { value: 501 }, WRONG],
  ["502", "source_failed", { value: 502 }, ELSEWHERE],
  ["503", "source_failed", { value: 503, retryAfter: 30 }, ELSEWHERE],
  ["nobody answers", "source_unreachable", {}, ELSEWHERE],
  ["TLS", "source_tls", {}, ELSEWHERE],
  ["time", "source_timeout", { limit: 1, stage: "in all" }, ELSEWHERE],
  ["cut", "source_broken", {}, ELSEWHERE],
  ["left alone", "source_breaker_open", { retryAfter: 5 }, ELSEWHERE],
  ["a notice in place of the picture", "source_placeholder", {}, { next: "original", isRuleWrong: false }],
  ["a page", "not_an_image", {}, WRONG],
  ["damaged", "image_damaged", { why: "x" }, WRONG],
  ["not on the list", "source_not_allowed", { why: "x" }, { next: "size", isRuleWrong: false }],
  ["a private address", "address_private", {}, { next: "size", isRuleWrong: false }],
  ["taken down", "blocked", {}, END],
  ["too busy", "queue_full", { retryAfter: 1 }, END],
  ["too many bytes: the original has more", "source_too_many_bytes", { limit: 1 }, END],
  ["our own fault", "internal", {}, END],
])("%s", (_, reason, facts, expected) => {
  expect(nextAfter(new Failure(reason, facts))).toEqual(expected);
});
