/** Finds the format of a file by its bytes alone. The names and Content-Types of third parties are often wrong. */
import type { FormatDescriptor, Signature } from "./formats/descriptor.ts";
import { FORMATS, type FormatName, type FormatTable } from "./formats/registry.ts";
import { rootName } from "./formats/svg/root.ts";

/** The root element of a text must begin within this many bytes: comments and declarations may stand before it. */
const PROLOGUE_BYTES = 16_384;
/** The `ftyp` box is read up to here. */
const BRAND_BYTES = 256;
const FTYP = "66747970";

/** Bytes -> format, or null for every other file. Reads at most the first 16 KiB. */
export function sniff(bytes: Uint8Array, formats: FormatTable = FORMATS): FormatName | null {
  for (const [name, descriptor] of Object.entries(formats)) {
    if (hasSignature(bytes, descriptor)) return name as FormatName;
  }
  return null;
}

/** Whether the bytes begin as a web page does (WHATWG MIME Sniffing 7.1, the two most usual tags). */
export function isHtml(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, PROLOGUE_BYTES));
  return /^\ufeff?\s*(?:<!--[\s\S]*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html)[\s>]/i.test(start);
}

/** Whether the bytes have the signature of this format. */
export function hasSignature(bytes: Uint8Array, { signature }: Pick<FormatDescriptor, "signature">): boolean {
  return RULES[signature.by](bytes, signature as never);
}

const RULES: { readonly [By in Signature["by"]]: (bytes: Uint8Array, rule: Signature & { by: By }) => boolean } = {
  magic: (bytes, { anyOf }) => anyOf.some((runs) => runs.every(([offset, hex]) => holds(bytes, offset, hex))),
  brand: (bytes, { anyOf }) => {
    const listed = brandsOf(bytes);
    return anyOf.some((brand) => listed.has(brand));
  },
  root: (bytes, { element }) => hasRoot(bytes, element),
};

function holds(bytes: Uint8Array, offset: number, hex: string): boolean {
  for (let i = 0; i < hex.length / 2; i++) {
    if (bytes[offset + i] !== Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)) return false;
  }
  return true;
}

/** Major and compatible brands. The four bytes between them are a version number. */
function brandsOf(bytes: Uint8Array): ReadonlySet<string> {
  const found = new Set<string>();
  if (!holds(bytes, 4, FTYP)) return found;
  const boxBytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const end = Math.min(boxBytes, bytes.length, BRAND_BYTES);
  for (let at = 8; at + 4 <= end; at += 4) if (at !== 12) found.add(latin1(bytes.subarray(at, at + 4)));
  return found;
}

function hasRoot(bytes: Uint8Array, element: string): boolean {
  // Most files are no text at all.
  if (!looksLikeMarkup(bytes)) return false;
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return rootName(new TextDecoder(encoding).decode(bytes.subarray(0, PROLOGUE_BYTES))) === element;
}

/** Whether the bytes begin with a byte order mark, white space or `<`. */
function looksLikeMarkup([first = 0]: Uint8Array): boolean {
  return [0x3c, 0x20, 0x09, 0x0a, 0x0d, 0xef, 0xfe, 0xff].includes(first);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
