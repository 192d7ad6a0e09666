/** The tests of a connection with TLS and a password, on the server that the tests of the export have started. */
import { expect, test, vi } from "vitest";
import { withDatabase } from "../../../src/cli/catalogue/postgres/session.ts";
import type { Postgres } from "../postgres.ts";

const IS_TLS = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

export function sessionTests({ url, tlsUrl, password, caFile, connect: connectAdmin }: Postgres): void {
  const connect = async (url: string, env: Readonly<Record<string, string>>) => {
    for (const [name, value] of Object.entries({ PGPASSFILE: "/dev/null", ...env })) vi.stubEnv(name, value);
    try {
      return await withDatabase(url, async (client) => (await client.query(IS_TLS)).rows[0]);
    } finally {
      vi.unstubAllEnvs();
    }
  };
  const verified = `${tlsUrl}?sslmode=verify-full&sslrootcert=${caFile}`;

  test("the password of the environment, and an authority that the address names", async () => {
    expect(await connect(verified, { PGPASSWORD: password })).toEqual({ ssl: true });
  });

  test("updates go by the row as it is now, whatever the user's own default is", async () => {
    const shown = (client: { query(text: string): Promise<{ rows: unknown[] }> }) =>
      client.query("SHOW transaction_isolation");
    const admin = await connectAdmin();
    await admin.query("ALTER ROLE postgres SET default_transaction_isolation = 'serializable'");
    expect(await withDatabase(url, async (client) => (await shown(client)).rows)).toEqual([
      { transaction_isolation: "read committed" },
    ]);
    await admin.query("ALTER ROLE postgres RESET default_transaction_isolation");
  });

  test.each([
    ["no TLS where the server wants it", tlsUrl, { PGPASSWORD: "of-a-user" }, "no encryption (28000)"],
    ["an authority that is not known", tlsUrl, { PGSSLMODE: "verify-full" }, "its certificate is not trusted here"],
    ["a wrong password", verified, { PGPASSWORD: "of-a-user" }, 'password authentication failed for user "postgres"'],
    ["a wrong password in the address", verified.replace("@", ":of-a-user@"), {}, "password authentication failed"],
    ["no password", verified, {}, "it asks for a password. Set PGPASSWORD, or write it into ~/.pgpass"],
  ])("%s: it says so, and not the password", async (_, url, env, message) => {
    const failed = connect(url, env);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.not.toThrow("of-a-user");
  });
}
