/** The command line of `npm run edge`: arguments in, a checked value or every problem at once out. Pure. */

export type EdgeArguments = {
  readonly port: number;
  /** Folder for KV, R2 and the cache; undefined: a temporary one, removed at the end. */
  readonly persist: string | undefined;
  /** File with the text of the live settings; undefined: none are set. */
  readonly settings: string | undefined;
  readonly vars: Readonly<Record<string, string>>;
  /** HTTP/2 over TLS on the port. */
  readonly h2: boolean;
  /** Log lines for people, and a summary a minute. */
  readonly pretty: boolean;
};

export type ParsedArguments =
  | { readonly ok: true; readonly value: EdgeArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

export const EDGE_USAGE = `Usage: npm run edge -- --port N [--persist DIR] [--settings FILE] [--h2] [--pretty] [--var NAME=VALUE ...]
--port N may also be given as PORT in the environment; 0 is any free one.
--persist DIR keeps the stores in a folder; without it they end with the edge.
--var NAME=VALUE sets a variable of the Worker (docs/operator/operations.md).
--h2 serves HTTP/2 over TLS; the file of the certificate's authority is said at the start.
--pretty prints log lines for people and a summary every minute, instead of JSON.
--settings FILE is the JSON of the live settings (docs/operator/operations.md). The running edge takes over each change of
the file.`;

const MAX_PORT = 65_535;
const VAR_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const FLAGS = ["--port", "--persist", "--settings", "--var"] as const;
const SWITCHES = ["--h2", "--pretty"] as const;

/**
 * Reads `--port N` (0: any free one; else `PORT` of the environment), `--persist DIR`, `--settings FILE`, `--h2`,
 * `--pretty` and any number of `--var NAME=VALUE`; `--flag=value` is taken too. A value may hold further `=`, and a later
 * `--var` of the same name wins. Never throws.
 */
export function parseEdgeArguments(argv: readonly string[], environmentPort?: string): ParsedArguments {
  const problems: string[] = [];
  const vars: Record<string, string> = {};
  let port: number | undefined;
  let persist: string | undefined;
  let settings: string | undefined;
  const switches = new Set<(typeof SWITCHES)[number]>();
  const readPort = (name: string, value: string) => {
    if (/^\d{1,5}$/.test(value) && Number(value) <= MAX_PORT) port = Number(value);
    else problems.push(`${name} cannot be ${value}: a whole number from 0 to ${MAX_PORT} is needed`);
  };

  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    const on = SWITCHES.find((name) => word === name);
    if (on !== undefined) {
      switches.add(on);
      continue;
    }
    const flag = FLAGS.find((name) => word === name || word.startsWith(`${name}=`));
    if (flag === undefined) {
      problems.push(`Unknown argument ${word}; known are ${[...FLAGS, ...SWITCHES].join(", ")}`);
      continue;
    }
    const value = word === flag ? argv[++at] : word.slice(flag.length + 1);
    if (value === undefined || value === "") {
      problems.push(`${flag} needs a value`);
    } else if (flag === "--port") {
      readPort(flag, value);
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
  if (port === undefined && environmentPort !== undefined && problems.length === 0) readPort("PORT", environmentPort);
  if (port === undefined && problems.length === 0) problems.push("--port is missing");
  if (port === undefined || problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    value: { port, persist, settings, vars, h2: switches.has("--h2"), pretty: switches.has("--pretty") },
  };
}
