/** Where the buckets are, and with which key: flags over the environment. Pure. */

export type BucketAccess = {
  /** Address of the S3 API. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Every bucket's name begins with it. */
  readonly bucketPrefix: string;
};

type Flags = Readonly<Partial<Record<"endpoint" | "access-key" | "secret-key" | "bucket-prefix", string | undefined>>>;

/** `flag`: what the command line calls the endpoint. Everything that is missing is a problem. */
export function readBucketAccess(
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
  flag = "--endpoint",
): { readonly value: BucketAccess; readonly problems: readonly string[] } {
  const value = {
    endpoint: flags.endpoint ?? env.S3_ENDPOINT ?? "",
    accessKeyId: flags["access-key"] ?? env.S3_ACCESS_KEY_ID ?? "",
    secretAccessKey: flags["secret-key"] ?? env.S3_SECRET_ACCESS_KEY ?? "",
    bucketPrefix: flags["bucket-prefix"] ?? "firstlight-",
  };
  const problems: string[] = [];
  if (value.endpoint === "") problems.push(`No endpoint: set S3_ENDPOINT, or give ${flag}`);
  else if (!/^https?:\/\//i.test(value.endpoint) || !URL.canParse(value.endpoint)) {
    problems.push(`${flag} cannot be ${value.endpoint}: give the http or https URL of the S3 API`);
  }
  if (value.accessKeyId === "") problems.push("No key: set S3_ACCESS_KEY_ID, or give --access-key");
  if (value.secretAccessKey === "") problems.push("No key: set S3_SECRET_ACCESS_KEY, or give --secret-key");
  return { value, problems };
}
