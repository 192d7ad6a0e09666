/** What the commands that read the outcome log take: the run, and where the primary bucket is. Pure. */
import { RUN_NAME } from "../../../catalogue/run.ts";
import { type BucketAccess, readBucketAccess } from "../../bucketAccess.ts";
import type { CommandLine } from "../../commandLine.ts";

export const LOG_VALUES = ["concurrency", "endpoint", "access-key", "secret-key", "bucket-prefix"] as const;

const CONCURRENCY = 32;

export const LOG_USAGE = `         [--concurrency N] [--endpoint S3URL] [--access-key ID] [--secret-key S] [--bucket-prefix firstlight-]
Endpoint and keys default to S3_ENDPOINT, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY in the environment.
--concurrency: how many objects of the run's log are read at once (${CONCURRENCY}).`;

export type LogArguments = BucketAccess & {
  readonly run: string;
  readonly bucket: string;
  /** Objects read at once. */
  readonly concurrency: number;
};

const PRIMARY = "primary";
const MAX_CONCURRENCY = 256;

type Line = CommandLine<string, string>;

/** Everything that is wrong is a problem. The one bare word is the run. */
export function readLogArguments(
  line: Line,
  env: Readonly<Record<string, string | undefined>>,
): { readonly value: LogArguments; readonly problems: readonly string[] } {
  const { values, rest } = line;
  const problems: string[] = [];
  const words = rest.map(({ value }) => value);
  const [run = ""] = words;
  if (run === "") problems.push("No run is named");
  else if (!RUN_NAME.is(run)) problems.push(`A run cannot be called ${run}: ${RUN_NAME.needed}`);
  if (words.length > 1) problems.push(`One run is read at a time, not ${words.join(", ")}`);
  const concurrency = Number(values.concurrency ?? CONCURRENCY);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
    problems.push(`--concurrency cannot be ${values.concurrency}: a whole number from 1 to ${MAX_CONCURRENCY}`);
  }
  const access = readBucketAccess(values, env);
  problems.push(...access.problems);
  return { value: { ...access.value, run, bucket: access.value.bucketPrefix + PRIMARY, concurrency }, problems };
}
