/** The fields of one record, as places in a buffer. Nothing is decoded before somebody asks for it. */

/** How a field is written. */
export const FORM = {
  plain: 0,
  /** `\N` of COPY. */
  null: 1,
  /** COPY's backslash escapes. */
  escaped: 2,
  /** A quoted field of CSV with `""` in it. */
  doubled: 3,
} as const;
export type Form = (typeof FORM)[keyof typeof FORM];

/** More columns than any catalogue has. */
export const MAX_FIELDS = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The letters of COPY's escapes, as PostgreSQL's manual lists them (COPY, File Formats, Text Format). */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }).map(([letter, byte]) => [letter.charCodeAt(0), byte]),
);

/** The reader of a format overwrites it for each record, so it is valid only until the call that got it returns. */
export class Fields {
  bytes: Uint8Array = new Uint8Array(0);
  count = 0;
  /** Physical line on which the record begins, from 1. */
  line = 0;
  readonly starts = new Int32Array(MAX_FIELDS);
  readonly ends = new Int32Array(MAX_FIELDS);
  readonly #forms = new Uint8Array(MAX_FIELDS);

  reset(bytes: Uint8Array, line: number): void {
    this.bytes = bytes;
    this.line = line;
    this.count = 0;
  }

  /** False: there are too many. */
  add(start: number, end: number, form: Form): boolean {
    if (this.count === MAX_FIELDS) return false;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.#forms[this.count++] = form;
    return true;
  }

  start(field: number): number {
    return this.starts[field] ?? 0;
  }

  end(field: number): number {
    return this.ends[field] ?? 0;
  }

  /** Whether there is anything in the field: not NULL, not empty, not missing. */
  has(field: number): boolean {
    return field < this.count && this.#forms[field] !== FORM.null && this.end(field) > this.start(field);
  }

  /** Takes the escapes out of a field, in its own place. Afterwards `start` to `end` are the bytes of its value. */
  plain(field: number): void {
    const form = this.#forms[field];
    if (form === FORM.escaped) this.ends[field] = unescaped(this.bytes, this.start(field), this.end(field));
    else if (form === FORM.doubled) this.ends[field] = undoubled(this.bytes, this.start(field), this.end(field));
    else return;
    this.#forms[field] = FORM.plain;
  }

  /** The value as text; "" where `has` is false. Bytes that are no UTF-8 become U+FFFD. */
  text(field: number): string {
    if (!this.has(field)) return "";
    this.plain(field);
    return textOf(this.bytes, this.start(field), this.end(field));
  }
}

/** UTF-8 -> text. Bytes that are no UTF-8 become U+FFFD. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes).toString("utf8", start, end);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Every `""` becomes `"`. Gives the new end. */
function undoubled(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  for (let from = start; from < end; from++) {
    const byte = bytes[from] ?? 0;
    bytes[to++] = byte;
    if (byte === QUOTE) from++;
  }
  return to;
}

/** `\t`, `\\`, `\101`, `\x41` and the others become their byte; before any other character the backslash is dropped. */
function unescaped(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  for (let from = start; from < end; from++) {
    const byte = bytes[from] ?? 0;
    if (byte !== BACKSLASH || from + 1 === end) {
      bytes[to++] = byte;
      continue;
    }
    const letter = bytes[++from] ?? 0;
    const isHex = letter === 0x78;
    const [base, most] = isHex ? [16, 2] : [8, 3];
    let digits = 0;
    let value = 0;
    const first = isHex ? from + 1 : from;
    while (digits < most && first + digits < end) {
      const digit = digitOf(bytes[first + digits] ?? 0);
      if (digit >= base) break;
      value = value * base + digit;
      digits++;
    }
    if (digits > 0) {
      bytes[to++] = value & 0xff;
      from = first + digits - 1;
    } else bytes[to++] = ESCAPES.get(letter) ?? letter;
  }
  return to;
}

/** 0 to 15; 99 = no hex digit. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : 99;
}
