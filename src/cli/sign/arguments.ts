/** The command line of `npm run sign`: arguments in, a checked value or every problem at once out. Pure. */

import { namedOptions } from "../../request/options/applyOption.ts";
import { isHttpUrl } from "../../request/source/canonicalSource.ts";

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
};

export type ParsedSignArguments =
  | { readonly ok: true; readonly value: SignArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

export const SIGN_USAGE = `Usage: npm run sign -- SOURCE [OPTION ...] [--endpoint URL] [--plain] [--key HEX --salt HEX] [--size BYTES]
       npm run sign -- --explain URL|PATH [--accept TYPES] [--endpoint URL]
OPTION is as in the path (rs:fill:300:200, several joined by /), or --NAME VALUE (--width 300, --rs fill:300:200).
--explain says what a URL, or a path as this prints it, means and why it is refused; --endpoint says whose path it is.
Key and salt default to the first of SIGNING_KEYS and SIGNING_SALTS in the environment.`;

const VALUES = ["endpoint", "key", "salt", "size", "accept", "explain"] as const;
const OPTION_NAMES: ReadonlySet<string> = new Set(namedOptions().flatMap(({ name, short }) => [name, ...short]));

/** Reads the words after `npm run sign --`. `--name=value` is read too. Never throws. */
export function parseSignArguments(argv: readonly string[]): ParsedSignArguments {
  const problems: string[] = [];
  const values: Partial<Record<(typeof VALUES)[number], string>> = {};
  const segments: string[] = [];
  let source: string | undefined;
  let plain = false;

  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (word === "--plain") {
      plain = true;
    } else if (word.startsWith("--")) {
      const [name = "", inline] = splitOnce(word.slice(2), "=");
      const known = VALUES.find((candidate) => candidate === name);
      const option = name.replaceAll("-", "_");
      if (known === undefined && !OPTION_NAMES.has(option)) problems.push(`Unknown argument --${name}`);
      const value = inline ?? argv[++at];
      if (value === undefined) problems.push(`--${name} needs a value`);
      else if (known !== undefined) values[known] = value;
      else segments.push(`${option}:${value}`);
    } else if (source === undefined) {
      source = word;
    } else {
      segments.push(...word.split("/").filter((segment) => segment !== ""));
    }
  }
  const { explain, endpoint = "", key, salt, size, accept } = values;
  const url = explain ?? source;
  if (url === undefined) problems.push("A source is missing");
  if (explain === undefined && source !== undefined && !isHttpUrl(source)) {
    problems.push(`The source cannot be ${source}: an absolute http or https URL is needed`);
  }
  if (explain !== undefined && !explain.startsWith("/") && !isHttpUrl(explain)) {
    problems.push(`--explain cannot be ${explain}: an http or https URL, or a path from its first slash, is needed`);
  }
  if (endpoint !== "" && !isHttpUrl(endpoint)) {
    problems.push(`--endpoint cannot be ${endpoint}: an http or https URL is needed`);
  }
  if ((key === undefined) !== (salt === undefined)) problems.push("--key and --salt come together");
  if (url === undefined || problems.length > 0) return { ok: false, problems };
  const mode = explain === undefined ? "sign" : "explain";
  const value = {
    mode,
    url,
    segments,
    plain,
    endpoint: endpoint.replace(/\/+$/, ""),
    key,
    salt,
    size,
    accept,
  } as const;
  return { ok: true, value };
}

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
