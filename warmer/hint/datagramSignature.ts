import { createHmac, timingSafeEqual } from "node:crypto";

/** Base64url characters of an HMAC-SHA256. A `#` comes before them. */
const SIGNATURE_CHARACTERS = 43;
const MARK = 0x23;
const PADDING = 0x3d;
const RETURN = 0x0d;
const NEWLINE = 0x0a;

/**
 * Finds the signature line of a datagram. It may end with one `=` of base64 padding and a line end.
 * @returns the index of its `#`, or -1 if the last line is no signature
 */
export function signatureLine(bytes: Uint8Array, start: number, end: number): number {
  let stop = end;
  for (const byte of [NEWLINE, RETURN, PADDING]) if (stop > start && bytes[stop - 1] === byte) stop--;
  const mark = stop - SIGNATURE_CHARACTERS - 1;
  if (mark < start || bytes[mark] !== MARK) return -1;
  return mark === start || bytes[mark - 1] === NEWLINE ? mark : -1;
}

/**
 * Whether the text after the `#` at `mark` is the base64url HMAC-SHA256 of bytes[start, mark). It compares the text,
 * not the decoded bytes, so each signature has one spelling (apart from padding). Constant time.
 */
export function isSigned(bytes: Buffer, start: number, mark: number, secret: string): boolean {
  const expected = createHmac("sha256", secret).update(bytes.subarray(start, mark)).digest("base64url");
  return timingSafeEqual(Buffer.from(expected, "latin1"), bytes.subarray(mark + 1, mark + 1 + SIGNATURE_CHARACTERS));
}
