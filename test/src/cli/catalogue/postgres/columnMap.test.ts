/** Maps of an export held against a table, and what a column makes of a value. */
import { describe, expect, test } from "vitest";
import { copyText } from "../../../../../src/cli/catalogue/outcomes/copyText.ts";
import {
  FIELD_NAMES,
  FIELDS,
  type FieldKind,
  type FieldValue,
} from "../../../../../src/cli/catalogue/outcomes/fields.ts";
import { readColumnMap } from "../../../../../src/cli/catalogue/postgres/columnMap.ts";
import {
  COLUMN_TYPES,
  columnText,
  misfit,
  type TableColumn,
} from "../../../../../src/cli/catalogue/postgres/columnTypes.ts";
import { planOf, stagedRow } from "../../../../../src/cli/catalogue/postgres/exportToTable.ts";
import type { TargetTable } from "../../../../../src/cli/catalogue/postgres/targetTable.ts";
import { outcomeOf } from "../../../../support/catalogue/outcomes.ts";

function column(name: string, type: string, more: Partial<TableColumn> = {}): TableColumn {
  return { name, type, declared: type, length: null, notNull: false, generated: false, ...more };
}

const COLUMNS = [
  ...[column("identifier", "uuid", { notNull: true }), column("title", "varchar"), column("width", "int4")],
  ...[column("meta", "jsonb"), column("area", "int4", { generated: true }), column("mood", "mood")],
  ...[column("status", "text", { notNull: true }), column("reason", "text"), column("checked", "timestamptz")],
];
const TABLE: TargetTable = {
  ...{ schema: "public", name: "image", sql: '"public"."image"', shown: "public.image" },
  ...{ columns: new Map(COLUMNS.map((one) => [one.name, one])), uniqueColumns: ["identifier"] },
};
const read = (map: unknown) => readColumnMap(typeof map === "string" ? map : JSON.stringify(map), TABLE);
const ID = { id: "identifier" };

describe("a map", () => {
  test("gives the key, columns, and the keys of a jsonb column", () => {
    const map = read({
      ...ID,
      status: "status",
      dhash: "meta->dhash",
      colour: "meta->colour",
      "original.width": "width",
    });
    expect(map.ok && map.value.key.name).toBe("identifier");
    expect(map.ok && map.value.columns.map((one) => [one.column.name, one.kind])).toEqual([
      ["status", "value"],
      ["meta", "object"],
      ["width", "value"],
    ]);
  });

  test.each([
    // Milliseconds do not fit an int4.
    [
      "a time into an int4",
      { ...ID, checkedAt: "width" },
      "checkedAt: column width is int4, but must be one of int8, numeric, float8, text, ",
    ],
    ["no JSON", "{", "The map is no JSON: "],
    ["a list", [], "The map must be an object from fields to columns"],
    ["no key", { status: "status" }, 'The map has no "id": it must name the column with the identifiers'],
    ["nothing to write", ID, "The map names no column to write"],
    ["an unknown field", { ...ID, colours: "title" }, `There is no field colours; known are ${FIELD_NAMES.join(", ")}`],
    ["a column that is no name", { ...ID, status: 1 }, "status must name a column, and not be 1"],
    ["an empty name", { ...ID, status: "" }, 'status must name a column, and not be ""'],
    [
      "an unknown column",
      { ...ID, status: "state" },
      "status: table public.image has no column state; it has identifier, title, ",
    ],
    [
      "a text into a number",
      { ...ID, status: "width" },
      "status: column width is int4, but must be one of text, varchar, bpchar, uuid",
    ],
    [
      "a number into a time",
      { ...ID, bytes: "checked" },
      "bytes: column checked is timestamptz, but must be one of int2, ",
    ],
    ["a type that we do not know", { ...ID, status: "mood" }, "status: column mood is mood, but must be one of "],
    [
      "a computed column",
      { ...ID, bytes: "area" },
      "bytes: column area is computed by the database and cannot be written",
    ],
    ["a key without an index", { id: "title", status: "status" }, "id: column title has no unique index of its own; "],
    ["a key of numbers without an index", { id: "width", status: "status" }, "id: column width has no unique index"],
    [
      "a key of times",
      { id: "checked", status: "status" },
      "id: column checked is timestamptz, but must be one of int2, ",
    ],
    [
      "the key as a column",
      { ...ID, url: "identifier" },
      "Column identifier holds the identifiers: nothing else may be written to it",
    ],
    ["one column twice", { ...ID, status: "title", reason: "title" }, "reason: column title is named twice"],
    ["a jsonb column whole", { ...ID, dhash: "meta" }, "dhash: column meta is jsonb; name a key in it, as meta->dhash"],
    ["a key of a text", { ...ID, dhash: "title->dhash" }, "dhash: column title is varchar; only jsonb has keys"],
    ["one key twice", { ...ID, dhash: "meta->x", colour: "meta->x" }, "colour: meta->x is named twice"],
  ])("%s is refused", (_, map, problem) => {
    const { ok, problems } = { problems: [], ...read(map) } as { ok: boolean; problems: readonly string[] };
    expect([ok, problems.length]).toEqual([false, 1]);
    expect(problems[0]?.slice(0, problem.length)).toBe(problem);
  });
});

describe("what null means", () => {
  test("a reason goes, a fact stays, and a column that cannot be null keeps its value", () => {
    const map = read({
      ...ID,
      reason: "reason",
      status: "status",
      "original.width": "width",
      dhash: "meta->d",
      checkedAt: "checked",
    });
    const plan = map.ok ? planOf(TABLE, map.value) : null;
    expect(plan?.columns.map((one) => [one.column.name, one.onNull])).toEqual([
      ...[
        ["reason", "write"],
        ["status", "keep"],
        ["width", "keep"],
        ["meta", "merge"],
        ["checked", "write"],
      ],
    ]);
    expect(plan?.laterWins).toBe("checked");
  });

  test("keys of an object that are not known are left out; an identifier that does not fit leaves the row out", () => {
    const map = read({ ...ID, dhash: "meta->d", reason: "meta->r" });
    if (!map.ok) return expect.unreachable();
    const unfit = new Map<string, number>();
    const dead = { ...outcomeOf(1), dhash: null, reason: "source_missing" } as const;
    const [row] = stagedRow(dead, map.value, unfit);
    expect(row?.[2]).toBe('{"r":"source_missing"}');
    expect(stagedRow({ ...dead, id: "42" }, map.value, unfit)).toEqual([]);
    expect([...unfit]).toEqual([["Column identifier", 1]]);
  });
});

const INT2 = column("c", "int2");
const NUMERIC = column("c", "numeric", { declared: "numeric(4,1)" });
const SHORT = column("c", "varchar", { length: 5 });

describe("a value for a column", () => {
  test.each<[string, FieldValue, FieldKind, TableColumn, string | null]>([
    ["the greatest int2", 32_767, "whole", INT2, "32767"],
    ["one more", 32_768, "whole", INT2, null],
    ["the least int4 that we write", -2_147_483_647, "whole", column("c", "int4"), "-2147483647"],
    ["2 GiB in an int4", 2_147_483_648, "whole", column("c", "int4"), null],
    ["2 GiB in an int8", 2_147_483_648, "whole", column("c", "int8"), "2147483648"],
    ["an identifier that is a number", "5330379104", "id", column("c", "int8"), "5330379104"],
    ["the greatest int8", "9223372036854775807", "id", column("c", "int8"), "9223372036854775807"],
    ["one more", "9223372036854775808", "id", column("c", "int8"), null],
    ["a number that is written in another way", "007", "id", column("c", "int8"), null],
    ["an identifier that is no number", "7f", "id", column("c", "int4"), null],
    ["a time in an int8", 1_795_824_000_000, "time", column("c", "int8"), "1795824000000"],
    ["three digits before the point", 999.9, "number", NUMERIC, "999.9"],
    ["what rounds to four", 999.96, "number", NUMERIC, null],
    ["five characters, of two units each", "🏔🏔🏔🏔🏔", "text", SHORT, "🏔🏔🏔🏔🏔"],
    ["six characters", "abcdef", "text", SHORT, null],
    ["U+0000", "a\0b", "text", column("c", "text"), null],
    [
      "an UUID",
      "00000000-0000-4000-8000-00000000000F",
      "text",
      column("c", "uuid"),
      "00000000-0000-4000-8000-00000000000F",
    ],
    ["no UUID", "00000000-0000-4000-8000-00000000000", "text", column("c", "uuid"), null],
    ["a flag", false, "flag", column("c", "bool"), "false"],
    ["a place", [48.1, 11.5], "place", column("c", "text"), "[48.1,11.5]"],
    ["a time", 0, "time", column("c", "timestamptz"), "1970-01-01T00:00:00.000Z"],
    ["a time as text", 0, "time", column("c", "text"), "1970-01-01T00:00:00.000Z"],
    ["a time after the year 9999", 253_402_300_800_000, "time", column("c", "timestamptz"), null],
    ["a camera's time", "2011-05-06T07:08:09", "localTime", column("c", "timestamp"), "2011-05-06T07:08:09"],
    ["a camera without a clock", "0000-00-00T00:00:00", "localTime", column("c", "timestamp"), null],
    ["the 31st of February", "2011-02-31T00:00:00", "localTime", column("c", "timestamp"), null],
    ["a leap second", "2012-06-30 23:59:60", "localTime", column("c", "timestamp"), null],
    ["a leap day of a leap year", "2012-02-29 23:59", "localTime", column("c", "date"), "2012-02-29 23:59"],
    ["a zone", "2011-05-06T07:08:09+15:59", "localTime", column("c", "timestamptz"), "2011-05-06T07:08:09+15:59"],
    ["a zone that no place has", "2011-05-06T07:08:09+16:00", "localTime", column("c", "timestamptz"), null],
    ["null", null, "text", column("c", "text"), null],
  ])("%s", (_, value, kind, target, text) => {
    expect(columnText(value, kind, target)).toBe(text);
  });

  test("each field has a type that takes it", () => {
    for (const name of FIELD_NAMES) {
      const fits = Object.keys(COLUMN_TYPES).filter((type) => misfit(FIELDS[name].kind, column("c", type)) === null);
      expect(fits, name).not.toEqual([]);
    }
  });

  test("COPY's text format: null, backslash, tab, line feed, carriage return", () => {
    expect(copyText([["a\\b", null, "c\td\ne\rf"], ["\\N"]])).toBe("a\\\\b\t\\N\tc\\td\\ne\\rf\n\\\\N\n");
  });
});
