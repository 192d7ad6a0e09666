/** `--where provider=flickr,source=nasa,views>=100`: which pictures of a run. Pure. */
import type { ManifestRow } from "../../../catalogue/manifestRow.ts";

export const TEXTS = ["provider", "source", "license", "creator"] as const;

export type Condition =
  | { readonly column: (typeof TEXTS)[number]; readonly value: string }
  | { readonly column: "views"; readonly least: number };

/** Conditions that all must hold. Everything that is wrong is a problem. */
export function readWhere(text: string): {
  readonly value: readonly Condition[];
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const value = text.split(",").flatMap((part): readonly Condition[] => {
    const views = /^views>=(\d{1,15})$/.exec(part);
    if (views !== null) return [{ column: "views", least: Number(views[1]) }];
    const [name = "", ...rest] = part.split("=");
    const column = TEXTS.find((one) => one === name);
    if (column !== undefined && rest.join("=") !== "") return [{ column, value: rest.join("=") }];
    problems.push(`--where cannot have ${part}: conditions are views>=N and NAME=TEXT with ${TEXTS.join(", ")}`);
    return [];
  });
  return { value, problems };
}

/** Whether a row meets them all. A row without the column does not. */
export function meets(row: ManifestRow, conditions: readonly Condition[]): boolean {
  return conditions.every((one) =>
    one.column === "views" ? (row.views ?? -1) >= one.least : row[one.column] === one.value,
  );
}

/** The columns that the conditions name and none of the rows has. */
export function missingColumns(conditions: readonly Condition[], present: ReadonlySet<string>): readonly string[] {
  return [...new Set(conditions.map(({ column }) => column))].filter((column) => !present.has(column));
}
