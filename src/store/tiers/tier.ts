/** One contract for every place that can keep a rendition. Every tier passes the same tests (test/contract/tier.ts). */
import type { OutputFormat } from "../../image/formats/registry.ts";
import type { FinalAddress } from "../schema/finalAddress.ts";
import type { KeyKind } from "../schema/key.ts";

/** Which bytes of a source a thing was made from, and when they came. Times are unix milliseconds. */
export type Provenance = {
  /** The canonical address that was asked for. A tier cuts the text where its metadata has no room. */
  readonly source: string;
  /** Where the bytes came from, after redirects. Takedowns, purges and lists are checked against it too. */
  readonly final: FinalAddress;
  /** `original`, or the name of the provider's own smaller size. Bytes of two variants show the same picture. */
  readonly variant: string;
  /** First 8 hex digits of SHA-256 of the variant's bytes. */
  readonly sourceHash: string;
  /** Rises when the bytes of a variant differ from those that were recorded for the same variant. */
  readonly generation: number;
  /** When the bytes were fetched, or last confirmed by a 304. */
  readonly storedAt: number;
  /** Fresh until then; after that stale-while-revalidate and stale-if-error apply. */
  readonly freshUntil: number;
};

/** What is kept beside the bytes of a rendition. It fits into R2 customMetadata (2048 B) and KV metadata (1024 B). */
export type StoredMeta = Provenance & {
  /** First 16 hex digits of SHA-256 of these bytes: the strong ETag, so that a hit hashes nothing. */
  readonly etag: string;
  readonly format: OutputFormat;
  readonly width: number;
  readonly height: number;
  /** How many frames of the source it shows; 1 = a still picture. */
  readonly frames: number;
  /** Of a moving picture that has not all frames of its source: how many the source has. */
  readonly sourceFrames?: number;
  /** The source ended early, so a part of the picture is missing. */
  readonly cut: boolean;
  /** Engine and encoder that made the bytes, such as `1-vp8enc1`. `npm run purge -- --maker` deletes by it. */
  readonly maker: string;
  /** Set when the picture shows the whole source: smaller sizes may be derived from it. */
  readonly whole?: Whole;
};

/** What a derivation must know of a rendition that shows the whole source upright, with its alpha. */
export type Whole = {
  /** The quality it was encoded with, 1..100; 0 = the format's default. */
  readonly quality: number;
  /** The source's sides, upright. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** It holds the rights that the bytes carry it was made from. */
  readonly rights?: true;
  /** Its source is a still. Set: pictures that may move can be made from it, too. */
  readonly still?: true;
  /** `variant`: the sides are those of the variant it was made from, and the original may be larger. */
  readonly of?: "variant";
};

/** A stored rendition that smaller sizes may be derived from. */
export type Parent = { readonly key: string; readonly meta: StoredMeta & { readonly whole: Whole } };

export type Stored = { readonly bytes: Uint8Array; readonly meta: StoredMeta };

/** `refused`: over the tier's size limit or kept too briefly for it. `present`: a condition of `PutOptions` kept what is there. */
export type PutOutcome = "stored" | "present" | "refused";

export type PutOptions = {
  /** Leaves what is there. For copies, which must not replace something newer. */
  readonly ifAbsent?: boolean;
  /** A text that a bucket keeps beside the metadata, where there is room for both. Others leave it out. */
  readonly note?: string;
};

/** Whether another tier has answered meanwhile: a read then cancels the body that it does not need. */
export type Overtaken = {
  readonly aborted: boolean;
  /** A bucket calls it when it has answered, before the body comes: whether it has a copy. */
  readonly onAnswer?: (hasCopy: boolean) => void;
};

/**
 * A cache tier. `get` gives null for a miss, for an object whose magic bytes disagree with its format, and for metadata
 * that cannot be read. Unknown metadata fields are ignored, so that two versions of the Worker can share it. Both may
 * throw when the service fails: the look-up counts that as a miss and goes on. No answer waits for `put`: callers hand
 * it to waitUntil.
 */
export type Tier = {
  readonly name: string;
  /** Binding or region name for logs, such as `R2_WEUR`. */
  readonly label: string;
  get(key: string, overtaken?: Overtaken): Promise<Stored | null>;
  put(key: string, stored: Stored, options?: PutOptions): Promise<PutOutcome>;
  delete(key: string): Promise<void>;
};

/** What the look-up, filling and purges know of a tier; tierPolicies.ts has the rows. */
export type TierPolicy = {
  /** The look-up asks the stages in order, and the tiers of one stage at once. */
  readonly stage: number;
  /** What a million reads cost, in USD. The rows of a stage stand in the order in which they are asked. */
  readonly usdPerMillionReads: number;
  /** How long the look-up waits for it, in milliseconds. */
  readonly waitMs: number;
  /** Where a copy for it comes from: other tiers, or `made` (rendered or renewed just now). */
  readonly filledFrom: readonly string[];
  /** An isolate writes a key at most once in this time, in milliseconds; 0 = no limit. */
  readonly writeWindowMs: number;
  /** Whether a warm push has to do with it. KV and edge near the warmer are not near the reader. */
  readonly seenByWarm: boolean;
  /** Whether a warm push reads it. The region is as far from the push as from the primary. */
  readonly readByWarm: boolean;
  /** Who reads the same copy. */
  readonly sharedBy: "data centre" | "region" | "world";
  /** Every read after a write sees it, so one request can hand a rendition to another through it. */
  readonly consistent: boolean;
};

/** A tier as one request sees it, with its row. */
export type OpenTier = { readonly row: TierPolicy; readonly tier: Tier };

/** Metadata as a service keeps it: short texts by short names. */
export type MetaRecord = Readonly<Record<string, string>>;

export type PurgePageOrder = {
  readonly prefix: string;
  /** Null = everything below the prefix. The record is undefined for entries that have none. */
  readonly matches: ((meta: MetaRecord | undefined) => boolean) | null;
  /** The service's own cursor; null = from the start. */
  readonly cursor: string | null;
  /** Most entries of a page; null = what the service does best. */
  readonly limit: number | null;
};

export type PurgePage = { readonly deleted: number; readonly operations: number; readonly cursor: string | null };

/** A store that a purge empties, page by page. */
export type PurgeStore = {
  readonly label: string;
  /** The kinds of keys it holds. */
  readonly kinds: readonly KeyKind[];
  purgePage(order: PurgePageOrder): Promise<PurgePage>;
};
