/** The feed's records on its disk (SQLite): one row for each host under way, each run, and each finished host. */

import { DAMAGED, type FinishedHost, type HostRecord, hostKeyOf } from "./hostRecord.ts";
import type { FeedSettings } from "./port.ts";
import type { RunRecord } from "./runRecord.ts";

/** Finished hosts that a status names; their counts are in the run's. */
const MAX_FINISHED = 100;

export class FeedStore {
  readonly #sql: SqlStorage;
  #settings: string | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec("CREATE TABLE IF NOT EXISTS host (key TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID");
    sql.exec("CREATE TABLE IF NOT EXISTS run (name TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID");
    sql.exec("CREATE TABLE IF NOT EXISTS finished (key TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID");
    sql.exec("CREATE TABLE IF NOT EXISTS settings (id INTEGER PRIMARY KEY, record TEXT NOT NULL)");
  }

  hosts(): readonly HostRecord[] {
    return this.#records<HostRecord>("SELECT record FROM host");
  }

  runs(): readonly RunRecord[] {
    return this.#records<RunRecord>("SELECT record FROM run");
  }

  finished(run: string): readonly FinishedHost[] {
    const sql = "SELECT record FROM finished WHERE key >= ? AND key < ? LIMIT ?";
    return this.#records<FinishedHost>(sql, `${run}/`, `${run}0`, MAX_FINISHED);
  }

  /** Takes out the hosts of a run that were given up. */
  takeGivenUp(run: string): readonly HostRecord[] {
    const where = "key >= ? AND key < ? AND record ->> 'givenUp' IS NOT NULL";
    const range = [`${run}/`, `${run}0`];
    const found = this.#records<FinishedHost>(`SELECT record FROM finished WHERE ${where}`, ...range);
    if (found.length > 0) this.#sql.exec(`DELETE FROM finished WHERE ${where}`, ...range);
    return found.flatMap(({ givenUp }) => givenUp ?? []);
  }

  settings(): FeedSettings | null {
    const [text] = this.#sql.exec<{ record: string }>("SELECT record FROM settings WHERE id = 0").toArray();
    this.#settings = text?.record;
    return text === undefined ? null : (JSON.parse(text.record) as FeedSettings);
  }

  /** Whether they are other ones than before. */
  keepSettings(settings: FeedSettings): boolean {
    const text = JSON.stringify(settings);
    if (text === this.#settings) return false;
    this.#settings = text;
    this.#sql.exec("INSERT OR REPLACE INTO settings (id, record) VALUES (0, ?)", text);
    return true;
  }

  /** Gives the number of rows written. */
  save({
    hosts,
    finished,
    runs,
  }: {
    hosts: readonly HostRecord[];
    finished: readonly HostRecord[];
    runs: readonly RunRecord[];
  }): number {
    const put = (table: "host" | "run" | "finished", key: string, record: object) =>
      this.#sql.exec(`INSERT OR REPLACE INTO ${table} VALUES (?, ?)`, key, JSON.stringify(record));
    for (const host of hosts) put("host", hostKeyOf(host), host);
    for (const run of runs) put("run", run.run, run);
    for (const record of finished) {
      const { entry, tally, trouble } = record;
      const key = hostKeyOf(record);
      this.#sql.exec("DELETE FROM host WHERE key = ?", key);
      const givenUp = trouble === DAMAGED ? { givenUp: record } : {};
      put("finished", key, { host: entry.host, pictures: entry.pictures, tally, ...givenUp } satisfies FinishedHost);
    }
    return hosts.length + runs.length + 2 * finished.length;
  }

  #records<R>(sql: string, ...bindings: readonly (string | number)[]): readonly R[] {
    return this.#sql
      .exec<{ record: string }>(sql, ...bindings)
      .toArray()
      .map(({ record }) => JSON.parse(record) as R);
  }
}
