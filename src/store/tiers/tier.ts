/** One contract for every place a rendition can be kept. Every tier passes the same test suite (test/contract/tier.ts). */
import type { OutputFormat } from "../../request/transform.ts";

export type TierName = "edge" | "kv" | "region" | "primary";

/** Kept beside the bytes. Times are unix milliseconds. Small enough for R2 customMetadata (2048 B) and KV (1024 B). */
export type StoredMeta = {
  /** Canonical source URL; a tier cuts it when it does not fit in its metadata. */
  readonly source: string;
  /** First 8 hex digits of SHA-256 of the source bytes: renditions with another `v` than the facts' are stale. */
  readonly v: string;
  /** First 16 hex digits of SHA-256 of these bytes: the variant's strong ETag, so that a hit hashes nothing. */
  readonly etag: string;
  readonly format: OutputFormat;
  readonly width: number;
  readonly height: number;
  /** When the source's bytes were fetched, or last confirmed by a 304. */
  readonly storedAt: number;
  /** Fresh until; then stale-while-revalidate and stale-if-error apply. */
  readonly freshUntil: number;
  /** Set when the picture shows the whole source: smaller sizes may be derived from it (derive.ts). */
  readonly whole?: Whole;
};

/** What a derivation must know of a rendition that shows the whole source upright, its alpha kept. */
export type Whole = {
  /** It was encoded with this quality, 1..100; 0 = the format's default. */
  readonly quality: number;
  /** The source's sides, upright. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
};

export type Stored = { readonly bytes: Uint8Array; readonly meta: StoredMeta };

/** `refused`: over the tier's size limit or kept too briefly for it. `present`: `ifAbsent` and something was there. */
export type PutOutcome = "stored" | "present" | "refused";

export type PutOptions = {
  /** Leave what is there as it is: for copies, which must not replace something newer. */
  readonly ifAbsent?: boolean;
};

/**
 * A cache tier. `get` gives null for a miss, for an object whose magic bytes disagree with its format, and for
 * metadata that cannot be read; unknown metadata fields are ignored, so that two versions of the Worker can share it.
 * Both may throw when the service fails: the look-up counts that as a miss and goes on.
 * `put` must not be on the way of an answer: callers hand it to waitUntil.
 */
export type Tier = {
  readonly name: TierName;
  /** Binding or region name for logs, e.g. `R2_WEUR`. */
  readonly label: string;
  get(key: string): Promise<Stored | null>;
  put(key: string, stored: Stored, options?: PutOptions): Promise<PutOutcome>;
  delete(key: string): Promise<void>;
};
