/** The header of a file: its first record, or the COPY statement of a dump. */
import type { Fields } from "../records/fields.ts";
import type { FormatName } from "../rowMap.ts";

/**
 * The names of the columns; `prelude`: a line of a dump before its data; `row`: the file has no header. `wanted`: a file
 * that is no dump must have a header. Throws Error when the dump's table is not one of pictures.
 */
export function readHeader(fields: Fields, format: FormatName, wanted: boolean): readonly string[] | "prelude" | "row" {
  if (format === "copy" && fields.count === 1) {
    // pg_dump: COPY public.image (identifier, created_on) FROM stdin;
    const [, table = "", columns = ""] = /^COPY\s+(\S+)\s*\((.*)\)\s+FROM\s+stdin;$/i.exec(fields.text(0)) ?? [];
    if (columns === "") return "prelude";
    if (!/image|picture|photo|media/i.test(table)) {
      throw new Error(`the first table of this dump is ${table}; dump the table of pictures alone (pg_dump --table)`);
    }
    return columns.split(",").map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  }
  if (!wanted) return "row";
  return Array.from({ length: fields.count }, (_, at) => fields.text(at).trim());
}
