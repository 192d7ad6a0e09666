/** The stored renditions of a source that smaller sizes can be derived from; rendition/chooseParent.ts picks one. */
import type { SourceKeys } from "./schema/key.ts";
import { decodeMeta } from "./schema/meta.ts";
import type { Parent } from "./tiers/tier.ts";

/** At most this many renditions of a source are looked at: one page of a listing. */
const LIST_LIMIT = 200;

/** Every stored rendition of a source that shows all of it, and its master. Rejects when the bucket fails. */
export async function findParents(bucket: R2Bucket, keys: SourceKeys): Promise<Parent[]> {
  const [page, master] = await Promise.all([
    bucket.list({ prefix: keys.renditions, limit: LIST_LIMIT, include: ["customMetadata"] }),
    bucket.head(keys.master),
  ]);
  const objects = master === null ? page.objects : [...page.objects, master];
  return objects.flatMap(({ key, customMetadata }) => {
    const meta = decodeMeta(customMetadata);
    return meta?.whole === undefined ? [] : [{ key, meta: { ...meta, whole: meta.whole } }];
  });
}
