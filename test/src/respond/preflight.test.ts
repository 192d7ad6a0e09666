import { describe, expect, it } from "vitest";
import { toResponse } from "../../../src/respond/answer.ts";
import { preflight } from "../../../src/respond/preflight.ts";

const NAME = "access-control-allow-headers";

describe("preflight", () => {
  it("has all that a browser asks about, and no body", () => {
    const response = toResponse(preflight("x-requested-with"));
    expect([response.status, response.body]).toEqual([204, null]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      allow: "GET, HEAD, OPTIONS",
      "access-control-allow-headers": "x-requested-with",
      "access-control-allow-methods": "GET, HEAD",
      "access-control-allow-origin": "*",
      "access-control-max-age": "86400",
      vary: "Access-Control-Request-Headers",
    });
  });

  const rows = [
    ["none", null, undefined],
    ["empty", "", undefined],
    ["several, with and without spaces", "x-a,x-b ,  x-c", "x-a, x-b, x-c"],
    ["one that * does not stand for", "authorization", "authorization"],
    ["every character of a token", "!#$%&'*+-.^_`|~09az", "!#$%&'*+-.^_`|~09az"],
    ["not what is no token", "x-a, a b, x:y, (c), \u00e4, x-d", "x-a, x-d"],
    ["not a line of its own", "x-a\r\nset-cookie: b", undefined],
    ["nothing but what is no token", "a b", undefined],
    ["as long as it may be", "a".repeat(1_000), "a".repeat(1_000)],
    ["longer: not the name that was cut", `x-a,${"a".repeat(997)}`, "x-a"],
  ] as const satisfies readonly (readonly [string, string | null, string | undefined])[];
  it.each(rows)("allows the headers asked for: %s", (_, asked, expected) => {
    expect(preflight(asked).headers[NAME]).toBe(expected);
  });
});
