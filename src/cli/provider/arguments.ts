/** The command line of `npm run provider`: arguments in, a checked value or every problem at once out. Pure. */
import type { Size } from "../../image/picture.ts";
import { namedOptions } from "../../request/options/applyOption.ts";
import { canonicalSource, isHttpUrl } from "../../request/source/canonicalSource.ts";
import { readCommandLine } from "../commandLine.ts";

export type ProviderArguments = {
  /** Canonical source. */
  readonly source: string;
  /** Option segments as in a path: `width:640`. */
  readonly segments: readonly string[];
  /** Size of the original, if known. */
  readonly original: Size | null;
  /** Variables of the Worker, as `npm run edge` takes them. */
  readonly vars: Readonly<Record<string, string>>;
};

export type ParsedProviderArguments =
  | { readonly ok: true; readonly value: ProviderArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

export const PROVIDER_USAGE = `Usage: npm run provider -- URL [--width N] [OPTION ...] [--original WxH] [--var NAME=VALUE ...]
Prints as JSON the addresses that a Worker asks for this picture, in order; the original is the last. Nothing is fetched.
OPTION is as in a path (rs:fill:300:200), or --NAME VALUE (--height 300, --dpr 2).
--original is the size of the original in pixels, which the Worker knows once it has seen the original.
--var sets a variable: PROVIDER_RULES=met turns a rule on, PROVIDER_RULES=europeana=*.example.org names hosts. The others
are those of wrangler.toml, and over them those of the environment.`;

const OPTION_NAMES: ReadonlySet<string> = new Set(namedOptions().flatMap(({ name, short }) => [name, ...short]));
const VAR_FORM = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

/** Reads the words after `npm run provider --`. A URL may lack its scheme, as some catalogues store it. Never throws. */
export function parseProviderArguments(argv: readonly string[]): ParsedProviderArguments {
  const line = readCommandLine(argv, {
    values: ["original", "var"],
    lists: ["var"],
    words: true,
    further: { has: (name) => OPTION_NAMES.has(optionOf(name)), called: "the options of docs/front-end/url.md" },
  });
  const problems = [...line.problems];
  const first = line.rest.findIndex(({ name }) => name === null);
  const given = line.rest[first]?.value;
  const source = given === undefined || given.includes("://") ? given : `https://${given}`;
  if (source === undefined) problems.push("A URL is missing");
  else if (!isHttpUrl(source)) problems.push(`The URL cannot be ${given}: an http or https URL is needed`);
  const segments = line.rest
    .filter((_, at) => at !== first)
    .flatMap(({ name, value }) => (name === null ? value.split("/") : [`${optionOf(name)}:${value}`]))
    .filter((segment) => segment !== "");
  const original = sizeOf(line.values.original);
  if (original === undefined) {
    problems.push(`--original cannot be ${line.values.original}: WIDTHxHEIGHT in pixels is needed, such as 4000x3000`);
  }
  const vars: Record<string, string> = {};
  for (const text of line.lists.var ?? []) {
    const [, name, value] = VAR_FORM.exec(text) ?? [];
    if (name === undefined || value === undefined) problems.push(`--var cannot be ${text}: NAME=VALUE is needed`);
    else vars[name] = value;
  }
  if (source === undefined || original === undefined || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { source: canonicalSource(source), segments, original, vars } };
}

/** Undefined: not readable. */
function sizeOf(text: string | undefined): Size | null | undefined {
  if (text === undefined) return null;
  const [, width, height] = /^([1-9]\d{0,6})x([1-9]\d{0,6})$/.exec(text) ?? [];
  return width === undefined || height === undefined ? undefined : { width: Number(width), height: Number(height) };
}

/** `auto-rotate` of a flag is the option `auto_rotate`. */
function optionOf(name: string): string {
  return name.replaceAll("-", "_");
}
