/** A copyright notice in a text that may be about anything, such as a comment in a file. */
import { textOf, tidy } from "./blocks.ts";

/** Most comments name the program that wrote the file. Only one that claims a copyright counts. */
const CLAIM = /©|\(c\)|\bcopyright\b/i;
/** Only the first bytes of a comment are read. */
const MAX_BYTES = 8_192;

/** Bytes of a comment -> one line, or null when it claims no copyright. */
export function noticeOf(comment: Uint8Array): string | null {
  const line = tidy(textOf(comment.subarray(0, MAX_BYTES)));
  return line !== null && CLAIM.test(line) ? line : null;
}
