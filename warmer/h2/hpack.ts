/**
 * As much of HPACK (RFC 7541) as a push needs: requests are literals that no table remembers, and of an answer only
 * `:status` is read, which comes first (RFC 9113, section 8.3). We announce a table of no bytes, so there is no state.
 */
import type { Push } from "../request.ts";
import { WARM_PATH } from "../signature.ts";

/** Fields of the static table (RFC 7541, appendix A) that we name by their index. */
const NAME = { authority: 1, path: 4, contentLength: 28, contentType: 31, userAgent: 58 } as const;
const METHOD_POST = "\x83";
const SCHEME = { "http:": "\x86", "https:": "\x87" } as const;

/** `:status` at the indices 8 to 14. */
const STATUSES = [200, 204, 206, 304, 400, 404, 500] as const;
const FIRST_STATUS = 8;

/** An integer after the bits of `pattern` (RFC 7541, section 5.1). */
export function encodeInteger(pattern: number, prefixBits: number, value: number): string {
  const most = 2 ** prefixBits - 1;
  if (value < most) return String.fromCharCode(pattern | value);
  let text = String.fromCharCode(pattern | most);
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) text += String.fromCharCode((rest % 128) | 128);
  return text + String.fromCharCode(rest);
}

/** A string without Huffman coding (section 5.2). */
export function encodeString(text: string): string {
  return encodeInteger(0, 7, text.length) + text;
}

/** Makes the header blocks of one region's pushes: all but the length, time and signature is made once. */
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
      literal(NAME.contentType, "application/json") +
      encodeInteger(0, 4, NAME.contentLength);
  }

  /** The header block of one push, latin1. */
  block(push: Push): string {
    const first = this.#first + encodeString(String(push.body.length));
    if (push.signature === null) return first;
    return `${first}${this.#time}${encodeString(String(push.time))}${this.#signature}${encodeString(push.signature)}`;
  }
}

/**
 * The status of an answer's header block: `:status` as the first field, indexed, or a literal whose name is, its value
 * plain or in Huffman code. Undefined when it is anything else.
 */
export function statusOf(block: string): number | undefined {
  let at = 0;
  // The server's confirmation that its table is as small as we asked (section 6.3).
  while ((block.charCodeAt(at) & 0xe0) === 0x20) {
    if ((block.charCodeAt(at++) & 0x1f) < 0x1f) continue;
    while (block.charCodeAt(at++) >= 0x80);
  }
  const first = block.charCodeAt(at++);
  if (first >= 0x80) return STATUSES[(first & 0x7f) - FIRST_STATUS];
  const index = first >= 0x40 ? first & 0x3f : first & 0x0f;
  if (!(index >= FIRST_STATUS && index < FIRST_STATUS + STATUSES.length)) return undefined;
  const length = block.charCodeAt(at++);
  const value = block.slice(at, at + (length & 0x7f));
  if (value.length !== (length & 0x7f)) return undefined;
  const digits = length >= 0x80 ? decodeDigits(value) : value;
  return digits !== undefined && /^[1-5]\d\d$/.test(digits) ? Number(digits) : undefined;
}

/** Three digits out of Huffman code (RFC 7541, appendix B): 0 to 2 are 5 bits, 3 to 9 are 6 bits from 011001 up. */
function decodeDigits(code: string): string | undefined {
  // Three digits are 15 to 18 bits: two bytes, or three.
  if (code.length < 2 || code.length > 3) return undefined;
  let bits = "";
  for (let i = 0; i < code.length; i++) bits += code.charCodeAt(i).toString(2).padStart(8, "0");
  let digits = "";
  let at = 0;
  while (digits.length < 3) {
    const five = Number.parseInt(bits.slice(at, at + 5), 2);
    const six = Number.parseInt(bits.slice(at, at + 6), 2);
    if (five <= 2) digits += five;
    else if (six >= 0x19 && six <= 0x1f) digits += six - 0x19 + 3;
    else return undefined;
    at += five <= 2 ? 5 : 6;
  }
  // The rest is padding: ones, less than a byte (section 5.2).
  return at <= bits.length && bits.length - at < 8 && !bits.slice(at).includes("0") ? digits : undefined;
}
