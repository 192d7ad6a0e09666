/** Requests that come back to us: known by our own token, not by other proxies' (RFC 9110 7.6.3, RFC 8586). */
import type { Config } from "../config.ts";
import { Failure } from "../errors.ts";

/** Our name in `Via` and `CDN-Loop`. */
export function loopToken({ loopId }: Pick<Config, "loopId">): string {
  return `firstlight-${loopId}`;
}

/** Throws Failure `loop` when a request's `Via` or `CDN-Loop` holds our token; other CDNs' tokens are normal. */
export function refuseLoop(headers: Pick<Headers, "get">, config: Pick<Config, "loopId">): void {
  const token = loopToken(config);
  const names = [...namesIn(headers.get("via"), 1), ...namesIn(headers.get("cdn-loop"), 0)];
  if (names.includes(token)) throw new Failure("loop", {}, `our token ${token} came in`);
}

/** The names of a comma-separated field: the word at `position` of each entry (`1.1 name (comment)`, `name; p=v`). */
function namesIn(field: string | null, position: number): readonly string[] {
  return (field ?? "").split(",").map((entry) => {
    const words = entry
      .trim()
      .toLowerCase()
      .split(/[\s;]+/);
    return words[position] ?? "";
  });
}
