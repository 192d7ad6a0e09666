/** CORS preflights (Fetch standard, "CORS-preflight request"): browsers ask before a page's fetch() with own headers. */
import type { Answer } from "./answer.ts";
import { ALLOWED_METHODS, FIXED_HEADERS } from "./fixedHeaders.ts";

/** A field name (RFC 9110 5.1, 5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** More than any page sends. Longer lists are cut. In characters. */
const MAX_LENGTH = 1_000;
const MAX_AGE_SECONDS = 86_400;

const SHARED = new Headers(FIXED_HEADERS);

/**
 * The answer to `OPTIONS`. `asked` is `Access-Control-Request-Headers`. Whatever a page sends is allowed, because we
 * neither read nor keep it. The names are repeated, not `*`: `*` does not stand for `Authorization`. A name that is no
 * token is left out.
 */
export function preflight(asked: string | null): Answer {
  const names = (asked ?? "")
    .slice(0, MAX_LENGTH)
    .split(",")
    .map((name) => name.trim());
  // The last name may have been cut.
  const whole = (asked ?? "").length > MAX_LENGTH ? names.slice(0, -1) : names;
  const allowed = whole.filter((name) => TOKEN.test(name));
  return {
    status: 204,
    shared: SHARED,
    headers: {
      allow: ALLOWED_METHODS,
      "access-control-allow-methods": "GET, HEAD",
      "access-control-max-age": String(MAX_AGE_SECONDS),
      vary: "Access-Control-Request-Headers",
      ...(allowed.length === 0 ? {} : { "access-control-allow-headers": allowed.join(", ") }),
    },
    body: null,
  };
}
