/**
 * Writes the sub-provider of each row of a table into its column `source`. The table is read in pages by its key; rows
 * that change are collected and written as an export's are.
 */

import type pg from "pg";
import { attributableOf } from "../../../catalogue/subProviders/attributableOf.ts";
import { subProviderOf } from "../../../catalogue/subProviders/subProviderOf.ts";
import { SUB_PROVIDERS } from "../../../catalogue/subProviders/table.ts";
import { WrongInput } from "../failure.ts";
import { misfit, OBJECT_TYPE, type TableColumn } from "./columnTypes.ts";
import type { JobState } from "./job.ts";
import { type Collect, runStaged } from "./runStaged.ts";
import type { StagedRow } from "./stage.ts";
import { quoted, readTargetTable, type TargetTable } from "./targetTable.ts";

/** Names of the columns. `meta` may be one that the table lacks: then only Flickr's accounts are attributed. */
export const ATTRIBUTE_COLUMNS = {
  key: "identifier",
  provider: "provider",
  creator: "creator_url",
  meta: "meta_data",
  source: "source",
} as const;

export type AttributeColumns = Readonly<Record<keyof typeof ATTRIBUTE_COLUMNS, string>>;

type Found = Readonly<Record<Exclude<keyof AttributeColumns, "meta">, TableColumn>> & {
  readonly meta: TableColumn | null;
};

type Row = {
  readonly k: string;
  readonly provider: string | null;
  readonly creator: string | null;
  readonly meta: unknown;
  readonly source: string | null;
};

const ROWS_A_PAGE = 10_000;
const BY_META = [
  ...new Set(
    Object.values(SUB_PROVIDERS)
      .filter(({ by }) => by !== "account")
      .map(({ provider }) => provider),
  ),
];

/** Throws WrongInput. `onPage` gets the rows read so far by this call, and those of them that change. */
export async function attributeTable(
  client: pg.Client,
  name: string,
  columns: AttributeColumns,
  signal: AbortSignal,
  onPage: (read: number, changes: number) => void,
): Promise<JobState & { readonly shown: string }> {
  const table = await readTargetTable(client, name);
  const found = findColumns(table, columns);
  const plan = {
    ...{ table, key: found.key, columns: [{ column: found.source, onNull: "keep" }] as const },
    ...{ guards: [found.provider, found.creator, found.source], laterWins: null },
  };
  const collect: Collect = {
    begin: () => "",
    async *pages(after) {
      let read = 0;
      let changes = 0;
      for (let cursor = after; ; ) {
        const rows = await readPage(client, table, found, cursor);
        const last = rows.at(-1);
        if (last === undefined) return;
        cursor = last.k;
        const staged = rows.flatMap(stagedRow);
        read += rows.length;
        changes += staged.length;
        yield { rows: staged, cursor };
        onPage(read, changes);
      }
    },
    end: () => null,
  };
  return {
    ...(await runStaged(
      client,
      { family: `attribute ${table.shown}`, variant: columns.source },
      plan,
      collect,
      signal,
    )),
    shown: table.shown,
  };
}

/** A row whose source changes. A source that is there stays: somebody has said it, and an account may have been renamed since. */
function stagedRow({ k, provider, creator, meta, source }: Row): readonly StagedRow[] {
  if (source !== null && source !== provider) return [];
  const found = subProviderOf(attributableOf(provider, creator, meta));
  return found === null ? [] : [[k, "", found, provider, creator, source]];
}

/** The next rows by key. `meta` comes only for providers that go by it, since it is the longest column. */
async function readPage(
  client: pg.ClientBase,
  table: TargetTable,
  found: Found,
  after: string,
): Promise<readonly Row[]> {
  const column = ({ name }: TableColumn) => `t.${quoted(name)}`;
  const { key, provider, creator, meta, source } = found;
  const values = [
    `${column(key)}::text AS k, ${column(provider)} AS provider, ${column(creator)} AS creator, ${column(source)} AS source`,
    `CASE WHEN ${column(provider)} = ANY($1::text[]) THEN ${meta === null ? "NULL" : column(meta)} END AS meta`,
  ];
  const where = after === "" ? "" : `WHERE ${column(key)} > $2::${key.declared}`;
  const { rows } = await client.query<Row>(
    `SELECT ${values.join(", ")} FROM ${table.sql} t ${where} ORDER BY ${column(key)} LIMIT ${ROWS_A_PAGE}`,
    after === "" ? [BY_META] : [BY_META, after],
  );
  return rows;
}

function findColumns(table: TargetTable, names: AttributeColumns): Found {
  const problems: string[] = [];
  const find = (role: keyof AttributeColumns): TableColumn | null => {
    const column = table.columns.get(names[role]) ?? null;
    if (column === null && role !== "meta") {
      problems.push(`Table ${table.shown} has no column ${names[role]}; give its name as --${role}-column`);
    }
    return column;
  };
  const [key, provider, creator, source, meta] = [
    find("key"),
    find("provider"),
    find("creator"),
    find("source"),
    find("meta"),
  ];
  if (key !== null && !table.uniqueColumns.includes(key.name)) {
    problems.push(
      `Column ${key.name} has no unique index of its own; without one each update would read the whole table`,
    );
  }
  for (const column of [provider, creator, source]) {
    const wrong = column === null ? null : misfit("text", column);
    if (wrong !== null) problems.push(wrong);
  }
  if (meta !== null && meta.type !== OBJECT_TYPE)
    problems.push(`Column ${meta.name} is ${meta.declared}, but must be jsonb`);
  if (problems.length > 0 || key === null || provider === null || creator === null || source === null) {
    throw new WrongInput(...problems);
  }
  return { key, provider, creator, source, meta };
}
