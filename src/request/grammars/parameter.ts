/** Parameters of a URL by a table of them: what `k=v` pairs say, or the failure that names the one that is wrong. */
import { Failure } from "../../errors.ts";
import { ArgumentError, type ArgumentReader, reader } from "../options/arguments.ts";
import { percentDecoded } from "../source/writtenSource.ts";

/** One parameter: its values, its other names, and its text in docs/front-end/url.md. */
export type Parameter<T = unknown> = ArgumentReader<T> & { readonly doc: string; readonly short?: readonly string[] };
export type ParameterTable = Readonly<Record<string, Parameter>>;

/** What was read, by the parameter's name. A parameter that was not given has no entry. */
export type Values<Table extends ParameterTable> = {
  readonly [K in keyof Table]?: Table[K] extends Parameter<infer T> ? T : never;
};

/** What happens to names that are not in the table: refused, ignored, or refused only when the list has them. */
export type Unknown = "refused" | { readonly refused: readonly string[] };

/**
 * Pairs of name and text -> values. Throws Failure `option_unknown` and `option_invalid`, both with the name as the URL
 * has it. A parameter that stands twice is refused: programs do not agree about which of them counts.
 */
export function readParameters<Table extends ParameterTable>(
  pairs: Iterable<readonly [name: string, text: string]>,
  table: Table,
  unknown: Unknown,
): Values<Table> {
  const names = namesOf(table);
  const values: Record<string, unknown> = {};
  for (const [name, text] of pairs) {
    const full = names.get(name);
    if (full === undefined) {
      if (unknown !== "refused" && !unknown.refused.includes(name)) continue;
      throw new Failure("option_unknown", { option: name.slice(0, 50), why: "" });
    }
    try {
      if (Object.hasOwn(values, full)) throw new ArgumentError(text, "it stands twice in the address");
      values[full] = table[full]?.read(text);
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      throw new Failure("option_invalid", { option: name, value: `"${text.slice(0, 80)}"`, limit: error.limit });
    }
  }
  return values as Values<Table>;
}

/** Whether a table has a parameter of this name or short name. */
export function isParameter(name: string, table: ParameterTable): boolean {
  return namesOf(table).has(name);
}

/** Names and short names of a table's parameters -> names. Made once for each table. */
const NAMES = new WeakMap<ParameterTable, ReadonlyMap<string, string>>();

function namesOf(table: ParameterTable): ReadonlyMap<string, string> {
  let names = NAMES.get(table);
  if (names === undefined) {
    names = new Map(
      Object.entries(table).flatMap(([name, { short = [] }]) => [name, ...short].map((word) => [word, name] as const)),
    );
    NAMES.set(table, names);
  }
  return names;
}

/** A parameter of which these texts change nothing here. Every other value asks for what there is not, and is refused. */
export function without(doc: string, ...texts: readonly string[]): Parameter<null> {
  const limit = texts.length === 1 ? `only ${texts[0] || "without a value"}` : `one of ${texts.join(", ")}`;
  return { doc, ...reader(limit, (text) => (texts.includes(text) ? null : undefined)) };
}

/** A parameter whose text is read elsewhere. */
export function anyText(doc: string, limit = "any"): Parameter<string> {
  return { doc, ...reader(limit, (text) => text) };
}

/** One of a table's words -> its entry. */
export function wordOf<T>(words: Readonly<Record<string, T>>, others = ""): ArgumentReader<T> {
  return reader(`one of ${Object.keys(words).join(", ")}${others}`, (text) =>
    Object.hasOwn(words, text) ? words[text] : undefined,
  );
}

/**
 * The pairs of a query, percent-decoded once. `plus`: what a `+` in a value stands for: forms write a blank as `+`, other
 * programs mean the plus sign. Throws Failure `url_invalid` for an escape that is not UTF-8.
 */
export function queryPairs(query: string, plus: "+" | " "): readonly (readonly [name: string, text: string])[] {
  return query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      const [name, text] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
      return [percentDecoded(name), percentDecoded(text.replaceAll("+", plus))] as const;
    });
}
