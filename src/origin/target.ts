/** Where an exchange may go: the address asked for, and each address that a redirect names. */
import { Failure } from "../errors.ts";
import { checkHop } from "../policy/source.ts";
import { failureOfThrown } from "./outcome.ts";

/** An absolute URL without its fragment. Throws Failure `source_invalid`. */
export function parseSource(source: string): URL {
  if (!URL.canParse(source)) throw new Failure("source_invalid", { why: "it is not an absolute URL" });
  const url = new URL(source);
  url.hash = "";
  return url;
}

type RestOf<All extends readonly unknown[]> = All extends readonly [unknown, ...infer Rest] ? Rest : never;

const STAYS: readonly string[] = ["address_private", "loop", "misconfigured"];

/**
 * Checks the address after so many redirects (`hops`). Where a source sends us is its own doing (502). A private address
 * and our own host stay what they are (403, 508). Throws Failure.
 */
export function checkTarget(url: URL, hops: number, ...rules: RestOf<Parameters<typeof checkHop>>): void {
  try {
    checkHop(url, ...rules);
  } catch (error) {
    const failure = failureOfThrown(error, url);
    if (hops === 0 || STAYS.includes(failure.reason)) throw failure;
    const why = failure.detail ?? failure.facts.why ?? "";
    throw new Failure("source_redirect_refused", {}, `${failure.reason} ${why}`.trim());
  }
}
