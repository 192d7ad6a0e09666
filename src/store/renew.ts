/** Makes a stored master fresh again when its source has confirmed the same bytes. */
import { decodeMeta } from "./schema/meta.ts";
import type { Provenance } from "./tiers/tier.ts";

/**
 * Gives the object at `key` the times of `made`, which has the same source hash and was fetched or confirmed just now.
 * R2 cannot change metadata in place: the bytes are read and written once, and not over what was stored meanwhile. Gives
 * whether it was renewed. Rejects when the bucket fails.
 */
export async function renew(
  bucket: R2Bucket,
  key: string,
  made: Pick<Provenance, "sourceHash" | "storedAt" | "freshUntil">,
): Promise<boolean> {
  const object = await bucket.get(key);
  if (object === null) return false;
  const meta = decodeMeta(object.customMetadata);
  if (meta === null || meta.sourceHash !== made.sourceHash || meta.freshUntil >= made.freshUntil) {
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
