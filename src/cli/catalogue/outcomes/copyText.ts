/** Rows in the text format of COPY (PostgreSQL, COPY, "Text Format"): tabs between the fields, null is \N. Pure. */

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** Each row ends with a line feed. */
export function copyText(rows: readonly (readonly (string | null)[])[]): string {
  const field = (value: string | null) => value?.replace(/[\\\t\n\r]/g, (one) => ESCAPES[one] ?? one) ?? "\\N";
  return rows.map((row) => `${row.map(field).join("\t")}\n`).join("");
}
