/** The words after `npm run NAME --`, taken apart in one way for every program. Pure. */

export type Syntax<V extends string, S extends string> = {
  /** Names that take a value: `--name VALUE` or `--name=VALUE`. */
  readonly values: readonly V[];
  /** Those of `values` that may be given more than once. */
  readonly lists?: readonly V[];
  /** Names without a value. */
  readonly switches?: readonly S[];
  /** Whether bare words are taken. */
  readonly words?: boolean;
  /** Further names that take a value, such as the options of a picture, and how a message calls them. */
  readonly further?: { readonly has: (name: string) => boolean; readonly called: string };
};

export type CommandLine<V extends string, S extends string> = {
  /** The value of each name; of a list the last one. */
  readonly values: Readonly<Partial<Record<V, string>>>;
  readonly lists: Readonly<Partial<Record<V, readonly string[]>>>;
  readonly switches: ReadonlySet<S>;
  /** Bare words (`name` is null) and further names, in their order. */
  readonly rest: readonly { readonly name: string | null; readonly value: string }[];
  /** Everything that is wrong: unknown names, values that are missing or not wanted, names given twice. */
  readonly problems: readonly string[];
};

/** Never throws. */
export function readCommandLine<V extends string, S extends string = never>(
  argv: readonly string[],
  syntax: Syntax<V, S>,
): CommandLine<V, S> {
  const { values: names, lists: listNames = [], switches: switchNames = [], words = false, further } = syntax;
  const problems: string[] = [];
  const lists: Partial<Record<V, string[]>> = {};
  const switches = new Set<S>();
  const rest: { name: string | null; value: string }[] = [];
  const all = [...names, ...switchNames].map((name) => `--${name}`).join(", ");
  const known = further === undefined ? all : `${all}, and ${further.called}`;

  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (!word.startsWith("--")) {
      if (words) rest.push({ name: null, value: word });
      else problems.push(`Unknown argument ${word}; known are ${known}`);
      continue;
    }
    const equals = word.indexOf("=");
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const inline = equals < 0 ? null : word.slice(equals + 1);
    const switchName = switchNames.find((candidate) => candidate === name);
    if (switchName !== undefined) {
      if (inline !== null) problems.push(`--${name} takes no value`);
      else switches.add(switchName);
      continue;
    }
    const valueName = names.find((candidate) => candidate === name);
    const isKnown = valueName !== undefined || further?.has(name) === true;
    if (!isKnown) problems.push(`Unknown argument --${name}; known are ${known}`);
    // A name behind a name: the value between them was forgotten. A value that begins so is written with `=`.
    const next = argv[at + 1];
    const value = inline ?? (next === undefined || next.startsWith("--") ? "" : next);
    if (inline === null && value !== "") at++;
    if (!isKnown) continue;
    if (value === "") problems.push(`--${name} needs a value`);
    else if (valueName === undefined) rest.push({ name, value });
    else (lists[valueName] ??= []).push(value);
  }
  const entries = names.flatMap((name) => {
    const given: readonly string[] = lists[name] ?? [];
    if (given.length > 1 && !listNames.includes(name)) problems.push(`--${name} is given ${given.length} times`);
    const last = given.at(-1);
    return last === undefined ? [] : [[name, last] as const];
  });
  return { values: Object.fromEntries(entries) as Partial<Record<V, string>>, lists, switches, rest, problems };
}
