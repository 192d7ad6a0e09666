/** A stored master whose source has said that it still holds: the same bytes, fresh again. */
import { decodeMeta } from "./meta.ts";
import type { StoredMeta } from "./tiers/tier.ts";

/**
 * Gives the object at `key` the times of `made`, which is of the same source version and was fetched or confirmed just
 * now. R2 changes no metadata in place: the bytes go round once, and not over what was stored meanwhile. Gives whether it
 * was renewed; rejects when the bucket fails.
 */
export async function renew(
  bucket: R2Bucket,
  key: string,
  made: Pick<StoredMeta, "v" | "storedAt" | "freshUntil">,
): Promise<boolean> {
  const object = await bucket.get(key);
  if (object === null) return false;
  const meta = decodeMeta(object.customMetadata);
  if (meta === null || meta.v !== made.v || meta.freshUntil >= made.freshUntil) {
    await object.body.cancel();
    return false;
  }
  const times = { at: String(made.storedAt), fresh: String(made.freshUntil) };
  const put = await bucket.put(key, object.body, {
    customMetadata: { ...object.customMetadata, ...times },
    onlyIf: { etagMatches: object.etag },
    ...(object.httpMetadata === undefined ? {} : { httpMetadata: object.httpMetadata }),
  });
  return put !== null;
}
