/** Conditional requests (RFC 9110 13). A picture has a strong ETag per variant, and the time when its bytes came. */
import type { Answer, AnswerHeaders } from "./answer.ts";
import { parseHttpDate } from "./httpDate.ts";

/**
 * Headers that a 304 leaves out (RFC 9110 15.4.5). The client has them, except that Last-Modified may have moved; the
 * ETag is there to say which copy is meant.
 */
const NOT_MODIFIED_DROPS: readonly string[] = [
  "content-type",
  "content-length",
  "content-disposition",
  "last-modified",
];

/** The headers that a condition is compared with. */
type Validators = { readonly etag: string; readonly "last-modified": string };

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

/**
 * Whether the client's copy still holds (RFC 9110 13.2.2): If-None-Match decides alone when it is there. Else
 * If-Modified-Since does, unless its text is no date. `now` in unix ms.
 */
export function isNotModified(asked: Pick<Headers, "get">, validators: Validators, now: number): boolean {
  const tags = asked.get("if-none-match");
  if (tags !== null) return matchesEtag(tags, validators.etag);
  const text = asked.get("if-modified-since");
  const since = text === null ? null : parseHttpDate(text, now);
  const modified = parseHttpDate(validators["last-modified"], now);
  return since !== null && modified !== null && modified <= since;
}

/** A picture's answer, or 304 when the client has it. `body` is the whole picture; `now` in unix ms. */
export function conditional(
  request: Pick<Request, "method" | "headers">,
  { shared, headers }: AnswerHeaders & { readonly headers: Validators },
  body: Uint8Array | ReadableStream,
  now: number,
): Answer {
  if (!isNotModified(request.headers, headers, now)) {
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
