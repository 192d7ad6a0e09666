/** The part of HPACK (RFC 7541) that a request needs: indices of the static table, and literals without indexing. */
import { OUTCOME_TYPE, type PushRequest } from "../pushRequest.ts";
import { WARM_PATH } from "../pushSigner.ts";

/** Fields of the static table (RFC 7541, appendix A) whose names are sent as an index. */
const NAME = { authority: 1, path: 4, accept: 19, contentLength: 28, contentType: 31, userAgent: 58 } as const;
const METHOD_POST = "\x83";
const SCHEME = { "http:": "\x86", "https:": "\x87" } as const;

/** Encodes an integer after the bits of `pattern` (RFC 7541, section 5.1). */
export function encodeInteger(pattern: number, prefixBits: number, value: number): string {
  const most = 2 ** prefixBits - 1;
  if (value < most) return String.fromCharCode(pattern | value);
  let text = String.fromCharCode(pattern | most);
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) text += String.fromCharCode((rest % 128) | 128);
  return text + String.fromCharCode(rest);
}

/** Encodes a string without Huffman coding (section 5.2). */
export function encodeString(text: string): string {
  return encodeInteger(0, 7, text.length) + text;
}

/** Encodes the header blocks of one region's pushes. Only length, time and signature are encoded for each push. */
export class RequestFields {
  readonly #first: string;
  readonly #time = `\0${encodeString("x-firstlight-time")}`;
  readonly #signature = `\x10${encodeString("x-firstlight-signature")}`;

  constructor(url: URL) {
    const literal = (name: number, value: string): string => encodeInteger(0, 4, name) + encodeString(value);
    this.#first =
      METHOD_POST +
      (url.protocol === "https:" ? SCHEME["https:"] : SCHEME["http:"]) +
      literal(NAME.authority, url.host) +
      literal(NAME.path, WARM_PATH) +
      literal(NAME.userAgent, "firstlight-warmer") +
      literal(NAME.accept, OUTCOME_TYPE) +
      literal(NAME.contentType, "application/json") +
      encodeInteger(0, 4, NAME.contentLength);
  }

  /** The header block of one push, latin1. */
  block(push: PushRequest): string {
    const first = this.#first + encodeString(String(push.body.length));
    if (push.signature === null) return first;
    return `${first}${this.#time}${encodeString(String(push.time))}${this.#signature}${encodeString(push.signature)}`;
  }
}
