/** The command line of `npm run purge`: arguments in, a checked value or every problem at once out. Pure. */

export type PurgeArguments = {
  /** One field of the order: `source`, `prefix`, `host`, `path` or `maker`. */
  readonly target: Readonly<Record<string, string>>;
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

export type ParsedPurgeArguments =
  | { readonly ok: true; readonly value: PurgeArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

export const PURGE_USAGE = `Usage: npm run purge -- --source URL | --prefix URL | --host HOST | --path /P | --maker VERSION
         [--block [--sweep SECONDS] | --lift | --stale] [--endpoint URL] [--secret S] [--resume CURSOR]
--stale deletes nothing: every page stays as fast, and each picture of the host is looked up anew at its source.
--maker deletes every rendition of one version of engine and encoder, such as 1-libwebp1 (docs/storage.md).
Endpoint and secret default to PURGE_ENDPOINT and PURGE_SECRET in the environment.`;

const TARGETS = ["source", "prefix", "host", "path", "maker"] as const;
const VALUES = [...TARGETS, "endpoint", "secret", "resume", "sweep"] as const;
const SWITCHES = ["block", "lift", "stale"] as const;

/**
 * Until every isolate must know of a block: the age of its settings (settings.ts, 60 s), the minute KV's writes may
 * take to be seen, and a request's own time.
 */
export const SWEEP_SECONDS = 150;

/** Reads the words after `npm run purge --`; `--name=value` is taken too. Never throws. */
export function parsePurgeArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedPurgeArguments {
  const problems: string[] = [];
  const values: Partial<Record<(typeof VALUES)[number], string>> = {};
  const switches = new Set<string>();
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    const equals = word.indexOf("=");
    const flag = equals < 0 ? word : word.slice(0, equals);
    const name = VALUES.find((known) => flag === `--${known}`);
    if (name !== undefined) {
      const value = equals < 0 ? argv[++at] : word.slice(equals + 1);
      if (value === undefined || value === "") problems.push(`${flag} needs a value`);
      else values[name] = value;
    } else if (SWITCHES.some((known) => word === `--${known}`)) switches.add(word.slice(2));
    else problems.push(`Unknown argument ${word}`);
  }
  const named = TARGETS.filter((kind) => values[kind] !== undefined);
  const [kind] = named;
  if (named.length !== 1) problems.push(`One of --${TARGETS.join(", --")} is needed, ${named.length} are given`);
  if (values.host?.includes("/")) {
    problems.push(`--host cannot be ${values.host}: give a host, not a URL (--source and --prefix take URLs)`);
  }
  for (const name of ["source", "prefix"] as const) {
    const url = values[name];
    if (url !== undefined && !isHttpUrl(url)) problems.push(`--${name} cannot be ${url}: give an http or https URL`);
  }
  const block = switches.has("block") ? true : switches.has("lift") ? false : null;
  const stale = switches.has("stale");
  if (switches.size > 1) {
    problems.push(`${[...switches].map((name) => `--${name}`).join(" and ")} exclude each other`);
  }
  if (stale && kind === "maker") problems.push("A maker cannot be marked stale, only a source, prefix, host or path");
  if (stale && values.resume !== undefined) problems.push("--stale is done in one step: there is nothing to resume");
  if (block !== null && kind !== "source" && kind !== "host") problems.push("Only a source or a host can be blocked");
  const sweepSeconds = Number(values.sweep ?? (block === true ? SWEEP_SECONDS : 0));
  if (!(sweepSeconds >= 0 && sweepSeconds <= 3600)) problems.push(`--sweep cannot be ${values.sweep}: 0 to 3600 s`);
  const endpoint = (values.endpoint ?? env.PURGE_ENDPOINT ?? "").replace(/\/+$/, "");
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    problems.push(`No endpoint: --endpoint or PURGE_ENDPOINT must be the Worker's URL, not "${endpoint}"`);
  }
  const secret = values.secret ?? env.PURGE_SECRET ?? "";
  if (secret === "") problems.push("No secret: set PURGE_SECRET, or give --secret");
  if (kind === undefined || problems.length > 0) return { ok: false, problems };
  const target = { [kind]: values[kind] ?? "" };
  return { ok: true, value: { target, block, stale, endpoint, secret, resume: values.resume ?? null, sweepSeconds } };
}

/** With its slashes: the Worker reads `http:/x` for `http://x` too, but nobody means to write that here. */
function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
