/** Which pages may show pictures (`ALLOWED_REFERERS`). Pure. */
import type { Config } from "../config/config.ts";
import { type HostPattern, parseHostPattern } from "../config/hostPattern.ts";
import { Failure } from "../errors.ts";
import { matchesPattern } from "./hosts.ts";

/** Each list is parsed once. A configuration keeps the same array for its whole life. */
const PATTERNS = new WeakMap<readonly string[], readonly HostPattern[]>();

/**
 * Throws Failure `referer_refused` when the Referer (RFC 9110 10.1.3) names a page that is not on the list. An empty list
 * allows every page. A request without a Referer passes unless the deployment says otherwise: browsers leave it out when the
 * page asks for that, and so do address bars and apps.
 */
export function refuseReferer(
  headers: Pick<Headers, "get">,
  { allowedReferers, emptyReferer }: Pick<Config, "allowedReferers" | "emptyReferer">,
): void {
  if (allowedReferers.length === 0) return;
  const text = headers.get("referer")?.trim() ?? "";
  if (text === "" && emptyReferer) return;
  const page = URL.canParse(text) ? new URL(text) : null;
  let patterns = PATTERNS.get(allowedReferers);
  if (patterns === undefined) {
    patterns = allowedReferers.map(parseHostPattern);
    PATTERNS.set(allowedReferers, patterns);
  }
  if (page !== null && patterns.some((pattern) => matchesPattern(page, pattern))) return;
  throw new Failure("referer_refused", { value: page === null || page.host === "" ? "unknown sites" : page.host });
}
