/** Reads a JSON text by checks, and collects everything that is wrong with it, each with its line and column. Pure. */
import { JsonError, type JsonPath, JsonText, type Position } from "./jsonText.ts";

/** A value that is right, or what it should be: `no time in unix milliseconds`. */
export type Checked<T> = { readonly value: T } | { readonly wrong: string };
export type Check<T> = (value: unknown) => Checked<T>;

/** A message lists this many problems. */
const MAX_SHOWN = 20;
/** A name in a message is cut to this many characters. */
const MAX_NAME = 40;

type Members = Readonly<Record<string, unknown>>;

export class JsonReader {
  readonly #problems: string[] = [];
  readonly #json: JsonText | null;

  constructor(text: string) {
    try {
      this.#json = new JsonText(text);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      this.#json = null;
      this.#add(error.position, `not JSON: ${error.message}`);
    }
  }

  /** What is wrong, in the order in which it was read; empty: nothing. */
  get problems(): readonly string[] {
    const more = this.#problems.length - MAX_SHOWN;
    return more > 0 ? [...this.#problems.slice(0, MAX_SHOWN), `and ${more} more`] : this.#problems;
  }

  /** The members of an object, none when it is not there. Keys that are not `known` are problems. */
  object(path: JsonPath, known: readonly string[]): void {
    for (const key of Object.keys(this.#members(path))) {
      if (known.includes(key)) continue;
      this.#keyProblem([...path, key], `is not known here; known are ${known.join(", ")}`);
    }
  }

  /** A value that passes; `absent` when it is not there or wrong. */
  value<T>(path: JsonPath, check: Check<T>, absent: T): T {
    const value = this.#value(path);
    if (value === undefined) return absent;
    const checked = check(value);
    if ("value" in checked) return checked.value;
    this.#valueProblem(path, checked.wrong);
    return absent;
  }

  /** The entries of a list that pass; none when the list is not there. */
  list<T>(path: JsonPath, check: Check<T>): readonly T[] {
    const value = this.#value(path);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.#valueProblem(path, "is no list");
      return [];
    }
    return value.flatMap((entry: unknown, index) => {
      const checked = check(entry);
      if ("value" in checked) return [checked.value];
      this.#valueProblem([...path, index], checked.wrong);
      return [];
    });
  }

  /** The entries of an object with any keys, of those that pass; none when it is not there. `check` may look at the key. */
  table<T>(path: JsonPath, checkKey: Check<string>, check: (key: string) => Check<T>): Readonly<Record<string, T>> {
    const good: [string, T][] = [];
    for (const [key, entry] of Object.entries(this.#members(path))) {
      const name = checkKey(key);
      const checked = check(key)(entry);
      if ("wrong" in name) this.#keyProblem([...path, key], name.wrong);
      if ("wrong" in checked) this.#valueProblem([...path, key], checked.wrong);
      if ("value" in name && "value" in checked) good.push([name.value, checked.value]);
    }
    return Object.fromEntries(good);
  }

  #members(path: JsonPath): Members {
    const value = this.#value(path);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
    if (value !== undefined) this.#valueProblem(path, "is no object");
    return {};
  }

  #value(path: JsonPath): unknown {
    return path.reduce<unknown>((value, step) => {
      const holds = typeof value === "object" && value !== null && Object.hasOwn(value, step);
      return holds ? (value as Record<string | number, unknown>)[step] : undefined;
    }, this.#json?.value);
  }

  #keyProblem(path: JsonPath, wrong: string): void {
    if (this.#json !== null) this.#add(this.#json.keyAt(path), `${nameOf(path)} ${wrong}`);
  }

  #valueProblem(path: JsonPath, wrong: string): void {
    if (this.#json !== null) this.#add(this.#json.valueAt(path), `${nameOf(path)} ${wrong}`);
  }

  #add({ line, column }: Position, text: string): void {
    this.#problems.push(`line ${line}, column ${column}: ${text}`);
  }
}

/** `blocked.hosts[0]`; the whole value is called `the text`. */
function nameOf(path: JsonPath): string {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step.slice(0, MAX_NAME)}`));
  return steps.length === 0 ? "the text" : steps.join("").slice(1);
}
