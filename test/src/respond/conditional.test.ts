import { describe, expect, it } from "vitest";
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
  const headers = () =>
    new Headers({ etag: '"abc"', "content-type": "image/webp", "content-length": "3", vary: "Accept" });
  const bytes = new Uint8Array([1, 2, 3]);

  it("sends the body when the client has another", async () => {
    const answer = conditional(new Request("https://p.example/"), headers(), bytes);
    expect(answer.status).toBe(200);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
  });

  it("answers 304 without body headers, with validators", async () => {
    const request = new Request("https://p.example/", { headers: { "if-none-match": '"abc"' } });
    const answer = conditional(request, headers(), bytes);
    expect(answer.status).toBe(304);
    expect(answer.headers.get("content-type")).toBeNull();
    expect(answer.headers.get("content-length")).toBeNull();
    expect(answer.headers.get("etag")).toBe('"abc"');
    expect(answer.headers.get("vary")).toBe("Accept");
    expect(await answer.text()).toBe("");
  });

  it("HEAD has the headers and no body", async () => {
    const answer = conditional(new Request("https://p.example/", { method: "HEAD" }), headers(), bytes);
    expect(answer.headers.get("content-length")).toBe("3");
    expect(await answer.text()).toBe("");
  });
});
