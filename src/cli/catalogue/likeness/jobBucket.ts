/** What the likeness job does in the primary bucket. */
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";

export type JobBucket = {
  /** All keys that begin with `prefix`. */
  keys(prefix: string): Promise<readonly string[]>;
  /** Rejects when there is no such object. */
  get(key: string): Promise<Uint8Array>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  deleteAll(prefix: string): Promise<void>;
};

/** Keys of one call that deletes. */
const MOST_DELETED = 1_000;

export function jobBucket(s3: S3Client, bucket: string): JobBucket {
  const keys = async (prefix: string) => {
    const found: string[] = [];
    for (let token: string | undefined; ; ) {
      const from = token === undefined ? {} : { ContinuationToken: token };
      const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...from }));
      found.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      if (page.IsTruncated !== true) return found;
      token = page.NextContinuationToken;
    }
  };
  return {
    keys,
    async get(key) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (Body === undefined) throw new Error(`${key} came without a body`);
      return Body.transformToByteArray();
    },
    async put(key, bytes) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
    async deleteAll(prefix) {
      const all = await keys(prefix);
      for (let at = 0; at < all.length; at += MOST_DELETED) {
        const Objects = all.slice(at, at + MOST_DELETED).map((Key) => ({ Key }));
        await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
      }
    },
  };
}
