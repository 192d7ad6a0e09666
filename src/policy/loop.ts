/** Finds requests that come back to us, by our own token in `Via` and `CDN-Loop` (RFC 9110 7.6.3, RFC 8586). */
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";

/** Our name in `Via` and `CDN-Loop`. */
export function loopToken({ loopId }: Pick<Config, "loopId">): string {
  return `firstlight-${loopId}`;
}

/** Throws Failure `loop` when a request's `Via` or `CDN-Loop` holds our token. The tokens of other CDNs are normal. */
export function refuseLoop(headers: Pick<Headers, "get">, config: Pick<Config, "loopId">): void {
  const token = loopToken(config);
  if (names(headers.get("via"), token, 1) || names(headers.get("cdn-loop"), token, 0))
    throw new Failure("loop", {}, `our token ${token} came in`);
}

/** Whether one entry of a comma-separated field (`1.1 name (comment)`, `name; p=v`) has `token` as its word at `position`. */
function names(field: string | null, token: string, position: number): boolean {
  const text = field?.toLowerCase();
  // This holds for nearly every request, so the entries are rarely split.
  if (!text?.includes(token)) return false;
  return text.split(",").some((entry) => entry.trim().split(/[\s;]+/)[position] === token);
}
