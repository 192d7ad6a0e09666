/** Conditional requests (RFC 9110 13). Pictures have a strong ETag per variant and no Last-Modified of their own. */
import type { Answer, AnswerHeaders } from "./answer.ts";

/** Headers a 304 keeps (RFC 9110 15.4.5) besides those that are on every answer. */
const NOT_MODIFIED_DROPS: readonly string[] = ["content-type", "content-length", "content-disposition"];

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
export function conditional(
  request: Pick<Request, "method" | "headers">,
  { shared, headers }: AnswerHeaders & { readonly headers: { readonly etag: string } },
  body: Uint8Array | ReadableStream,
): Answer {
  if (!matchesEtag(request.headers.get("if-none-match"), headers.etag)) {
    if (request.method !== "HEAD") return { status: 200, shared, headers, body };
    cancel(body);
    return { status: 200, shared, headers, body: null };
  }
  cancel(body);
  const kept = new Headers(shared);
  for (const name of NOT_MODIFIED_DROPS) kept.delete(name);
  const keptHeaders = Object.entries(headers).filter(([name]) => !NOT_MODIFIED_DROPS.includes(name));
  return { status: 304, shared: kept, headers: Object.fromEntries(keptHeaders), body: null };
}

/** Nobody will read this body: its store need not hold it ready. */
function cancel(body: Uint8Array | ReadableStream): void {
  if (body instanceof ReadableStream) body.cancel().catch(() => undefined);
}
