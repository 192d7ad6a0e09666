/** The command line of `npm run sign`: arguments in, a checked value or every problem at once out. Pure. */

import { namedOptions } from "../../request/options/applyOption.ts";
import { isHttpUrl } from "../../request/source/canonicalSource.ts";
import { readCommandLine } from "../commandLine.ts";

export type SignArguments = {
  readonly mode: "sign" | "explain";
  /** The source to sign, or the URL or path to explain. */
  readonly url: string;
  /** Option segments as they will stand in the path: `rs:fill:300:200`. */
  readonly segments: readonly string[];
  readonly plain: boolean;
  /** Where the proxy answers, without a slash at the end; empty = not given. */
  readonly endpoint: string;
  readonly key: string | undefined;
  readonly salt: string | undefined;
  readonly size: string | undefined;
  readonly accept: string | undefined;
  /** Data centre of the reader, such as `MAD`. */
  readonly colo: string | undefined;
  /** Variables of the Worker, as `npm run edge` takes them. */
  readonly vars: Readonly<Record<string, string>>;
  /** File with the live settings, as `npm run edge` takes it. */
  readonly settings: string | undefined;
};

export type ParsedSignArguments =
  | { readonly ok: true; readonly value: SignArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

export const SIGN_USAGE = `Usage: npm run sign -- SOURCE [OPTION ...] [--endpoint URL] [--plain] [--key HEX --salt HEX] [--size BYTES]
       npm run sign -- --explain URL|PATH [--accept TYPES] [--colo CODE] [--endpoint URL] [--settings FILE]
         [--var NAME=VALUE ...]
OPTION is as in the path (rs:fill:300:200, several joined by /), or --NAME VALUE (--width 300, --rs fill:300:200).
Key and salt default to the last of SIGNING_KEYS and SIGNING_SALTS, which is the newest pair.
--explain says what a Worker answers to a URL, or to a path as this prints it, and why. It reads the variables of
wrangler.toml, over them those of the environment, over them --var; --settings is the file that \`npm run edge\` takes.`;

const VALUES = [
  ...(["endpoint", "key", "salt", "size", "accept", "explain", "colo", "var", "settings"] as const),
] as const;
const ONLY_EXPLAIN = ["accept", "colo", "settings"] as const;
const OPTION_NAMES: ReadonlySet<string> = new Set(namedOptions().flatMap(({ name, short }) => [name, ...short]));
const VAR_FORM = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

/** Reads the words after `npm run sign --`. `--name=value` is read too. Never throws. */
export function parseSignArguments(argv: readonly string[]): ParsedSignArguments {
  const {
    values,
    lists,
    switches,
    rest,
    problems: found,
  } = readCommandLine(argv, {
    values: VALUES,
    lists: ["var"],
    switches: ["plain"],
    words: true,
    further: {
      has: (name) => OPTION_NAMES.has(optionOf(name)),
      called: `the options of docs/front-end/url.md (${namedOptions()
        .map(({ name }) => name.replaceAll("_", "-"))
        .join(", ")})`,
    },
  });
  const { explain, endpoint = "", key, salt, size, accept, colo, settings } = values;
  const problems = [...found];
  const first = explain === undefined ? rest.findIndex(({ name }) => name === null) : -1;
  const source = rest[first]?.value;
  const segments = rest
    .filter((_, at) => at !== first)
    .flatMap(({ name, value }) => (name === null ? value.split("/") : [`${optionOf(name)}:${value}`]))
    .filter((segment) => segment !== "");
  const url = explain ?? source;
  if (url === undefined) problems.push("A source is missing");
  if (source !== undefined && !isHttpUrl(source)) {
    problems.push(`The source cannot be ${source}: an absolute http or https URL is needed`);
  }
  if (explain !== undefined) problems.push(...explainProblems(explain, segments, switches.has("plain")));
  else for (const name of ONLY_EXPLAIN) if (values[name] !== undefined) problems.push(`--${name} goes with --explain`);
  if (endpoint !== "" && !isHttpUrl(endpoint)) {
    problems.push(`--endpoint cannot be ${endpoint}: an http or https URL is needed`);
  }
  if (colo !== undefined && !/^[A-Z]{3}$/.test(colo)) {
    problems.push(`--colo cannot be ${colo}: the three capital letters of a data centre are needed, such as MAD`);
  }
  if ((key === undefined) !== (salt === undefined)) problems.push("--key and --salt come together");
  const vars: Record<string, string> = {};
  for (const text of lists.var ?? []) {
    const [, name, value] = VAR_FORM.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      problems.push(`--var cannot be ${text}: NAME=VALUE is needed, NAME of letters, digits and _`);
    } else vars[name] = value;
  }
  if (url === undefined || problems.length > 0) return { ok: false, problems };
  const mode = explain === undefined ? "sign" : "explain";
  const given = { key, salt, size, accept, colo, vars, settings };
  const plain = switches.has("plain");
  return { ok: true, value: { mode, url, segments, plain, endpoint: endpoint.replace(/\/+$/, ""), ...given } };
}

function explainProblems(explain: string, segments: readonly string[], plain: boolean): readonly string[] {
  const problems: string[] = [];
  if (!explain.startsWith("/") && !isHttpUrl(explain)) {
    problems.push(`--explain cannot be ${explain}: an http or https URL, or a path from its first slash, is needed`);
  }
  if (segments.length > 0) problems.push(`--explain takes one URL or path, not ${segments.join("/")} besides`);
  if (plain) problems.push("--plain does not go with --explain");
  return problems;
}

/** `auto-rotate` of a flag is the option `auto_rotate`. */
function optionOf(name: string): string {
  return name.replaceAll("-", "_");
}
