/** Records of the catalogue as lines of JSON. A line is read whole, or refused with the field that is wrong. Pure. */

/** What a field must be. `needed` is for the message: `a whole number from 0 on`. */
export type Field<T> = { readonly needed: string; readonly is: (value: unknown) => value is T };
export type Fields<R> = { readonly [K in keyof R]-?: Field<R[K]> };

/** A line that is no such record. The message names the field, what is there and what is needed. */
export class BadRecord extends Error {
  constructor(why: string) {
    super(why);
    this.name = "BadRecord";
  }
}

/** A line of JSON -> the record. Fields that are not in `fields` are dropped. Throws BadRecord. */
export function readRecord<R>(line: string, fields: Fields<R>): R {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadRecord(`no JSON: ${shown(line)}`);
  }
  return recordFrom(value, fields);
}

/** The same for a value that was parsed already. Throws BadRecord. */
export function recordFrom<R>(value: unknown, fields: Fields<R>): R {
  if (!isObject(value)) throw new BadRecord(`no object: ${shown(JSON.stringify(value))}`);
  const record: Record<string, unknown> = {};
  for (const [name, { needed, is }] of Object.entries<Field<unknown>>(fields)) {
    const found = value[name];
    if (!is(found))
      throw new BadRecord(`${name} is ${shown(JSON.stringify(found) ?? "absent")}, but must be ${needed}`);
    if (found !== undefined) record[name] = found;
  }
  return record as R;
}

const MAX_SHOWN = 80;

function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text of `least` to `most` characters (UTF-16 units). */
export function text(least: number, most: number): Field<string> {
  const is = (value: unknown): value is string =>
    typeof value === "string" && value.length >= least && value.length <= most;
  return { needed: `a text of ${least} to ${most} characters`, is };
}

export function matching(pattern: RegExp, needed: string): Field<string> {
  return { needed, is: (value): value is string => typeof value === "string" && pattern.test(value) };
}

export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Field<number> {
  const is = (value: unknown): value is number =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most;
  return { needed: `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? " on" : ` to ${most}`}`, is };
}

export const NUMBER: Field<number> = {
  needed: "a number",
  is: (value): value is number => typeof value === "number" && Number.isFinite(value),
};

export const FLAG: Field<boolean> = {
  needed: "true or false",
  is: (value): value is boolean => typeof value === "boolean",
};

export function oneOf<const T extends string | number>(values: readonly T[]): Field<T> {
  return { needed: `one of ${values.join(", ")}`, is: (value): value is T => values.some((one) => one === value) };
}

export function nullable<T>({ needed, is }: Field<T>): Field<T | null> {
  return { needed: `${needed}, or null`, is: (value): value is T | null => value === null || is(value) };
}

/** A field that may be absent. */
export function optional<T>({ needed, is }: Field<T>): Field<T | undefined> {
  return { needed: `${needed}, or absent`, is: (value): value is T | undefined => value === undefined || is(value) };
}

export function listOf<T>({ needed, is }: Field<T>): Field<readonly T[]> {
  return {
    needed: `a list, each entry ${needed}`,
    is: (value): value is readonly T[] => Array.isArray(value) && value.every(is),
  };
}

export function objectOf<R>(fields: Fields<R>): Field<R> {
  const is = (value: unknown): value is R =>
    isObject(value) && Object.entries<Field<unknown>>(fields).every(([name, field]) => field.is(value[name]));
  return { needed: `an object with ${Object.keys(fields).join(", ")}`, is };
}
