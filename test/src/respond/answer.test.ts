import { describe, expect, it } from "vitest";
import { jsonAnswer, toResponse } from "../../../src/respond/answer.ts";

describe("toResponse", () => {
  const shared = new Headers({ "content-type": "image/webp", link: "<a>" });

  it("has what is shared, its own and what is said besides; the nearer one wins", async () => {
    const answer = { status: 200, shared, headers: { etag: '"a"', link: "<b>" }, body: "x" };
    const response = toResponse(answer, { "server-timing": "total;dur=1.0" });
    expect(Object.fromEntries(response.headers)).toEqual({
      "content-type": "image/webp",
      etag: '"a"',
      link: "<b>",
      "server-timing": "total;dur=1.0",
    });
    expect(await response.text()).toBe("x");
  });

  it("leaves alone what other answers share", () => {
    toResponse({ status: 200, shared, headers: { link: "<b>" }, body: null });
    expect(Object.fromEntries(shared)).toEqual({ "content-type": "image/webp", link: "<a>" });
  });
});

describe("jsonAnswer", () => {
  it("is JSON, and kept by nobody", async () => {
    const response = toResponse(jsonAnswer(202, { accepted: 1 }));
    expect([response.status, response.headers.get("cache-control")]).toEqual([202, "no-store"]);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ accepted: 1 });
  });
});
