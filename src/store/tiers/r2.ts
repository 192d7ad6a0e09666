/**
 * R2 as a tier: one file for the regional buckets and the primary, which differ only by binding and name.
 * R2 is strongly consistent: every `get` after a `put` sees what it has stored.
 */
import { formatOf } from "../../image/formats/registry.ts";
import { checked } from "../schema/magic.ts";
import { decodeMeta, encodeMeta } from "../schema/meta.ts";
import type { Overtaken, PurgeStore, PutOutcome, Stored, Tier } from "./tier.ts";

/** customMetadata holds 2048 bytes; names and values count. */
const MAX_METADATA_BYTES = 2048;
/** The name of a note, and the most that it may take of them with its name. The rest is enough for all but the longest address. */
const NOTE = "note";
const MAX_NOTE_BYTES = 1_000;

/** Larger things are no thumbnails. An isolate must hold several at once. */
export const R2_MAX_BYTES = 16 * 1024 * 1024;

/** R2 lists and deletes up to 1 000 keys in one operation. */
const PURGE_PAGE = 1_000;

/** A copy in a bucket, and when the bucket received it. */
export type Uploaded = { readonly stored: Stored; readonly uploaded: Date };

/** A bucket can also say when it received a copy, and take a copy only over an older one. */
export type R2Tier = Tier & {
  getUploaded(key: string, overtaken?: Overtaken): Promise<Uploaded | null>;
  /** The text that was stored beside the copy; null = none. */
  note(key: string): Promise<string | null>;
  /** Stores the copy where the bucket has none, or one that it received before `uploadedBefore`. */
  putOver(key: string, stored: Stored, uploadedBefore: Date): Promise<PutOutcome>;
};

/** A bucket as the tier `name`; `label` is its binding for logs, such as `R2_WEUR`. */
export function r2Tier(bucket: R2Bucket, name: string, label: string, maxBytes = R2_MAX_BYTES): R2Tier {
  const getUploaded: R2Tier["getUploaded"] = async (key, overtaken) => {
    const object = await bucket.get(key);
    overtaken?.onAnswer?.(object !== null);
    if (object === null) return null;
    if (object.size > maxBytes || overtaken?.aborted === true) {
      await object.body.cancel();
      return null;
    }
    const stored = checked(new Uint8Array(await object.arrayBuffer()), decodeMeta(object.customMetadata));
    return stored === null ? null : { stored, uploaded: object.uploaded };
  };
  const putIf = async (
    key: string,
    stored: Stored,
    onlyIf: R2Conditional | null,
    note?: string,
  ): Promise<PutOutcome> => {
    if (stored.bytes.byteLength > maxBytes) return "refused";
    const attributes = r2Attributes(stored, note);
    const written = await bucket.put(key, stored.bytes, onlyIf === null ? attributes : { ...attributes, onlyIf });
    return written === null ? "present" : "stored";
  };
  return {
    name,
    label,
    getUploaded,
    get: async (key, overtaken) => (await getUploaded(key, overtaken))?.stored ?? null,
    note: async (key) => (await bucket.head(key))?.customMetadata?.[NOTE] ?? null,
    put: (key, stored, { ifAbsent = false, note } = {}) =>
      putIf(key, stored, ifAbsent ? { etagDoesNotMatch: "*" } : null, note),
    putOver: (key, stored, uploadedBefore) => putIf(key, stored, { uploadedBefore }),
    async delete(key) {
      await bucket.delete(key);
    },
  };
}

/** Renditions, verdicts on their AVIF, kept originals and masters of a bucket, for a purge. */
export function r2PurgeStore(bucket: R2Bucket, label: string): PurgeStore {
  return {
    label,
    kinds: ["t", "a", "o", "m"],
    async purgePage({ prefix, matches, cursor, limit }) {
      const page = await bucket.list({
        prefix,
        limit: limit ?? PURGE_PAGE,
        ...(cursor === null ? {} : { cursor }),
        ...(matches === null ? {} : { include: ["customMetadata"] }),
      });
      const keys = page.objects
        .filter(({ customMetadata }) => matches === null || matches(customMetadata ?? {}))
        .map(({ key }) => key);
      if (keys.length > 0) await bucket.delete(keys);
      return {
        deleted: keys.length,
        operations: keys.length > 0 ? 2 : 1,
        cursor: page.truncated ? page.cursor : null,
      };
    },
  };
}

/** HTTP and custom metadata of an object. The Content-Type is for people who look at the bucket; we serve by bytes. */
function r2Attributes(
  { meta }: Stored,
  note = "",
): { httpMetadata: R2HTTPMetadata; customMetadata: Record<string, string> } {
  const bytes = note === "" ? 0 : new TextEncoder().encode(NOTE + note).length;
  const noted = bytes === 0 || bytes > MAX_NOTE_BYTES ? {} : { [NOTE]: note };
  return {
    httpMetadata: { contentType: formatOf(meta.format).mime },
    customMetadata: { ...encodeMeta(meta, MAX_METADATA_BYTES - (NOTE in noted ? bytes : 0)), ...noted },
  };
}
