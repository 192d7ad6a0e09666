import { describe, expect, it } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { refuseLoop } from "../../../src/policy/loop.ts";

describe("refuseLoop", () => {
  const rows = [
    ["no header", {}, false],
    ["our token in Via", { via: "1.1 firstlight-a" }, true],
    ["our token in CDN-Loop", { "cdn-loop": "firstlight-a" }, true],
    ["with parameters", { "cdn-loop": "other; hops=1, Firstlight-A;x=1" }, true],
    ["among other hops", { via: "1.1 proxy, 2 firstlight-a (x), 1.1 z" }, true],
    ["in a comment's brackets", { via: "1.1 z (firstlight-a)" }, true],
    ["another deployment of ours", { via: "1.1 firstlight-b" }, false],
    ["only a prefix of ours", { via: "1.1 firstlight-ab" }, false],
    ["only part of a word", { "cdn-loop": "xfirstlight-a" }, false],
    ["another CDN", { "cdn-loop": "cloudflare; loops=1", via: "1.1 varnish" }, false],
  ] as const satisfies readonly (readonly [string, Record<string, string>, boolean])[];
  it.each(rows)("%s", (_, headers, loops) => {
    const check = () => refuseLoop(new Headers(headers), { loopId: "a" });
    if (loops) expect(check).toThrow(Failure);
    else expect(check).not.toThrow();
  });
});
