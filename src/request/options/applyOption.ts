/** Options from the segments of an imgproxy path, by the table of options. */
import { Failure } from "../../errors.ts";
import type { ImageRequest } from "../imageRequest.ts";
import { ArgumentError } from "./arguments.ts";
import type { Argument, Options, OptionTable, UnsignedRule } from "./option.ts";
import { refusedOption } from "./refused.ts";
import { COMPOSED, OPTIONS } from "./table.ts";
import { fullName, hasNoEffect } from "./withoutEffect.ts";

/** What an option's arguments change. */
type Reading = (args: readonly string[]) => Readonly<Record<string, unknown>>;

/** An option as a URL names it. */
export type NamedOption = {
  readonly name: string;
  readonly short: readonly string[];
  readonly args: readonly Argument[];
  readonly doc: string;
  /** What an unsigned request may do with it. */
  readonly unsigned: UnsignedRule;
  readonly read: Reading;
};

/** Every default of a table. */
export function defaultsOf(table: OptionTable): Options {
  const fields = Object.entries(table).map(([field, { fallback }]) => [field, fallback]);
  return Object.fromEntries(fields) as Options;
}

export const DEFAULTS: Options = defaultsOf(OPTIONS);

/** The options that a URL may name: those that set several fields, then one for each field. */
export function namedOptions(table: OptionTable = OPTIONS): readonly NamedOption[] {
  const composed = Object.entries(COMPOSED).map(([name, { short, fields, doc }]) => {
    const parts = fields.flatMap((field) => (table[field] === undefined ? [] : [{ field, row: table[field] }]));
    const args = parts.flatMap(({ row }) => row.args.slice(0, 1));
    const read: Reading = (texts) => {
      if (texts.length > args.length) throw new ArgumentError(texts.join(":"), `at most ${args.length} arguments`);
      return Object.assign({}, ...parts.map(({ field, row }, i) => change(field, row.read([texts[i] ?? ""]))));
    };
    return { name, short, args, doc, read, unsigned: "sides" as const };
  });
  const single = Object.entries(table).map(([field, row]) => {
    const { name, short, args, doc } = row;
    const unsigned = row.effect === "delivery" ? "free" : row.unsigned;
    return { name, short, args, doc, unsigned, read: (texts: readonly string[]) => change(field, row.read(texts)) };
  });
  return [...composed, ...single];
}

/** An argument that was left out changes nothing. */
function change(field: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === undefined ? {} : { [field]: value };
}

/** Names and short names of a table's options. Made once for each table. */
const NAMES = new WeakMap<OptionTable, ReadonlyMap<string, NamedOption>>();

function namesOf(table: OptionTable): ReadonlyMap<string, NamedOption> {
  const known = NAMES.get(table);
  if (known !== undefined) return known;
  const names = new Map(
    namedOptions(table).flatMap((option) => [option.name, ...option.short].map((name) => [name, option] as const)),
  );
  NAMES.set(table, names);
  return names;
}

/**
 * Applies one path segment (`rs:fill:300:200`) to options. Arguments left out or empty keep what was there. An option
 * that asks for nothing here changes nothing (withoutEffect.ts). Throws Failure `option_unknown` or `option_invalid`,
 * both with the option's name.
 */
export function applyOption(options: Options, segment: string, table: OptionTable = OPTIONS): Options {
  const [name = "", ...args] = segment.split(":");
  const option = namesOf(table).get(name);
  try {
    if (option !== undefined) return { ...options, ...option.read(args) };
    if (hasNoEffect(name, args)) return options;
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const shown = shownName(name, option?.name ?? fullName(name));
    throw new Failure("option_invalid", { option: shown, value: `"${error.value.slice(0, 80)}"`, limit: error.limit });
  }
  const refused = refusedOption(name);
  throw new Failure("option_unknown", {
    option: shownName(name.slice(0, 50), refused?.name),
    why: `: ${refused?.why ?? "there is no such option"}`,
  });
}

/** An option as the URL names it, and its full name. */
function shownName(name: string, full: string = name): string {
  return name === full ? name : `${full} (${name})`;
}

/** Options as a request holds them: the picture operation, and the rest. */
export function splitOptions(
  options: Options,
): Pick<ImageRequest, "transform" | "cachebuster" | "expires" | "delivery"> {
  const { cachebuster, expires, filename, attachment, ...transform } = options;
  return { transform, cachebuster, expires, delivery: { filename, attachment } };
}
