/** The export of a run to a table: the log -> the staging table -> the table. */

import { createHash } from "node:crypto";
import type { Outcome } from "../../../catalogue/outcome.ts";
import { firstPass, nextPass, readCursor } from "../../../catalogue/outcomeLog.ts";
import { counted } from "../../counted.ts";
import { WrongInput } from "../failure.ts";
import { FIELDS, type FieldName, versionOf } from "../outcomes/fields.ts";
import type { LogArguments } from "../outcomes/logArguments.ts";
import { withLog } from "../outcomes/openLog.ts";
import { type ColumnMap, type MappedColumn, readColumnMap } from "./columnMap.ts";
import { columnText } from "./columnTypes.ts";
import { type Collect, runStaged } from "./runStaged.ts";
import { withDatabase } from "./session.ts";
import type { StagedRow } from "./stage.ts";
import { readTargetTable, type TargetTable } from "./targetTable.ts";
import type { PlannedColumn, UpdatePlan } from "./updateSql.ts";

export type TableExport = LogArguments & {
  readonly url: string;
  readonly table: string;
  /** Text of the map file. */
  readonly map: string;
  /** Only what the log got since the last export. */
  readonly onlyNew: boolean;
};

/** Gives the exit code. */
export function exportToTable(order: TableExport): Promise<number> {
  return withLog(order, "Run it again: it goes on where it stopped.", ({ pages, signal }) =>
    withDatabase(order.url, async (client) => {
      const table = await readTargetTable(client, order.table);
      const map = readColumnMap(order.map, table);
      if (!map.ok) throw new WrongInput(...map.problems);
      const digest = createHash("sha256").update(order.map).digest("hex").slice(0, 16);
      const unfit = new Map<string, number>();
      const collect: Collect = {
        begin: (previous) => {
          const now = Date.now();
          const news = previous !== null && order.onlyNew;
          return JSON.stringify(news ? readCursor(previous) : firstPass(order.run, now));
        },
        async *pages(cursor) {
          const start = readCursor(cursor);
          for await (const { outcomes, after } of pages(start)) {
            const rows = outcomes.flatMap((outcome) => stagedRow(outcome, map.value, unfit));
            yield { rows, cursor: JSON.stringify({ ...start, after }) };
          }
        },
        end: (cursor) => JSON.stringify(nextPass(readCursor(cursor), Date.now())),
      };
      const plan = planOf(table, map.value);
      const end = await runStaged(
        client,
        { family: `export ${order.run} to ${table.shown}`, variant: digest },
        plan,
        collect,
        signal,
      );
      for (const [what, count] of unfit)
        console.error(`${what} cannot hold ${counted(count, "value")}: left as it was`);
      const missing = end.read - end.found;
      console.log(
        `Done: ${counted(end.changed, "row")} of ${table.shown} changed, ${end.found - end.changed} needed no change` +
          `${missing === 0 ? "" : `, ${counted(missing, "picture")} not in the table`}`,
      );
      return 0;
    }),
  );
}

/** Types of a column that holds `checkedAt`, by which an older outcome is told from a newer one. */
const ORDERED = ["timestamptz", "timestamp", "int8"];

export function planOf(table: TargetTable, { key, columns }: ColumnMap): UpdatePlan {
  const checked = columns.find((one) => one.kind === "value" && one.field === "checkedAt")?.column;
  return {
    table,
    key,
    columns: columns.map((one): PlannedColumn => {
      if (one.kind === "object") return { column: one.column, onNull: "merge" };
      return { column: one.column, onNull: one.column.notNull ? "keep" : FIELDS[one.field].onNull };
    }),
    guards: [],
    laterWins: checked !== undefined && ORDERED.includes(checked.type) ? checked.name : null,
  };
}

/** The outcome as a row for the staging table; none when the key's column cannot hold the identifier. `unfit` counts. */
export function stagedRow(
  outcome: Outcome,
  { key, columns }: ColumnMap,
  unfit: Map<string, number>,
): readonly StagedRow[] {
  const id = columnText(outcome.id, FIELDS.id.kind, key);
  if (id === null) {
    note(unfit, key.name);
    return [];
  }
  return [[id, versionOf(outcome), ...columns.map((one) => stagedValue(outcome, one, unfit))]];
}

function stagedValue(outcome: Outcome, mapped: MappedColumn, unfit: Map<string, number>): string | null {
  if (mapped.kind === "object") return objectText(outcome, mapped.keys);
  const { kind, of } = FIELDS[mapped.field];
  const value = of(outcome);
  const text = columnText(value, kind, mapped.column);
  if (value !== null && text === null) note(unfit, mapped.column.name);
  return text;
}

/** What is not known is left out, so that a merge leaves it as it is. jsonb has no U+0000. */
function objectText(outcome: Outcome, keys: readonly { readonly key: string; readonly field: FieldName }[]): string {
  const entries = keys.flatMap(({ key, field }) => {
    const value = FIELDS[field].of(outcome);
    const text = typeof value === "string" ? value.replaceAll("\0", "") : value;
    return value === null && FIELDS[field].onNull === "keep" ? [] : [[key, text] as const];
  });
  return JSON.stringify(Object.fromEntries(entries));
}

function note(unfit: Map<string, number>, name: string): void {
  const what = `Column ${name}`;
  unfit.set(what, (unfit.get(what) ?? 0) + 1);
}
