import { describe, expect, it } from "vitest";
import type { Answer } from "../../../src/respond/answer.ts";
import { conditional, matchesEtag } from "../../../src/respond/conditional.ts";

describe("matchesEtag", () => {
  const rows = [
    ["absent", null, false],
    ["equal", '"abc"', true],
    ["other", '"abd"', false],
    ["weak equals strong", 'W/"abc"', true],
    ["in a list", '"x", W/"abc" ,"y"', true],
    ["any", " * ", true],
    ["without quotes is another tag", "abc", false],
  ] as const satisfies readonly (readonly [string, string | null, boolean])[];
  it.each(rows)("%s", (_, header, expected) => {
    expect(matchesEtag(header, '"abc"')).toBe(expected);
  });
});

describe("conditional", () => {
  const headers = {
    shared: new Headers({ "content-type": "image/webp", vary: "Accept" }),
    headers: { etag: '"abc"', "content-length": "3" },
  };
  const bytes = new Uint8Array([1, 2, 3]);
  const asked = (init?: RequestInit) => new Request("https://p.example/", init);
  const seen = ({ status, shared, headers, body }: Answer) => ({
    status,
    headers: { ...Object.fromEntries(shared), ...headers },
    body,
  });
  const all = { "content-type": "image/webp", "content-length": "3", etag: '"abc"', vary: "Accept" };

  it("sends the body when the client has another", () => {
    expect(seen(conditional(asked(), headers, bytes))).toEqual({ status: 200, headers: all, body: bytes });
  });

  it("answers 304 without body headers, with validators", () => {
    const answer = conditional(asked({ headers: { "if-none-match": '"abc"' } }), headers, bytes);
    expect(seen(answer)).toEqual({ status: 304, headers: { etag: '"abc"', vary: "Accept" }, body: null });
    expect(headers.shared.get("content-type")).toBe("image/webp");
  });

  it("HEAD has the headers and no body", () => {
    const answer = conditional(asked({ method: "HEAD" }), headers, bytes);
    expect(seen(answer)).toEqual({ status: 200, headers: all, body: null });
  });

  it.each([
    ["304", { headers: { "if-none-match": "*" } }],
    ["HEAD", { method: "HEAD" }],
  ])("%s: a body under way is called off", async (_, init) => {
    const { promise, resolve } = Promise.withResolvers<true>();
    const body = new ReadableStream({ cancel: () => resolve(true) });
    expect(conditional(asked(init), headers, body).body).toBeNull();
    expect(await promise).toBe(true);
  });
});
