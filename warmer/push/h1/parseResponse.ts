/** One parsed answer: its body as text, and whether the server keeps the connection. */
export type Answer = { readonly status: number; readonly body: string; readonly keep: boolean };

/** Answers are a few bytes of JSON; one larger than this ends the connection. */
export const MAX_ANSWER_BYTES = 65_536;

const HEAD_END = "\r\n\r\n";

/**
 * Reads one HTTP/1.1 answer (RFC 9112) from the bytes received so far, latin1.
 * @returns the answer, "more" when it is not complete, or "broken" when it can never be one. Bytes after a complete
 * answer are "broken" too: one request is in flight, so nobody asked for them.
 */
export function parseAnswer(text: string): Answer | "more" | "broken" {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd < 0) return text.length > MAX_ANSWER_BYTES ? "broken" : "more";
  const status = Number(text.slice(9, 12));
  if (!text.startsWith("HTTP/1.") || !(status >= 100 && status <= 599)) return "broken";
  const bodyStart = headEnd + HEAD_END.length;
  // Interim answers (100, 103) precede the real one.
  if (status < 200) return parseAnswer(text.slice(bodyStart));
  const head = text.slice(0, headEnd).toLowerCase();
  const keep = !head.includes("\r\nconnection: close") && head.startsWith("http/1.1");
  if (status === 204 || status === 304) return text.length === bodyStart ? { status, body: "", keep } : "broken";
  if (/\r\ntransfer-encoding:[^\r]*chunked/.test(head)) return parseChunked(text, bodyStart, status, keep);
  const length = /\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*(?:\r|$)/.exec(head)?.[1];
  // Without a length the body ends with the connection; no answer of ours does that.
  if (length === undefined || Number(length) > MAX_ANSWER_BYTES) return "broken";
  const have = text.length - bodyStart;
  if (have < Number(length)) return "more";
  return have === Number(length) ? { status, body: text.slice(bodyStart), keep } : "broken";
}

function parseChunked(text: string, start: number, status: number, keep: boolean): Answer | "more" | "broken" {
  let body = "";
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return text.length > MAX_ANSWER_BYTES ? "broken" : "more";
    const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(text.slice(at, lineEnd))?.[1];
    if (size === undefined) return "broken";
    const bytes = Number.parseInt(size, 16);
    if (bytes > MAX_ANSWER_BYTES) return "broken";
    at = lineEnd + 2;
    if (bytes === 0) {
      // No trailers are expected; the empty line ends the answer.
      if (text.length < at + 2) return "more";
      return text.length === at + 2 && text.endsWith("\r\n") ? { status, body, keep } : "broken";
    }
    if (text.length < at + bytes + 2) return text.length > MAX_ANSWER_BYTES * 2 ? "broken" : "more";
    body += text.slice(at, at + bytes);
    if (text.slice(at + bytes, at + bytes + 2) !== "\r\n") return "broken";
    at += bytes + 2;
  }
}
