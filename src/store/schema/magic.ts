/** What stored bytes are, by their first bytes: a stored object is never believed by its name. */
import { FORMATS, type FormatTable, formatOf, type OutputFormat } from "../../image/formats/registry.ts";
import { hasSignature } from "../../image/sniff.ts";
import type { Stored, StoredMeta } from "../tiers/tier.ts";

/** Whether the bytes begin as a file of that format does. */
export function hasMagic(bytes: Uint8Array, format: OutputFormat, formats: FormatTable = FORMATS): boolean {
  return hasSignature(bytes, formatOf(format, formats));
}

/** Bytes and metadata as one stored thing, or null when either is missing or they disagree. */
export function checked(bytes: Uint8Array, meta: StoredMeta | null): Stored | null {
  return meta !== null && hasMagic(bytes, meta.format) ? { bytes, meta } : null;
}
