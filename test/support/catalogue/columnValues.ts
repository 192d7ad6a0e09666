/** Values for columns of every type, and whether Postgres takes what we write for them. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { expect } from "vitest";
import { copyText } from "../../../src/cli/catalogue/outcomes/copyText.ts";
import type { FieldKind, FieldValue } from "../../../src/cli/catalogue/outcomes/fields.ts";
import { columnText, misfit } from "../../../src/cli/catalogue/postgres/columnTypes.ts";
import { readTargetTable } from "../../../src/cli/catalogue/postgres/targetTable.ts";
import { choices } from "../seeded.ts";
import { uuidOf } from "./outcomes.ts";

/** Puts `count` values into a column of the type, through COPY, as an export does. Throws when Postgres refuses one. */
export async function acceptsValues(client: pg.ClientBase, declared: string, count: number): Promise<void> {
  await client.query(`DROP TABLE IF EXISTS typed; CREATE TABLE typed (c ${declared} UNIQUE)`);
  const column = (await readTargetTable(client, "typed")).columns.get("c");
  if (column === undefined) throw new Error(declared);
  const texts = valuesOf(count).map(([value, kind]) =>
    misfit(kind, column) === null ? columnText(value, kind, column) : null,
  );
  const written = [...new Set(texts)].filter((text) => text !== null);
  expect(written.length, declared).toBeGreaterThan(1);
  await client.query(`CREATE TEMP TABLE taken (c ${declared})`);
  const rows = copyText(written.map((text) => [text]));
  await pipeline(Readable.from(rows), client.query(copyFrom("COPY taken FROM STDIN")));
  await client.query("DROP TABLE taken");
}

const EDGES = [
  0,
  1,
  -1,
  0.5,
  99.95,
  999.94,
  999.95,
  32_767,
  32_768,
  2_147_483_647,
  2_147_483_648,
  1e-320,
  1.7e308,
  2 ** 53 - 1,
];
const TEXTS = [
  "",
  " ",
  "a\0b",
  "\\.",
  "\\N",
  "🏔🏔🏔🏔🏔",
  "abcdef",
  "é\u0301",
  "\t\n\r",
  "true",
  uuidOf(1),
  uuidOf(2),
  "{}",
  "'; --",
];

const NUMBERS = ["0", "-0", "007", "+1", "1e3", "32767", "32768", "9223372036854775807", "9223372036854775808", "-5"];

/** Values with the kind of their field, so that each kind comes with its edges and many others. */
function valuesOf(count: number): readonly (readonly [FieldValue, FieldKind])[] {
  const { below, pick, chance } = choices(count);
  const digits = (least: number, most: number) => String(least + below(most - least + 1)).padStart(2, "0");
  const time = () =>
    `${pick(["0000", "0001", "1999", "2012", "9999"])}-${digits(0, 13)}-${digits(0, 32)}${pick(["T", " "])}` +
    `${digits(0, 24)}:${digits(0, 60)}${pick(["", ":59", ":60", ":07.123456789"])}` +
    pick(["", "Z", "+15:59", "-16:00", `+${digits(0, 23)}:${digits(0, 60)}`]);
  const number = () => pick([pick(EDGES), below(2 ** 32), below(1e6) / 1e3]);
  return Array.from({ length: count }, () => {
    const kind = pick<FieldKind>(["id", "text", "whole", "number", "flag", "time", "localTime", "place"]);
    const values = {
      id: () => pick([pick(TEXTS), pick(NUMBERS), String(below(2 ** 32))]),
      ...{ text: () => pick(TEXTS), whole: () => Math.trunc(number()), number, flag: () => chance(0.5) },
      time: () =>
        chance(0.5) ? below(2 ** 45) : pick([0, 253_402_300_799_999, 253_402_300_800_000, 8.64e15, 2 ** 53 - 1]),
      ...{ localTime: time, place: () => [number(), number()] },
    } as const satisfies Record<FieldKind, () => FieldValue>;
    return [values[kind](), kind] as const;
  });
}
