/** An answer as values, which is what every handler gives. app.ts makes a Response of it once, when all is known. */
import { FIXED_HEADERS } from "./fixedHeaders.ts";

export type AnswerHeaders = {
  /** Headers that many answers share. Made once and never changed: copying them costs a third of setting them anew. */
  readonly shared: Headers;
  /** The headers of this answer alone, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
};

export type Answer = AnswerHeaders & {
  readonly status: number;
  readonly body: string | Uint8Array | ReadableStream | null;
};

const JSON_HEADERS = new Headers({ ...FIXED_HEADERS, "content-type": "application/json", "cache-control": "no-store" });

/** JSON that nobody keeps: the answers to operators' tools. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, shared: JSON_HEADERS, headers: {}, body: JSON.stringify(value) };
}

const LINES_HEADERS = new Headers({
  ...FIXED_HEADERS,
  "content-type": "application/x-ndjson",
  // A proxy that compresses would hold lines back.
  "cache-control": "no-store, no-transform",
});

/** 200 with JSON values, a line each as it becomes known. */
export function linesAnswer(body: ReadableStream<Uint8Array>): Answer {
  return { status: 200, shared: LINES_HEADERS, headers: {}, body };
}

const REDIRECT_HEADERS = new Headers({ ...FIXED_HEADERS, "cache-control": "no-store" });

/** 302 to another address, for this once (RFC 9110 15.4.3). */
export function redirectAnswer(location: string): Answer {
  return { status: 302, shared: REDIRECT_HEADERS, headers: { location, "content-length": "0" }, body: null };
}

/** The Response of an answer, with further headers. */
export function toResponse(answer: Answer, further: AnswerHeaders["headers"] = {}): Response {
  const { status, shared } = answer;
  // A stored picture never lies in shared memory, which is all that BodyInit asks beyond our type.
  const response = new Response(answer.body as BodyInit | null, { status, headers: shared });
  const { headers } = response;
  for (const name in answer.headers) headers.set(name, answer.headers[name] ?? "");
  for (const name in further) headers.set(name, further[name] ?? "");
  return response;
}
