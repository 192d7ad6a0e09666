/** Where a redirect leads (RFC 9110 10.2.2). Pure. */
import { Failure } from "../errors.ts";
import { singleValue } from "./headers.ts";

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Two different targets, joined by the runtime: the second one begins anew. A comma within an address has no space. */
const SEVERAL_TARGETS = /,[ \t]+(?:[a-z][a-z0-9+.-]*:)?\//i;

/** Where an answer sends us, as sent; null when it sends us nowhere. Equal lines are one (RFC 9110 10.2.2). */
export function locationOf({ status, headers }: Response): string | null {
  return REDIRECTS.includes(status) ? singleValue(headers, "location") : null;
}

/** Where a redirect leads, resolved against the address that answered (RFC 9110 10.2.2), without its fragment. */
export function follow(location: string, from: URL): URL {
  if (SEVERAL_TARGETS.test(location)) throw new Failure("source_redirect_refused", {}, "different Locations");
  if (!URL.canParse(location, from.href)) throw new Failure("source_redirect_refused", {}, "unreadable Location");
  const url = new URL(location, from.href);
  url.hash = "";
  return url;
}
