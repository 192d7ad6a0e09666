import { expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { refuseReferer } from "../../../src/policy/referers.ts";

const LIST = ["example.org", "*.example.org", "https://safe.test", "shop.test:8443"];

function ask(referer: string | null, allowedReferers: readonly string[] = LIST, emptyReferer = true): string {
  const headers = new Headers(referer === null ? {} : { referer });
  try {
    refuseReferer(headers, { allowedReferers, emptyReferer });
    return "ok";
  } catch (error) {
    return error instanceof Failure ? `${error.reason}: ${error.facts.value}` : String(error);
  }
}

test.each([
  ["https://example.org/", "ok"],
  ["https://example.org/page?x=1", "ok"],
  ["http://example.org/", "ok"],
  ["https://www.example.org/", "ok"],
  ["https://EXAMPLE.org/", "ok"],
  ["https://safe.test/", "ok"],
  ["https://shop.test:8443/", "ok"],
  [null, "ok"],
  ["", "ok"],
  [" ", "ok"],
  ["https://evilexample.org/", "referer_refused: evilexample.org"],
  ["https://example.org.evil.test/", "referer_refused: example.org.evil.test"],
  ["https://evil.test/?https://example.org/", "referer_refused: evil.test"],
  ["https://example.org@evil.test/", "referer_refused: evil.test"],
  ["http://safe.test/", "referer_refused: safe.test"],
  ["https://shop.test/", "referer_refused: shop.test"],
  ["about:blank", "referer_refused: unknown sites"],
  ["example.org", "referer_refused: unknown sites"],
])("%s: %s", (referer, wanted) => expect(ask(referer)).toBe(wanted));

test("without a list every page passes", () => expect(ask("https://evil.test/", [])).toBe("ok"));

test("a request without a Referer passes only where the deployment says so", () => {
  expect(ask(null, LIST, false)).toBe("referer_refused: unknown sites");
  expect(ask(null, [], false)).toBe("ok");
  expect(ask("https://example.org/", LIST, false)).toBe("ok");
});
