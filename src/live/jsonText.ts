/**
 * A JSON text (RFC 8259) with the place of every key and value, so that a message can say where a mistake is. The value
 * is that of `JSON.parse`. Two things are stricter: a key may stand only once in an object, since `JSON.parse` silently
 * takes the last one, and values may be nested MAX_DEPTH deep. Pure.
 */

/** Both count from 1; the column in UTF-16 code units, as editors and `JSON.parse` count. */
export type Position = { readonly line: number; readonly column: number };

/** The way from the whole value to a part of it: `["blocked", "hosts", 0]`. */
export type JsonPath = readonly (string | number)[];

export const MAX_DEPTH = 16;

const SPACE = /[ \t\n\r]*/y;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

export class JsonError extends Error {
  override name = "JsonError";
  readonly position: Position;

  constructor(message: string, position: Position) {
    super(message);
    this.position = position;
  }
}

export class JsonText {
  readonly value: unknown;
  readonly #text: string;
  readonly #keys = new Map<string, number>();
  readonly #values = new Map<string, number>();
  #at = 0;

  /** Throws JsonError at the first thing that is wrong. */
  constructor(text: string) {
    this.#text = text;
    this.#readValue([]);
    this.#skip(SPACE);
    if (this.#at < text.length) throw this.#expected("the end of the text");
    this.value = JSON.parse(text);
  }

  /** Where the key of that part stands; for an entry of a list, and for a part that is not there, where it would. */
  keyAt(path: JsonPath): Position {
    return this.#position(this.#keys.get(JSON.stringify(path)) ?? this.#offset(path));
  }

  /** Where the value of that part begins; of a part that is not there, where what should hold it begins. */
  valueAt(path: JsonPath): Position {
    return this.#position(this.#offset(path));
  }

  #offset(path: JsonPath): number {
    const found = this.#values.get(JSON.stringify(path));
    return found ?? (path.length === 0 ? 0 : this.#offset(path.slice(0, -1)));
  }

  #readValue(path: JsonPath): void {
    this.#skip(SPACE);
    if (path.length > MAX_DEPTH) throw this.#error(`values are nested more than ${MAX_DEPTH} deep`);
    this.#values.set(JSON.stringify(path), this.#at);
    const first = this.#text[this.#at];
    if (first === "{") this.#readMembers("}", () => this.#readMember(path));
    else if (first === "[") this.#readMembers("]", (index) => this.#readValue([...path, index]));
    else if (first === '"') this.#readString("a text");
    else if (!this.#skip(SCALAR)) throw this.#expected("a value");
  }

  #readMembers(end: string, readOne: (index: number) => void): void {
    this.#at++;
    this.#skip(SPACE);
    if (this.#take(end)) return;
    for (let index = 0; ; index++) {
      readOne(index);
      this.#skip(SPACE);
      if (this.#take(end)) return;
      if (!this.#take(",")) throw this.#expected(`"," or "${end}"`);
    }
  }

  #readMember(path: JsonPath): void {
    this.#skip(SPACE);
    const start = this.#at;
    const key = this.#readString("a key in double quotes");
    const inner = [...path, key];
    const name = JSON.stringify(inner);
    if (this.#keys.has(name)) throw new JsonError(`${inner.join(".")} is given twice`, this.#position(start));
    this.#keys.set(name, start);
    this.#skip(SPACE);
    if (!this.#take(":")) throw this.#expected('":"');
    this.#readValue(inner);
  }

  #readString(what: string): string {
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#expected(what);
    if (!this.#skip(STRING)) throw this.#error("a text is not closed, or holds a character that must be escaped");
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const matched = pattern.test(this.#text);
    if (matched) this.#at = pattern.lastIndex;
    return matched;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expected(what: string): JsonError {
    const found = this.#text[this.#at];
    return this.#error(`${what} is expected, not ${found === undefined ? "the end" : JSON.stringify(found)}`);
  }

  #error(message: string): JsonError {
    return new JsonError(message, this.#position(this.#at));
  }

  #position(offset: number): Position {
    const before = this.#text.slice(0, offset).split(/\r\n|\r|\n/);
    return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
  }
}
