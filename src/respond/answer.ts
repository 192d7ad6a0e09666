/** An answer as values, which is what every handler gives. app.ts makes a Response of it once, when all is known. */
import { FIXED_HEADERS } from "./headers.ts";

export type AnswerHeaders = {
  /** What many answers have alike, made once and never changed: to copy them costs a third of naming them again. */
  readonly alike: Headers;
  /** This answer's own, by lower-case name. */
  readonly own: Readonly<Record<string, string>>;
};

export type Answer = AnswerHeaders & {
  readonly status: number;
  readonly body: string | Uint8Array | ReadableStream | null;
};

const JSON_HEADERS = new Headers({ ...FIXED_HEADERS, "content-type": "application/json", "cache-control": "no-store" });

/** JSON that nobody keeps: what operators' tools are told. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, alike: JSON_HEADERS, own: {}, body: JSON.stringify(value) };
}

/** The Response of an answer, with what is to be said besides. */
export function toResponse({ status, alike, own, body }: Answer, besides: AnswerHeaders["own"] = {}): Response {
  // A stored picture never lies in shared memory, which is all that BodyInit asks beyond our type.
  const response = new Response(body as BodyInit | null, { status, headers: alike });
  const { headers } = response;
  for (const name in own) headers.set(name, own[name] ?? "");
  for (const name in besides) headers.set(name, besides[name] ?? "");
  return response;
}
