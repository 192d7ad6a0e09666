/** What stored bytes are, by their first bytes: a stored object is never believed by its name. */
import type { OutputFormat } from "../../request/transform.ts";
import type { Stored, StoredMeta } from "../tiers/tier.ts";

/** `null` stands for any byte. Sources: RFC 9649 2.3 (WebP), ITU-T T.81 B.1.1 (JPEG), PNG 3rd edition 5.2. */
const MAGIC = {
  webp: [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50],
  jpeg: [0xff, 0xd8, 0xff],
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
} as const satisfies Record<OutputFormat, readonly (number | null)[]>;

/** Whether the bytes begin as a file of that format does. */
export function hasMagic(bytes: Uint8Array, format: OutputFormat): boolean {
  return MAGIC[format].every((byte, i) => byte === null || bytes[i] === byte);
}

/** Bytes and metadata as one stored thing, or null when either is missing or they disagree. */
export function checked(bytes: Uint8Array, meta: StoredMeta | null): Stored | null {
  return meta !== null && hasMagic(bytes, meta.format) ? { bytes, meta } : null;
}
