/** `npm run catalogue -- attribute --to postgres://… --table image` writes the sub-providers of a table's rows. */

import { readCommandLine } from "../commandLine.ts";
import { counted } from "../counted.ts";
import { refuse } from "../usage.ts";
import type { Command } from "./command.ts";
import { Unavailable, WrongInput } from "./failure.ts";
import { interruption } from "./interruption.ts";
import { ATTRIBUTE_COLUMNS, type AttributeColumns, attributeTable } from "./postgres/attributeTable.ts";
import { isDatabaseUrl, withDatabase } from "./postgres/session.ts";
import { Progress } from "./progress.ts";

const ROLES = Object.keys(ATTRIBUTE_COLUMNS) as (keyof AttributeColumns)[];
const flagOf = (role: keyof AttributeColumns) => `${role}-column` as const;

const USAGE = `Usage: npm run catalogue -- attribute --to postgres://USER@HOST/DATABASE --table image
         ${ROLES.map((role) => `[--${flagOf(role)} ${ATTRIBUTE_COLUMNS[role]}]`).join(" ")}
Where the owner or the institution of a picture is a source of its own (NASA on Flickr), its name is written into the
column source, if that is the provider's own name or null. Other rows stay as they are. A killed call goes on where it stopped.
Give the password as PGPASSWORD or in ~/.pgpass, and TLS as PGSSLMODE.`;

export const ATTRIBUTE: Command = {
  usage: USAGE,
  run: async (argv) => {
    const { values, problems: wrong } = readCommandLine(argv, { values: ["to", "table", ...ROLES.map(flagOf)] });
    const problems = [...wrong];
    const { to = "", table = "" } = values;
    if (!isDatabaseUrl(to))
      problems.push(to === "" ? "--to is missing: postgres://…" : "--to must begin with postgres://");
    if (table === "") problems.push("--table is missing: the table to write to");
    if (problems.length > 0) refuse(USAGE, ...problems);
    const columns = Object.fromEntries(
      ROLES.map((role) => [role, values[flagOf(role)] ?? ATTRIBUTE_COLUMNS[role]]),
    ) as AttributeColumns;
    const interrupted = interruption();
    const progress = new Progress("rows read");
    try {
      const end = await withDatabase(to, (client) =>
        attributeTable(client, table, columns, interrupted.signal, (read, changes) =>
          progress.show(read, { "to change": changes }),
        ),
      );
      console.log(`Done: ${counted(end.changed, "row")} of ${end.shown} changed`);
      return 0;
    } catch (error) {
      progress.end();
      if (interrupted.signal.aborted) console.error("Interrupted. Run it again: it goes on where it stopped.");
      else if (error instanceof WrongInput) console.error(error.message);
      else if (error instanceof Unavailable)
        console.error(`${error.message}\nRun it again: it goes on where it stopped.`);
      else throw error;
      return interrupted.signal.aborted ? 130 : 1;
    } finally {
      interrupted.end();
    }
  },
};
