import { describe, expect, test } from "vitest";
import { ANSWERS, type Reason } from "../../../../src/errors.ts";
import { lineOf, outcomeOfFailure, waitedWord } from "../../../../src/handlers/warm/outcome.ts";

/** What the request itself is to blame for. Every other reason is the source's or ours. */
const REFUSED: readonly Reason[] = [
  "not_found",
  "method_not_allowed",
  "url_invalid",
  "option_unknown",
  "option_invalid",
  "source_invalid",
  "result_too_large",
  "signature_missing",
  "signature_invalid",
  "source_not_allowed",
  "address_private",
  "http_source_denied",
  "option_not_allowed",
  "expired",
  "blocked",
  "rate_limited",
  "referer_refused",
  "in_flight_limited",
  "source_over_limit",
  "unauthorised",
  "body_invalid",
];

describe("a failure is `refused` when the request may not be served, `failed` when the source or we could not", () => {
  test.each(Object.keys(ANSWERS) as Reason[])("%s", (reason) => {
    expect(outcomeOfFailure(reason)).toBe(REFUSED.includes(reason) ? "refused" : "failed");
  });
});

describe("the words of ?wait=1", () => {
  test.each([
    [{ outcome: "made" }, "warmed"],
    [{ outcome: "present" }, "already"],
    [{ outcome: "expired" }, "refused:deadline"],
    [{ outcome: "refused", reason: "blocked" }, "refused:blocked"],
    [{ outcome: "failed", reason: "source_missing" }, "refused:source_missing"],
  ] as const)("%j: %s", (result, word) => expect(waitedWord(result)).toBe(word));
});

test("a line is JSON with one line end, whatever is in it", () => {
  const text = new TextDecoder().decode(lineOf({ path: "/a\nb" }));
  expect([text.endsWith("\n"), text.split("\n").length, JSON.parse(text)]).toEqual([true, 2, { path: "/a\nb" }]);
});
