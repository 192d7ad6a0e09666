/** Where an import writes: the primary bucket of a deployment, over the S3 API. */
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { BucketAccess } from "../../bucketAccess.ts";

export interface RunStore {
  /** Null: there is no such object. */
  get(key: string): Promise<string | null>;
  /** False: there is an object with this key already; it stays as it is. */
  putNew(key: string, bytes: Uint8Array): Promise<boolean>;
  /** Replaces what is there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** How many objects have keys with this prefix. */
  count(prefix: string): Promise<number>;
}

const RETRIES = 6;

export class BucketRunStore implements RunStore {
  readonly bucket: string;
  readonly #s3: S3Client;

  constructor({ endpoint, accessKeyId, secretAccessKey, bucketPrefix }: BucketAccess) {
    this.bucket = `${bucketPrefix}primary`;
    this.#s3 = new S3Client({
      ...{ endpoint, region: "auto", forcePathStyle: true, maxAttempts: RETRIES },
      credentials: { accessKeyId, secretAccessKey },
    });
  }

  async get(key: string): Promise<string | null> {
    try {
      const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      return (await Body?.transformToString()) ?? null;
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchKey") return null;
      throw error;
    }
  }

  /** The store checks the condition itself (RFC 9110, 13.1.2), so two imports at once do no harm to each other. */
  async putNew(key: string, bytes: Uint8Array): Promise<boolean> {
    try {
      await this.#s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: bytes, IfNoneMatch: "*" }));
      return true;
    } catch (error) {
      if (statusOf(error) === 412) return false;
      throw error;
    }
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: bytes }));
  }

  async count(prefix: string): Promise<number> {
    let count = 0;
    let token: string | undefined;
    do {
      const page = await this.#s3.send(
        new ListObjectsV2Command({
          ...{ Bucket: this.bucket, Prefix: prefix },
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      count += page.Contents?.length ?? 0;
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return count;
  }

  close(): void {
    this.#s3.destroy();
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
