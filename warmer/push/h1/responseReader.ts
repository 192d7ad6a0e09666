/**
 * What a response may take. `headBytes`: one head, final or interim. `interim`: interim responses (100, 103) before the
 * final one. `bodyBytes`: the body. `framingBytes`: chunk sizes and line ends together. `chunkLineBytes`: one chunk
 * size with its extension. The edge needs a small part of each.
 */
export const RESPONSE_LIMITS = {
  headBytes: 16_384,
  interim: 16,
  bodyBytes: 65_536,
  framingBytes: 65_536,
  chunkLineBytes: 256,
} as const;

const HEAD_END = "\r\n\r\n";
const LINE_END = "\r\n";

type State = "head" | "length" | "chunk-size" | "chunk" | "chunk-end" | "last-chunk" | "done";

/**
 * Reads one HTTP/1.1 response (RFC 9112) while its bytes arrive, latin1. It works in a loop and keeps no more than
 * RESPONSE_LIMITS, whatever the server sends.
 */
export class ResponseReader {
  /** 0 until the final head has arrived. */
  status = 0;
  /** The body as far as it has arrived. */
  body = "";
  keepAlive = true;
  #rest = "";
  #state: State = "head";
  /** Bytes that are missing from the body or from the chunk. */
  #left = 0;
  #interim = 0;
  #framing = 0;

  /**
   * Takes received bytes. "malformed": it can never become a response. Bytes after a complete response are "malformed"
   * too: only one request is in flight, so nobody asked for them.
   */
  feed(text: string): "incomplete" | "malformed" | "done" {
    this.#rest = this.#rest === "" ? text : this.#rest + text;
    for (;;) {
      if (this.#state === "done") return this.#rest === "" ? "done" : "malformed";
      const step = this.#step();
      if (step !== "next") return step;
    }
  }

  /** Reads the next part. "next": it was complete. */
  #step(): "next" | "incomplete" | "malformed" {
    switch (this.#state) {
      case "head":
        return this.#head();
      case "chunk-size":
        return this.#chunkSize();
      case "chunk-end":
        return this.#lineEnd("chunk-size");
      case "last-chunk":
        // No trailers are expected. The empty line ends the response.
        return this.#lineEnd("done");
      default:
        return this.#bytes(this.#state === "length" ? "done" : "chunk-end");
    }
  }

  #head(): "next" | "incomplete" | "malformed" {
    const end = this.#rest.indexOf(HEAD_END);
    if (end < 0) return this.#rest.length > RESPONSE_LIMITS.headBytes ? "malformed" : "incomplete";
    if (end > RESPONSE_LIMITS.headBytes) return "malformed";
    const head = this.#rest.slice(0, end).toLowerCase();
    this.#rest = this.#rest.slice(end + HEAD_END.length);
    const status = Number(head.slice(9, 12));
    if (!/^http\/1\.\d \d{3}(?: |\r|$)/.test(head) || status < 100 || status > 599) return "malformed";
    // Nobody asked for another protocol.
    if (status === 101) return "malformed";
    if (status < 200) return ++this.#interim > RESPONSE_LIMITS.interim ? "malformed" : "next";
    this.status = status;
    this.keepAlive = head.startsWith("http/1.1") && !/\r\nconnection:[^\r]*\bclose\b/.test(head);
    if (status === 204 || status === 304) this.#state = "done";
    else if (!/\r\ntransfer-encoding:/.test(head)) return this.#contentLength(head);
    // A length beside chunks is an attempt at response smuggling (RFC 9112 section 6.3).
    else if (/\r\ncontent-length:/.test(head) || !/\r\ntransfer-encoding:[ \t]*chunked[ \t]*(?:\r|$)/.test(head))
      return "malformed";
    else this.#state = "chunk-size";
    return "next";
  }

  #contentLength(head: string): "next" | "malformed" {
    const lengths = new Set([...head.matchAll(/\r\ncontent-length:[ \t]*([^\r]*?)[ \t]*(?=\r|$)/g)].map(([, n]) => n));
    const [length = ""] = lengths;
    // Without a length, the body would end with the connection. The edge never sends such a response.
    if (lengths.size !== 1 || !/^\d{1,9}$/.test(length) || Number(length) > RESPONSE_LIMITS.bodyBytes)
      return "malformed";
    this.#left = Number(length);
    this.#state = "length";
    return "next";
  }

  #chunkSize(): "next" | "incomplete" | "malformed" {
    const end = this.#rest.indexOf(LINE_END);
    if (end < 0) return this.#rest.length > RESPONSE_LIMITS.chunkLineBytes ? "malformed" : "incomplete";
    const size = /^([0-9a-f]{1,8})[ \t]*(?:;[^\r\n]*)?$/i.exec(this.#rest.slice(0, end))?.[1];
    this.#framing += end + 2 * LINE_END.length;
    if (size === undefined || end > RESPONSE_LIMITS.chunkLineBytes) return "malformed";
    if (this.#framing > RESPONSE_LIMITS.framingBytes) return "malformed";
    this.#left = Number.parseInt(size, 16);
    if (this.body.length + this.#left > RESPONSE_LIMITS.bodyBytes) return "malformed";
    this.#rest = this.#rest.slice(end + LINE_END.length);
    this.#state = this.#left === 0 ? "last-chunk" : "chunk";
    return "next";
  }

  #bytes(then: State): "next" | "incomplete" {
    const piece = this.#rest.slice(0, this.#left);
    this.body = this.body === "" ? piece : this.body + piece;
    this.#rest = this.#rest.slice(piece.length);
    this.#left -= piece.length;
    if (this.#left > 0) return "incomplete";
    this.#state = then;
    return "next";
  }

  #lineEnd(then: State): "next" | "incomplete" | "malformed" {
    if (!this.#rest.startsWith(LINE_END.slice(0, this.#rest.length))) return "malformed";
    if (this.#rest.length < LINE_END.length) return "incomplete";
    this.#rest = this.#rest.slice(LINE_END.length);
    this.#state = then;
    return "next";
  }
}
