/** What a file is, by its bytes alone: names and Content-Types of third parties are often wrong. */
import { FORMATS } from "./formats/registry.ts";
import type { SourceFormat } from "./rendition.ts";

/** ISO base media brands (ISO/IEC 14496-12 4.3, HEIF ISO/IEC 23008-12, AVIF 1.1). AVIF first: both list `mif1`. */
const BRANDS = {
  avif: ["avif", "avis"],
  heic: ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"],
} as const satisfies Partial<Record<SourceFormat, readonly string[]>>;

/** How far into a text the root element of an SVG may stand. */
const SVG_PROLOGUE = 4096;

/** Bytes -> format, or null when it is no picture we know. Reads at most the first 4 KiB. */
export function sniff(bytes: Uint8Array): SourceFormat | null {
  return byMagic(bytes) ?? byBrand(bytes) ?? (isSvg(bytes) ? "svg" : null);
}

function byMagic(bytes: Uint8Array): SourceFormat | null {
  for (const [name, { magic }] of Object.entries(FORMATS)) {
    if (magic.some((runs) => runs.every(([offset, hex]) => startsWith(bytes, offset, hex))))
      return name as SourceFormat;
  }
  return null;
}

function startsWith(bytes: Uint8Array, offset: number, hex: string): boolean {
  for (let i = 0; i < hex.length / 2; i++) {
    if (bytes[offset + i] !== Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)) return false;
  }
  return true;
}

function byBrand(bytes: Uint8Array): SourceFormat | null {
  if (!startsWith(bytes, 4, "66747970")) return null;
  const boxBytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const end = Math.min(boxBytes, bytes.length, 256);
  const found = new Set<string>();
  for (let at = 8; at + 4 <= end; at += 4) if (at !== 12) found.add(latin1(bytes.subarray(at, at + 4)));
  for (const [name, brands] of Object.entries(BRANDS)) {
    if (brands.some((brand) => found.has(brand))) return name as SourceFormat;
  }
  return null;
}

function isSvg(bytes: Uint8Array): boolean {
  const text = latin1(bytes.subarray(0, SVG_PROLOGUE)).replace(/^\xef\xbb\xbf/, "");
  return /^\s*<(\?xml|!--|!doctype\s+svg|svg)/i.test(text) && /<svg[\s>]/i.test(text);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
