/** Which types of Postgres take which fields of an outcome, and how a value is written for them. Pure. */
import type { FieldKind, FieldValue } from "../outcomes/fields.ts";

/** A column of the table, as the catalogue of Postgres describes it. */
export type TableColumn = {
  readonly name: string;
  /** Name of the type in `pg_type`: `int4`, `varchar`. */
  readonly type: string;
  /** As people write it: `character varying(5)`. */
  readonly declared: string;
  /** Most characters of varchar and char; null = no limit. */
  readonly length: number | null;
  readonly notNull: boolean;
  /** Postgres computes it, so nobody can write it. */
  readonly generated: boolean;
};

/** `write` gives the text of the value as Postgres reads it, or null when the column cannot hold it. */
type TypeRow = {
  readonly takes: readonly FieldKind[];
  readonly write: (value: FieldValue, kind: FieldKind, column: TableColumn) => string | null;
};

const MAX = { int2: 2n ** 15n - 1n, int4: 2n ** 31n - 1n, int8: 2n ** 63n - 1n } as const;
const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
/** Postgres takes zones up to 15:59. */
const LOCAL_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-](0\d|1[0-5]):?[0-5]\d)?$/;

/** An identifier may be a number, such as Flickr's. One that is written in another way, such as 007, is not the same. */
const WHOLE_ID = /^(0|-?[1-9]\d{0,18})$/;
const whole = (most: bigint, takes: readonly FieldKind[]): TypeRow => ({
  takes: ["id", ...takes],
  write: (value) => {
    const text = String(value);
    if (!WHOLE_ID.test(text)) return null;
    const number = BigInt(text);
    return number >= -most && number <= most ? text : null;
  },
});
const NUMBERS: readonly FieldKind[] = ["whole", "number", "time"];
/** Postgres refuses what is too great, and what would become 0. */
const float = (least: number, most: number, takes: readonly FieldKind[]): TypeRow => ({
  takes,
  write: (value) => {
    const size = typeof value === "number" ? Math.abs(value) : Number.NaN;
    return size === 0 || (size >= least && size <= most) ? String(value) : null;
  },
});
/** numeric(5,2) holds three digits before the point. */
const NUMERIC: TypeRow = {
  takes: NUMBERS,
  write: (value, _, { declared }) => {
    const [, precision, scale = "0"] = /^numeric\((\d+)(?:,(\d+))?\)$/.exec(declared) ?? [];
    const below = precision === undefined ? Infinity : 10 ** (Number(precision) - Number(scale));
    return typeof value === "number" && Math.abs(value) + 0.5 * 10 ** -Number(scale) < below ? String(value) : null;
  },
};
/** U+0000 is no character to Postgres. */
const TEXT: TypeRow = {
  takes: ["id", "text", "whole", "number", "flag", "time", "localTime", "place"],
  write: (value, kind, { length }) => {
    const text = kind === "time" ? isoTime(value) : typeof value === "string" ? value : JSON.stringify(value);
    if (text === null || text.includes("\0")) return null;
    return length !== null && [...text].length > length ? null : text;
  },
};
const TIME: TypeRow = {
  takes: ["time", "localTime"],
  write: (value, kind) => (kind === "time" ? isoTime(value) : localTime(value)),
};

export const COLUMN_TYPES = {
  int2: whole(MAX.int2, ["whole"]),
  int4: whole(MAX.int4, ["whole"]),
  int8: whole(MAX.int8, ["whole", "time"]),
  numeric: NUMERIC,
  float4: float(1.1754944e-38, 3.4028234e38, ["whole", "number"]),
  float8: float(2.2250738585072014e-308, Number.MAX_VALUE, NUMBERS),
  text: TEXT,
  varchar: TEXT,
  bpchar: TEXT,
  uuid: {
    takes: ["id", "text"],
    write: (value) => (typeof value === "string" && UUID.test(value) ? value : null),
  },
  bool: { takes: ["flag"], write: (value) => (typeof value === "boolean" ? String(value) : null) },
  timestamptz: TIME,
  timestamp: TIME,
  date: TIME,
} as const satisfies Readonly<Record<string, TypeRow>>;

export type ColumnType = keyof typeof COLUMN_TYPES;

/** Columns whose values are objects: a map names a key in them, and their other keys stay. */
export const OBJECT_TYPE = "jsonb";

export function isColumnType(type: string): type is ColumnType {
  return Object.hasOwn(COLUMN_TYPES, type);
}

/** The types of columns that take a field of the kind. */
export function typesOf(kind: FieldKind): readonly string[] {
  const known = Object.entries<TypeRow>(COLUMN_TYPES);
  return known.filter(([, { takes }]) => takes.includes(kind)).map(([type]) => type);
}

/** Why a column does not take a field; null = it does. */
export function misfit(kind: FieldKind, { name, type, declared }: TableColumn): string | null {
  const types = typesOf(kind);
  if (isColumnType(type) && types.includes(type)) return null;
  return `column ${name} is ${declared}, but must be one of ${types.join(", ")}`;
}

/** The value as text for COPY; null when it is null or when the column cannot hold it. */
export function columnText(value: FieldValue, kind: FieldKind, column: TableColumn): string | null {
  if (value === null || !isColumnType(column.type)) return null;
  const { write }: TypeRow = COLUMN_TYPES[column.type];
  return write(value, kind, column);
}

function isoTime(value: FieldValue): string | null {
  return typeof value === "number" && hasYear(new Date(value)) ? new Date(value).toISOString() : null;
}

/** A camera writes what it likes, such as 0000-00-00 or the 31st of February: what is no time is left out. */
function localTime(value: FieldValue): string | null {
  if (typeof value !== "string" || !LOCAL_TIME.test(value)) return null;
  const [zone = ""] = /(Z|[+-][\d:]+)?$/.exec(value.slice(DATE)) ?? [];
  const time = new Date(`${value.slice(0, value.length - zone.length).replace(" ", "T")}Z`);
  // A day that the month does not have becomes one of the next month.
  return hasYear(time) && time.toISOString().slice(0, DATE) === value.slice(0, DATE) ? value : null;
}

const DATE = "2011-05-06".length;

/** Years of four digits, as both sides write them; false for no date at all. */
function hasYear(time: Date): boolean {
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9_999;
}
