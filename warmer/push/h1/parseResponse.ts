import type { PushResponse } from "../pushResponse.ts";

/** The largest response. Responses are a few bytes of JSON, so a larger one ends the connection. */
export const MAX_RESPONSE_BYTES = 65_536;

const HEAD_END = "\r\n\r\n";

/**
 * Parses one HTTP/1.1 response (RFC 9112) from the bytes received so far, latin1.
 * @returns the response; "incomplete" if more bytes must come; "malformed" if it can never become a response. Bytes
 *   after a complete response are "malformed" too: only one request is in flight, so nobody asked for them.
 */
export function parseResponse(text: string): PushResponse | "incomplete" | "malformed" {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd < 0) return text.length > MAX_RESPONSE_BYTES ? "malformed" : "incomplete";
  const status = Number(text.slice(9, 12));
  if (!text.startsWith("HTTP/1.") || !(status >= 100 && status <= 599)) return "malformed";
  const bodyStart = headEnd + HEAD_END.length;
  // Interim responses (100, 103) come before the final one.
  if (status < 200) return parseResponse(text.slice(bodyStart));
  const head = text.slice(0, headEnd).toLowerCase();
  const keepAlive = !head.includes("\r\nconnection: close") && head.startsWith("http/1.1");
  if (status === 204 || status === 304)
    return text.length === bodyStart ? { status, body: "", keepAlive } : "malformed";
  if (/\r\ntransfer-encoding:[^\r]*chunked/.test(head)) return parseChunked(text, bodyStart, status, keepAlive);
  const length = /\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*(?:\r|$)/.exec(head)?.[1];
  // Without a length, the body would end with the connection. The edge never sends such a response.
  if (length === undefined || Number(length) > MAX_RESPONSE_BYTES) return "malformed";
  const have = text.length - bodyStart;
  if (have < Number(length)) return "incomplete";
  return have === Number(length) ? { status, body: text.slice(bodyStart), keepAlive } : "malformed";
}

function parseChunked(
  text: string,
  start: number,
  status: number,
  keepAlive: boolean,
): PushResponse | "incomplete" | "malformed" {
  let body = "";
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return text.length > MAX_RESPONSE_BYTES ? "malformed" : "incomplete";
    const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(text.slice(at, lineEnd))?.[1];
    if (size === undefined) return "malformed";
    const bytes = Number.parseInt(size, 16);
    if (bytes > MAX_RESPONSE_BYTES) return "malformed";
    at = lineEnd + 2;
    if (bytes === 0) {
      // No trailers are expected. The empty line ends the response.
      if (text.length < at + 2) return "incomplete";
      return text.length === at + 2 && text.endsWith("\r\n") ? { status, body, keepAlive } : "malformed";
    }
    if (text.length < at + bytes + 2) return text.length > MAX_RESPONSE_BYTES * 2 ? "malformed" : "incomplete";
    body += text.slice(at, at + bytes);
    if (text.slice(at + bytes, at + bytes + 2) !== "\r\n") return "malformed";
    at += bytes + 2;
  }
}
