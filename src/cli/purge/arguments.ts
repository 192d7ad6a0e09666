/** The command line of `npm run purge`: arguments in, a checked value or every problem at once out. Pure. */

import { type BucketAccess, readBucketAccess } from "../bucketAccess.ts";
import { readCommandLine } from "../commandLine.ts";

/** One field of the order: `source`, `prefix`, `host`, `path` or `maker`. */
export type PurgeTargetField = Readonly<Record<string, string>>;

export type PurgeArguments = {
  /** `dry-run` only says what would be sent. */
  readonly mode: "purge" | "dry-run";
  readonly target: PurgeTargetField;
  /** Keep it out (true), let it in again (false), or only delete (null). */
  readonly block: boolean | null;
  /** Only mark what is stored as stale: it is shown until the source has confirmed or replaced it. */
  readonly stale: boolean;
  /** The Worker's address, without a slash at the end. */
  readonly endpoint: string;
  readonly secret: string;
  /** Cursor of a run that was interrupted. */
  readonly resume: string | null;
  /** Seconds after which what was blocked is purged once more; 0 = not. */
  readonly sweepSeconds: number;
};

/** `--list`: what is blocked, purged and retired now, or what is known of one source or host. */
export type ListArguments = { readonly mode: "list"; readonly target: PurgeTargetField | null } & BucketAccess;

export type ParsedPurgeArguments =
  | { readonly ok: true; readonly value: PurgeArguments | ListArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

export const PURGE_USAGE = `Usage: npm run purge -- --source URL | --prefix URL | --host HOST | --path /P | --maker VERSION
         [--block [--sweep SECONDS] | --lift | --stale] [--dry-run] [--endpoint URL] [--secret S] [--resume CURSOR]
       npm run purge -- --list [--source URL | --host HOST] [--s3-endpoint URL] [--access-key ID] [--secret-key S]
         [--bucket-prefix firstlight-]
--stale deletes nothing: every page stays as fast, and each picture of the host is looked up anew at its source.
--maker deletes every rendition of one version of engine and encoder, such as 1-vp8enc1 (docs/inside/storage.md).
--dry-run prints what would be sent and which stored names it concerns, and sends nothing.
--list prints what is blocked, purged and retired now, as hashes; with a source or host, whether that one is.
Endpoint and secret default to PURGE_ENDPOINT and PURGE_SECRET in the environment. --list reads the ledger in the primary
bucket, with S3_ENDPOINT, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.`;

const TARGETS = ["source", "prefix", "host", "path", "maker"] as const;
const BUCKET_VALUES = ["s3-endpoint", "access-key", "secret-key", "bucket-prefix"] as const;
const VALUES = [...TARGETS, "endpoint", "secret", "resume", "sweep", ...BUCKET_VALUES] as const;
const SWITCHES = ["block", "lift", "stale", "list", "dry-run"] as const;
const BLOCKABLE: readonly string[] = ["source", "host"];

/**
 * Until every isolate must know of a block: the age of its settings (live/settingsCache.ts, 60 s), the minute that KV's
 * writes may take to be seen, and a request's own time.
 */
export const SWEEP_SECONDS = 150;
const MAX_SWEEP_SECONDS = 3600;

type Env = Readonly<Record<string, string | undefined>>;
type Values = Readonly<Partial<Record<(typeof VALUES)[number], string>>>;

/** Reads the words after `npm run purge --`; `--name=value` is taken too. Never throws. */
export function parsePurgeArguments(argv: readonly string[], env: Env): ParsedPurgeArguments {
  const line = readCommandLine(argv, { values: VALUES, switches: SWITCHES });
  const { values, switches } = line;
  const problems = [...line.problems, ...targetProblems(values)];
  const target = targetOf(values);
  if (switches.has("list")) return parseList(values, switches, target, problems, env);

  const given = TARGETS.filter((kind) => values[kind] !== undefined).length;
  if (given !== 1) problems.push(`One of --${TARGETS.join(", --")} is needed, ${given} are given`);
  const block = switches.has("block") ? true : switches.has("lift") ? false : null;
  const stale = switches.has("stale");
  const ways = (["block", "lift", "stale"] as const).filter((name) => switches.has(name));
  if (ways.length > 1) problems.push(`${ways.map((name) => `--${name}`).join(" and ")} exclude each other`);
  if (stale && values.maker !== undefined) {
    problems.push("A maker cannot be marked stale, only a source, prefix, host or path");
  }
  if (stale && values.resume !== undefined) problems.push("--stale is done in one step: there is nothing to resume");
  if (block !== null && target !== null && !isBlockable(target)) {
    problems.push("Only a source or a host can be blocked: give --source or --host");
  }
  const sweepSeconds = Number(values.sweep ?? (block === true ? SWEEP_SECONDS : 0));
  if (!(sweepSeconds >= 0 && sweepSeconds <= MAX_SWEEP_SECONDS)) {
    problems.push(`--sweep cannot be ${values.sweep}: 0 to ${MAX_SWEEP_SECONDS} s`);
  }
  for (const name of BUCKET_VALUES) if (values[name] !== undefined) problems.push(`--${name} goes with --list`);
  const endpoint = (values.endpoint ?? env.PURGE_ENDPOINT ?? "").replace(/\/+$/, "");
  const mode = switches.has("dry-run") ? "dry-run" : "purge";
  // Nothing is sent in a dry run, so it needs neither.
  const sends = mode === "purge";
  if (!isHttpUrl(endpoint) && (sends || endpoint !== "")) {
    problems.push(`No endpoint: --endpoint or PURGE_ENDPOINT must be the Worker's URL, not "${endpoint}"`);
  }
  const secret = values.secret ?? env.PURGE_SECRET ?? "";
  if (secret === "" && sends) problems.push("No secret: set PURGE_SECRET, or give --secret");
  if (target === null || problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    value: { mode, target, block, stale, endpoint, secret, resume: values.resume ?? null, sweepSeconds },
  };
}

function parseList(
  values: Values,
  switches: ReadonlySet<string>,
  target: PurgeTargetField | null,
  before: readonly string[],
  env: Env,
): ParsedPurgeArguments {
  const problems = [...before];
  for (const name of SWITCHES) {
    if (name !== "list" && switches.has(name)) problems.push(`--list and --${name} exclude each other`);
  }
  for (const name of ["endpoint", "secret", "resume", "sweep"] as const) {
    if (values[name] !== undefined) problems.push(`--${name} does not go with --list`);
  }
  if (target !== null && (Object.keys(target).length > 1 || !isBlockable(target))) {
    problems.push("--list takes one --source or one --host");
  }
  const access = readBucketAccess({ ...values, endpoint: values["s3-endpoint"] }, env, "--s3-endpoint");
  problems.push(...access.problems);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { mode: "list", target, ...access.value } };
}

function targetProblems(values: Values): readonly string[] {
  const problems: string[] = [];
  if (values.host?.includes("/")) {
    problems.push(`--host cannot be ${values.host}: give a host, not a URL (--source and --prefix take URLs)`);
  }
  for (const name of ["source", "prefix"] as const) {
    const url = values[name];
    if (url !== undefined && !isHttpUrl(url)) problems.push(`--${name} cannot be ${url}: give an http or https URL`);
  }
  if (values.path !== undefined && !values.path.startsWith("/")) {
    problems.push(`--path cannot be ${values.path}: give the path of a picture, from its first slash`);
  }
  return problems;
}

function targetOf(values: Values): PurgeTargetField | null {
  const given = TARGETS.flatMap((kind) => (values[kind] === undefined ? [] : [[kind, values[kind]] as const]));
  return given.length === 0 ? null : Object.fromEntries(given);
}

function isBlockable(target: PurgeTargetField): boolean {
  return Object.keys(target).every((kind) => BLOCKABLE.includes(kind));
}

/** With its slashes: the Worker reads `http:/x` for `http://x` too, but nobody means to write that here. */
function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
