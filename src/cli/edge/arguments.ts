/** The command line of `npm run edge`: arguments in, a checked value or every problem at once out. Pure. */

export type EdgeArguments = {
  readonly port: number;
  /** Folder for KV, R2 and the cache; undefined: a temporary one, removed at the end. */
  readonly persist: string | undefined;
  /** File with the text of the live settings; undefined: none are set. */
  readonly settings: string | undefined;
  readonly vars: Readonly<Record<string, string>>;
};

export type ParsedArguments =
  | { readonly ok: true; readonly value: EdgeArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

export const EDGE_USAGE = `Usage: npm run edge -- --port N [--persist DIR] [--settings FILE] [--var NAME=VALUE ...]
--settings FILE is the JSON of the live settings (docs/operations.md); a change of the file is taken over as it runs.`;

const MAX_PORT = 65_535;
const VAR_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const FLAGS = ["--port", "--persist", "--settings", "--var"] as const;

/**
 * Reads `--port N` (0: any free one), `--persist DIR`, `--settings FILE` and any number of `--var NAME=VALUE`; `--flag=value` is taken
 * too. A value may hold further `=`, and a later `--var` of the same name wins. Never throws.
 */
export function parseEdgeArguments(argv: readonly string[]): ParsedArguments {
  const problems: string[] = [];
  const vars: Record<string, string> = {};
  let port: number | undefined;
  let persist: string | undefined;
  let settings: string | undefined;

  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    const flag = FLAGS.find((name) => word === name || word.startsWith(`${name}=`));
    if (flag === undefined) {
      problems.push(`Unknown argument ${word}; known are ${FLAGS.join(", ")}`);
      continue;
    }
    const value = word === flag ? argv[++at] : word.slice(flag.length + 1);
    if (value === undefined || value === "") {
      problems.push(`${flag} needs a value`);
    } else if (flag === "--port") {
      if (/^\d{1,5}$/.test(value) && Number(value) <= MAX_PORT) port = Number(value);
      else problems.push(`--port cannot be ${value}: a whole number from 0 to ${MAX_PORT} is needed`);
    } else if (flag === "--persist") {
      persist = value;
    } else if (flag === "--settings") {
      settings = value;
    } else {
      const equals = value.indexOf("=");
      const name = equals < 0 ? value : value.slice(0, equals);
      if (equals >= 0 && VAR_NAME.test(name)) vars[name] = value.slice(equals + 1);
      else problems.push(`--var cannot be ${value}: NAME=VALUE is needed, NAME of letters, digits and _`);
    }
  }
  if (port === undefined && problems.length === 0) problems.push("--port is missing");
  if (port === undefined || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { port, persist, settings, vars } };
}
