import { createHmac, timingSafeEqual } from "node:crypto";

/** Base64url characters of an HMAC-SHA256, and the `#` before them. */
const SIGNATURE_CHARACTERS = 43;
const MARK = 0x23;
const PADDING = 0x3d;
const RETURN = 0x0d;
const NEWLINE = 0x0a;

/**
 * Where the signature line of a datagram begins: the index of its `#`, or -1 when the last line is none. It may be
 * padded with the `=` that base64 of 32 bytes has, and end as lines do.
 */
export function signatureLine(bytes: Uint8Array, start: number, end: number): number {
  let stop = end;
  for (const byte of [NEWLINE, RETURN, PADDING]) if (stop > start && bytes[stop - 1] === byte) stop--;
  const mark = stop - SIGNATURE_CHARACTERS - 1;
  if (mark < start || bytes[mark] !== MARK) return -1;
  return mark === start || bytes[mark - 1] === NEWLINE ? mark : -1;
}

/**
 * Whether the text behind the `#` at `mark` is the base64url HMAC-SHA256 of bytes[start, mark). Strict: the text is
 * compared, not the decoded bytes, so each signature has one spelling but for its padding. Constant time.
 */
export function isSigned(bytes: Buffer, start: number, mark: number, secret: string): boolean {
  const expected = createHmac("sha256", secret).update(bytes.subarray(start, mark)).digest("base64url");
  return timingSafeEqual(Buffer.from(expected, "latin1"), bytes.subarray(mark + 1, mark + 1 + SIGNATURE_CHARACTERS));
}
