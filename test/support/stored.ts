/** Stored pictures for tests: bytes with the magic bytes of their format, and metadata with every field. */
import type { KnownVersion } from "../../src/store/freshness.ts";
import type { Provenance, Stored, StoredMeta } from "../../src/store/tiers/tier.ts";

const HEADS = {
  webp: [0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x45, 0x42, 0x50],
  jpeg: [0xff, 0xd8, 0xff, 0xe0],
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  avif: [
    0, 0, 0, 0x1c, 0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66, 0, 0, 0, 0, 0x6d, 0x69, 0x66, 0x31, 0x61, 0x76, 0x69,
    0x66,
  ],
} as const;

export const NOW = Date.UTC(2026, 10, 9, 12);

/** The final address of a source without redirects. The hashes are invented. */
export const FINAL = { host16: "0".repeat(16), source32: "0".repeat(32), complete: true };

export function provenanceOf(over: Partial<Provenance> = {}): Provenance {
  const source = over.source ?? "https://example.org/a.jpg";
  return {
    source,
    final: { ...FINAL, url: source },
    variant: "original",
    sourceHash: "0badcafe",
    generation: 1,
    storedAt: NOW,
    freshUntil: NOW + 3_600_000,
    ...over,
  };
}

export function metaOf(over: Partial<StoredMeta> = {}): StoredMeta {
  return {
    ...provenanceOf(over),
    etag: "0123456789abcdef",
    format: "webp",
    width: 640,
    height: 480,
    frames: 1,
    cut: false,
    maker: "1-libwebp1",
    ...over,
  };
}

/** A stored picture of `size` bytes, in the format of `over` (default: WebP). */
export function storedOf(over: Partial<StoredMeta> = {}, size = 100): Stored {
  const meta = metaOf(over);
  const bytes = new Uint8Array(size).fill(7);
  bytes.set(HEADS[meta.format]);
  return { bytes, meta };
}

export function originalOf(bytes: Uint8Array, over: Partial<Provenance> = {}): Provenance & { bytes: Uint8Array } {
  return { ...provenanceOf(over), bytes };
}

/** The metadata of a source whose original has had this hash since `at`. */
export function knownOf(hash: string, at: number, generation = 1): KnownVersion {
  return { generation, at, variants: { original: { hash, at } } };
}
