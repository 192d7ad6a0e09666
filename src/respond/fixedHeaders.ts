/** The headers that every answer has. Nothing of a source's own headers is ever passed on. */

/** On every answer, pictures and errors alike: a picture must not become a page, and may be embedded anywhere. */
export const FIXED_HEADERS = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
  "access-control-allow-origin": "*",
  // A page's fetch() sees these besides those that the Fetch standard always shows.
  "access-control-expose-headers": "Cache-Status, Server-Timing, ETag, Retry-After",
  "cross-origin-resource-policy": "cross-origin",
  "timing-allow-origin": "*",
  "referrer-policy": "no-referrer",
} as const satisfies Readonly<Record<string, string>>;

/** Sent with answers over HTTPS (RFC 6797): one year, as preload lists ask. */
export const HSTS = "max-age=31536000; includeSubDomains";

/** What a picture's address may be asked with (RFC 9110 10.2.1). */
export const ALLOWED_METHODS = "GET, HEAD, OPTIONS";
