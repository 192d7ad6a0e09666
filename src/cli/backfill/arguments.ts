/** The command line of `npm run backfill`: arguments in, a checked value or every problem at once out. Pure. */
import { readBucketAccess } from "../bucketAccess.ts";
import { readCommandLine } from "../commandLine.ts";

export type BackfillArguments = {
  /** Names of buckets. */
  readonly from: string;
  readonly to: string;
  /** What is copied: everything under a prefix, or the keys of a file, one a line. */
  readonly what:
    | { readonly kind: "prefix"; readonly prefix: string }
    | { readonly kind: "keys"; readonly file: string };
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** File that keeps the progress, so that a later run goes on from there; null: each run begins anew. */
  readonly state: string | null;
  readonly concurrency: number;
};

export type ParsedBackfillArguments =
  | { readonly ok: true; readonly value: BackfillArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

export const BACKFILL_USAGE = `Usage: npm run backfill -- --from primary --to weur [--prefix t/… | --keys FILE] [--state FILE]
         [--concurrency N] [--endpoint S3URL] [--access-key ID] [--secret-key S] [--bucket-prefix firstlight-]
Endpoint and keys default to S3_ENDPOINT, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY in the environment.`;

const VALUES = [
  ...(["from", "to", "prefix", "keys", "state", "concurrency"] as const),
  ...(["endpoint", "access-key", "secret-key", "bucket-prefix"] as const),
] as const;
/** Renditions. Originals are kept for a day only, and masters are read from the primary bucket. */
const RENDITIONS = "2/t/";
const MAX_CONCURRENCY = 256;

/** Reads the words after `npm run backfill --`; `--name=value` is taken too. Never throws. */
export function parseBackfillArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedBackfillArguments {
  const line = readCommandLine(argv, { values: VALUES });
  const { values } = line;
  const access = readBucketAccess(values, env);
  const problems = [...line.problems];
  const { from = "", to = "" } = values;
  if (from === "") problems.push("--from is missing: the region or `primary` to copy from");
  if (to === "") problems.push("--to is missing: the region to copy to");
  if (from === to && from !== "") problems.push(`--from and --to are both ${from}`);
  if (values.prefix !== undefined && values.keys !== undefined) problems.push("--prefix and --keys exclude each other");
  const concurrency = Number(values.concurrency ?? 32);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
    problems.push(`--concurrency cannot be ${values.concurrency}: a whole number from 1 to ${MAX_CONCURRENCY}`);
  }
  problems.push(...access.problems);
  if (problems.length > 0) return { ok: false, problems };
  const { bucketPrefix, ...rest } = access.value;
  const what =
    values.keys === undefined
      ? ({ kind: "prefix", prefix: values.prefix ?? RENDITIONS } as const)
      : ({ kind: "keys", file: values.keys } as const);
  return {
    ok: true,
    value: {
      ...{ from: bucketPrefix + from, to: bucketPrefix + to, what, ...rest },
      ...{ state: values.state ?? null, concurrency },
    },
  };
}
