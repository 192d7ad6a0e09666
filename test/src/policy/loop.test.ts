import { expect, test } from "vitest";
import { refuseLoop } from "../../../src/policy/loop.ts";

test.each([
  ["none", {}, false],
  ["our token in Via", { via: "1.1 firstlight-edge" }, true],
  ["behind others", { via: "1.1 vegur, HTTP/2 cloudfront (CloudFront), 1.1 firstlight-edge (x)" }, true],
  ["in another case", { via: "1.1 Firstlight-Edge" }, true],
  ["our token in CDN-Loop", { "cdn-loop": "firstlight-edge" }, true],
  ["with parameters, behind others", { "cdn-loop": 'cloudflare; subreqs=1, firstlight-edge; abc="d"' }, true],
  ["another deployment of ours", { via: "1.1 firstlight-staging", "cdn-loop": "firstlight-staging" }, false],
  ["a longer name", { via: "1.1 firstlight-edge2", "cdn-loop": "xfirstlight-edge" }, false],
  ["only in a comment", { via: "1.1 vegur (firstlight-edge)" }, false],
  ["other CDNs", { via: "1.1 varnish, 1.1 google", "cdn-loop": "cloudflare; loops=1, Fastly" }, false],
])("%s", (_, headers, loops) => {
  const ask = () => refuseLoop(new Headers(headers as Record<string, string>), { loopId: "edge" });
  if (loops) expect(ask).toThrow("loop");
  else expect(ask).not.toThrow();
});
