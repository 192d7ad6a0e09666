/** Bytes of an SVG -> its text: gzip (SVGZ), byte order marks and the encoding that the XML declaration names. */
import { Failure } from "../../../errors.ts";

/** The longest text that is read, in bytes after inflation. */
export const MAX_SVG_BYTES = 4 * 1024 * 1024;

/** Whether the bytes begin as gzip does (RFC 1952 2.3.1). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

/**
 * The inflated bytes, up to `limit`; a stream that is damaged or cut gives what comes before. Null when there is more than
 * the limit: a bomb stops there.
 */
export async function gunzip(bytes: Uint8Array, limit: number): Promise<Uint8Array | null> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = source.pipeThrough(new DecompressionStream("gzip")).getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > limit) return null;
      pieces.push(value);
    }
  } catch {
    // What came before the damage is kept.
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Throws source_too_complex over MAX_SVG_BYTES. */
export function checkLength({ length }: Uint8Array): void {
  if (length <= MAX_SVG_BYTES) return;
  throw new Failure("source_too_complex", { why: `SVG of ${length} bytes, the limit is ${MAX_SVG_BYTES}` });
}

/** Bytes -> text without a byte order mark. */
export function svgText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

const DECLARED = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']/;

function encodingOf(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  const start = String.fromCharCode(...bytes.subarray(0, 200));
  const declared = DECLARED.exec(start)?.[1]?.toLowerCase();
  // A text of single bytes cannot be UTF-16, whatever it says.
  if (declared === undefined || declared.startsWith("utf") || declared.startsWith("ucs")) return "utf-8";
  try {
    return new TextDecoder(declared).encoding;
  } catch {
    return "utf-8";
  }
}
