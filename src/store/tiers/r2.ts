/**
 * R2 as a tier: one file for the regional bucket and the primary, which differ only by binding and name.
 * R2 is strongly consistent: what `put` has answered for, every `get` after it sees.
 */
import { formatOf } from "../../image/formats/registry.ts";
import { checked } from "../magic.ts";
import { decodeMeta, encodeMeta } from "../meta.ts";
import type { Stored, Tier } from "./tier.ts";

/** customMetadata holds 2048 bytes; names and values count. */
const MAX_METADATA_BYTES = 2048;

/** Larger things are no thumbnails: an isolate must hold several at once. */
export const R2_MAX_BYTES = 16 * 1024 * 1024;

/** A bucket as the tier `name`; `label` is its binding for logs, e.g. `R2_WEUR`. */
export function r2Tier(bucket: R2Bucket, name: "region" | "primary", label: string, maxBytes = R2_MAX_BYTES): Tier {
  return {
    name,
    label,
    async get(key) {
      const object = await bucket.get(key);
      if (object === null) return null;
      if (object.size > maxBytes) {
        await object.body.cancel();
        return null;
      }
      return checked(new Uint8Array(await object.arrayBuffer()), decodeMeta(object.customMetadata));
    },
    async put(key, stored, options = {}) {
      if (stored.bytes.byteLength > maxBytes) return "refused";
      const written = await bucket.put(key, stored.bytes, {
        ...r2Attributes(stored),
        ...(options.ifAbsent === true ? { onlyIf: { etagDoesNotMatch: "*" } } : {}),
      });
      return written === null ? "present" : "stored";
    },
    async delete(key) {
      await bucket.delete(key);
    },
  };
}

/** HTTP and custom metadata of an object. The Content-Type is for people who look at the bucket; we serve by bytes. */
function r2Attributes({ meta }: Stored): { httpMetadata: R2HTTPMetadata; customMetadata: Record<string, string> } {
  return {
    httpMetadata: { contentType: formatOf(meta.format).mime },
    customMetadata: encodeMeta(meta, MAX_METADATA_BYTES),
  };
}
