/** A connection to Postgres. Password and TLS come from the environment and the address, as in every program with libpq's names. */
import pg from "pg";
import { connectionFailure } from "../../failures.ts";
import { DatabaseProblem } from "./targetTable.ts";

const CONNECT_MS = 15_000;

/** Whether `--to` names a database. */
export function isDatabaseUrl(to: string): boolean {
  return /^postgres(ql)?:\/\//i.test(to);
}

/** The address without its password, for messages. */
export function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null
    ? "the database"
    : `${parsed.host || parsed.searchParams.get("host") || "localhost"}${parsed.pathname}`;
}

/** The database failed, or cannot be reached: another call may succeed. The message is for people. */
export class DatabaseFailure extends Error {}

/** Runs `use` with a connected client, and closes it. Throws DatabaseFailure, and what `use` throws for other reasons. */
export async function withDatabase<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  if (!URL.canParse(url)) throw new DatabaseProblem("--to is no address: postgres://user@host/database");
  const where = shownUrl(url);
  const client = new pg.Client({
    ...{ connectionString: url, application_name: "firstlight", connectionTimeoutMillis: CONNECT_MS },
    ...{ keepAlive: true, options: "-c timezone=UTC -c client_min_messages=warning" },
  });
  let lost: Error | null = null;
  // Without a listener a connection that is cut between two queries would end the process. The next query fails anyway.
  client.on("error", (error) => (lost = error));
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    const words =
      connectionFailure(error, where)?.text ?? `${where}: ${error instanceof Error ? error.message : error}`;
    throw inWords(error, where) ?? new DatabaseFailure(words);
  }
  try {
    return await use(client);
  } catch (error) {
    throw inWords(error, where) ?? (lost === null ? error : new DatabaseFailure(`${where}: the connection was lost`));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** null: it is no error of the database. */
function inWords(error: unknown, where: string): DatabaseFailure | null {
  if (error instanceof pg.DatabaseError) {
    const { message, code, detail, hint } = error;
    return new DatabaseFailure(`${where}: ${[message, detail, hint].filter(Boolean).join(". ")} (${code})`);
  }
  return null;
}
