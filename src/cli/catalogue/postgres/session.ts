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

/** Runs `use` with a connected client, and closes it. Throws DatabaseProblem with words for people where the database fails. */
export async function withDatabase<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  if (!URL.canParse(url)) throw new DatabaseProblem("--to is no address: postgres://user@host/database");
  const client = new pg.Client({
    ...{ connectionString: url, application_name: "firstlight", connectionTimeoutMillis: CONNECT_MS },
    ...{ keepAlive: true, options: "-c timezone=UTC -c client_min_messages=warning" },
  });
  // Without a listener a connection that is cut between two queries would end the process. The next query fails anyway.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    throw inWords(error, shownUrl(url));
  } finally {
    await client.end().catch(() => undefined);
  }
}

function inWords(error: unknown, where: string): unknown {
  const connection = connectionFailure(error, where);
  if (connection !== null) return new DatabaseProblem(connection.text);
  if (!(error instanceof pg.DatabaseError)) return error;
  const { message, code, detail, hint } = error;
  return new DatabaseProblem(`${where}: ${[message, detail, hint].filter(Boolean).join(". ")} (${code})`);
}
