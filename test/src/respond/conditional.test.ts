import { describe, expect, it } from "vitest";
import type { Answer } from "../../../src/respond/answer.ts";
import { conditional, isNotModified, matchesEtag } from "../../../src/respond/conditional.ts";

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

const NOW = Date.UTC(2026, 10, 28, 12);
const MODIFIED = "Sat, 28 Nov 2026 10:00:00 GMT";

describe("isNotModified", () => {
  const validators = { etag: '"abc"', "last-modified": MODIFIED };
  const before = "Sat, 28 Nov 2026 09:59:59 GMT";
  const after = "Sat, 28 Nov 2026 10:00:01 GMT";
  const rows = [
    ["no condition", {}, false],
    ["since the second it came", { "if-modified-since": MODIFIED }, true],
    ["since a second before", { "if-modified-since": before }, false],
    ["since a second after", { "if-modified-since": after }, true],
    ["since a time to come", { "if-modified-since": "Sat, 28 Nov 2099 10:00:00 GMT" }, true],
    ["in RFC 850's form", { "if-modified-since": "Saturday, 28-Nov-26 10:00:00 GMT" }, true],
    ["in asctime's form", { "if-modified-since": "Sat Nov 28 10:00:00 2026" }, true],
    ["no date", { "if-modified-since": "yesterday" }, false],
    ["an empty one", { "if-modified-since": "" }, false],
    ["two dates", { "if-modified-since": `${after}, ${after}` }, false],
    ["another tag wins over the date", { "if-none-match": '"abd"', "if-modified-since": after }, false],
    ["the tag wins over the date", { "if-none-match": '"abc"', "if-modified-since": before }, true],
    ["the tag wins over what is no date", { "if-none-match": '"abc"', "if-modified-since": "yesterday" }, true],
    ["no tag in the list wins too", { "if-none-match": "", "if-modified-since": after }, false],
  ] as const satisfies readonly (readonly [string, Record<string, string>, boolean])[];
  it.each(rows)("%s", (_, asked, expected) => {
    expect(isNotModified(new Headers(asked), validators, NOW)).toBe(expected);
  });
});

describe("conditional", () => {
  const headers = {
    shared: new Headers({ "content-type": "image/webp", vary: "Accept" }),
    headers: { etag: '"abc"', "content-length": "3", "last-modified": MODIFIED },
  };
  const bytes = new Uint8Array([1, 2, 3]);
  const asked = (init?: RequestInit) => new Request("https://p.example/", init);
  const seen = ({ status, shared, headers, body }: Answer) => ({
    status,
    headers: { ...Object.fromEntries(shared), ...headers },
    body,
  });
  const all = {
    "content-type": "image/webp",
    "content-length": "3",
    etag: '"abc"',
    vary: "Accept",
    "last-modified": MODIFIED,
  };

  it("sends the body when the client has another", () => {
    expect(seen(conditional(asked(), headers, bytes, NOW))).toEqual({ status: 200, headers: all, body: bytes });
  });

  it("answers 304 without body headers, with validators", () => {
    const answer = conditional(asked({ headers: { "if-none-match": '"abc"' } }), headers, bytes, NOW);
    expect(seen(answer)).toEqual({ status: 304, headers: { etag: '"abc"', vary: "Accept" }, body: null });
    expect(headers.shared.get("content-type")).toBe("image/webp");
  });

  it("answers 304 to a date too, and leaves the date out", () => {
    const answer = conditional(asked({ headers: { "if-modified-since": MODIFIED } }), headers, bytes, NOW);
    expect(seen(answer)).toEqual({ status: 304, headers: { etag: '"abc"', vary: "Accept" }, body: null });
  });

  it("HEAD has the headers and no body", () => {
    const answer = conditional(asked({ method: "HEAD" }), headers, bytes, NOW);
    expect(seen(answer)).toEqual({ status: 200, headers: all, body: null });
  });

  it.each([
    ["304", { headers: { "if-none-match": "*" } }],
    ["HEAD", { method: "HEAD" }],
  ])("%s: a body under way is called off", async (_, init) => {
    const { promise, resolve } = Promise.withResolvers<true>();
    const body = new ReadableStream({ cancel: () => resolve(true) });
    expect(conditional(asked(init), headers, body, NOW).body).toBeNull();
    expect(await promise).toBe(true);
  });
});
