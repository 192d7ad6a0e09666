/** Conditional requests (RFC 9110 13). Pictures have a strong ETag per variant and no Last-Modified of their own. */

/** Headers a 304 keeps (RFC 9110 15.4.5) besides those that are on every answer. */
const NOT_MODIFIED_DROPS = ["content-type", "content-length", "content-disposition"] as const;

/**
 * Whether If-None-Match names this ETag: `*`, or a list in which one equals it by weak comparison.
 * `etag` with its quotes.
 */
export function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch.trim() === "*") return true;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, "");
  return ifNoneMatch.split(",").some((tag) => opaque(tag) === opaque(etag));
}

/** A picture's answer, or 304 when the client has it. `body` is the whole picture. */
export function conditional(request: Request, headers: Headers, body: Uint8Array | ReadableStream): Response {
  if (!matchesEtag(request.headers.get("if-none-match"), headers.get("etag") ?? "")) {
    if (request.method !== "HEAD") return new Response(body as BodyInit, { status: 200, headers });
    leave(body);
    return new Response(null, { status: 200, headers });
  }
  leave(body);
  for (const name of NOT_MODIFIED_DROPS) headers.delete(name);
  return new Response(null, { status: 304, headers });
}

/** A body that nobody will read: its store need not hold it ready. */
function leave(body: Uint8Array | ReadableStream): void {
  if (body instanceof ReadableStream) body.cancel().catch(() => undefined);
}
