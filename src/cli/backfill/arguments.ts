/** The command line of `npm run backfill`: arguments in, a checked value or every problem at once out. Pure. */

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
  /** File that says how far it came; absent: it begins anew. */
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
/** Renditions: originals leave after a day, masters are read from the primary. */
const RENDITIONS = "2/t/";
const MAX_CONCURRENCY = 256;

/** Reads the words after `npm run backfill --`; `--name=value` is taken too. Never throws. */
export function parseBackfillArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedBackfillArguments {
  const problems: string[] = [];
  const values: Partial<Record<(typeof VALUES)[number], string>> = {};
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    const equals = word.indexOf("=");
    const flag = equals < 0 ? word : word.slice(0, equals);
    const name = VALUES.find((known) => flag === `--${known}`);
    if (name === undefined) {
      problems.push(`Unknown argument ${word}`);
      continue;
    }
    const value = equals < 0 ? argv[++at] : word.slice(equals + 1);
    if (value === undefined) problems.push(`${flag} needs a value`);
    else values[name] = value;
  }
  const need = (text: string | undefined, problem: string): string => {
    if (text === undefined || text === "") problems.push(problem);
    return text ?? "";
  };
  const bucketPrefix = values["bucket-prefix"] ?? "firstlight-";
  const from = need(values.from, "--from is missing: the region or `primary` to copy from");
  const to = need(values.to, "--to is missing: the region to copy to");
  if (from === to && from !== "") problems.push(`--from and --to are both ${from}`);
  if (values.prefix !== undefined && values.keys !== undefined) problems.push("--prefix and --keys exclude each other");
  const concurrency = Number(values.concurrency ?? 32);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
    problems.push(`--concurrency cannot be ${values.concurrency}: 1 to ${MAX_CONCURRENCY}`);
  }
  const endpoint = need(values.endpoint ?? env.S3_ENDPOINT, "No endpoint: set S3_ENDPOINT, or give --endpoint");
  if (endpoint !== "" && !URL.canParse(endpoint)) problems.push(`--endpoint ${endpoint} is no URL`);
  const accessKeyId = need(values["access-key"] ?? env.S3_ACCESS_KEY_ID, "No key: set S3_ACCESS_KEY_ID");
  const secretAccessKey = need(values["secret-key"] ?? env.S3_SECRET_ACCESS_KEY, "No key: set S3_SECRET_ACCESS_KEY");
  if (problems.length > 0) return { ok: false, problems };
  const what =
    values.keys === undefined
      ? ({ kind: "prefix", prefix: values.prefix ?? RENDITIONS } as const)
      : ({ kind: "keys", file: values.keys } as const);
  return {
    ok: true,
    value: {
      ...{ from: bucketPrefix + from, to: bucketPrefix + to, what, endpoint, accessKeyId, secretAccessKey },
      ...{ state: values.state ?? null, concurrency },
    },
  };
}
