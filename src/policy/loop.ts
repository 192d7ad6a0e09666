/** Requests that come back to us (RFC 9110 7.6.3 Via, RFC 8586 CDN-Loop). Pure. */
import type { Config } from "../config.ts";
import { Failure } from "../errors.ts";
import { loopToken } from "../origin/headers.ts";

const LOOP_HEADERS = ["via", "cdn-loop"] as const;

/**
 * Throws Failure `loop` when Via or CDN-Loop holds our own token. Other CDNs' tokens are normal: many stand before us.
 * A Via entry is `protocol received-by [comment]`, a CDN-Loop entry `token[;parameters]`.
 */
export function refuseLoop(headers: Headers, config: Pick<Config, "loopId">): void {
  const own = loopToken(config).toLowerCase();
  for (const name of LOOP_HEADERS) {
    const words = (headers.get(name) ?? "").toLowerCase().split(/[\s,;()]+/);
    if (words.includes(own)) throw new Failure("loop", {}, `${name} holds ${own}`);
  }
}
