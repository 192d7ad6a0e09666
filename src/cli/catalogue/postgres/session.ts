/**
 * A connection to Postgres. Password and TLS come from the environment (PGPASSWORD, PGPASSFILE, PGSSLMODE) or the address
 * (`?sslmode=verify-full&sslrootcert=FILE`), as `pg` reads them.
 */

import pg from "pg";
import { connectionFailure } from "../../failures.ts";
import { Unavailable, WrongInput } from "../failure.ts";

const CONNECT_MS = 15_000;
/** Whatever the server's own defaults are: an update goes by the row as it is now, and times are UTC. */
const SETTINGS = "-c timezone=UTC -c client_min_messages=warning -c default_transaction_isolation=read\\ committed";

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

/** Runs `use` with a connected client, and closes it. Throws Unavailable, and what `use` throws for other reasons. */
export async function withDatabase<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  if (!URL.canParse(url)) throw new WrongInput("--to is no address: postgres://user@host/database");
  const where = shownUrl(url);
  const client = new pg.Client({
    ...{ connectionString: url, application_name: "firstlight", connectionTimeoutMillis: CONNECT_MS },
    ...{ keepAlive: true, options: SETTINGS },
  });
  let lost: Error | null = null;
  // Without a listener a connection that is cut between two queries would end the process. The next query fails anyway.
  client.on("error", (error) => (lost = error));
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    const words =
      passwordMissing(error, where) ??
      connectionFailure(error, where)?.text ??
      `${where}: ${error instanceof Error ? error.message : error}`;
    throw inWords(error, where) ?? new Unavailable(words);
  }
  try {
    return await use(client);
  } catch (error) {
    throw inWords(error, where) ?? (lost === null ? error : new Unavailable(`${where}: the connection was lost`));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `pg` says that the password is no string when there is none. */
function passwordMissing(error: unknown, where: string): string | null {
  if (!(error instanceof Error) || !error.message.includes("password must be a string")) return null;
  return `${where}: it asks for a password. Set PGPASSWORD, or write it into ~/.pgpass`;
}

/** null: it is no error of the database. */
function inWords(error: unknown, where: string): Unavailable | null {
  if (error instanceof pg.DatabaseError) {
    const { message, code, detail, hint } = error;
    return new Unavailable(`${where}: ${[message, detail, hint].filter(Boolean).join(". ")} (${code})`);
  }
  return null;
}
