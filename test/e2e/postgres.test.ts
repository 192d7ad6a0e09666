/**
 * Export and attribution against a real Postgres server, with the log in a real bucket. FIRSTLIGHT_LONG=1: 100 000 rows,
 * 1 000 000 rows, and a program that is killed with SIGKILL.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Outcome } from "../../src/catalogue/outcome.ts";
import { logKey, logText } from "../../src/catalogue/outcomeLog.ts";
import { EXPORT } from "../../src/cli/catalogue/export.ts";
import { startBucket } from "../support/bucket.ts";
import { attributionTests } from "../support/catalogue/attributionTests.ts";
import { cutJob, writeBeside, writesOf } from "../support/catalogue/clientsBeside.ts";
import { acceptsValues } from "../support/catalogue/columnValues.ts";
import { createImages, differences, IMAGE_MAP, picked, rowOf } from "../support/catalogue/imageTable.ts";
import { killedExports } from "../support/catalogue/killedExports.ts";
import { latestOf, logObjects, outcomeOf, uuidOf } from "../support/catalogue/outcomes.ts";
import { sessionTests } from "../support/catalogue/sessionTests.ts";
import { type Postgres, startPostgres } from "../support/postgres.ts";
import { choices } from "../support/seeded.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const ROWS = LONG ? 100_000 : 2_000;
const ROUNDS = LONG ? 200 : 3;
const MINUTES = LONG ? 20 : 1;

const folder = mkdtempSync(join(tmpdir(), "firstlight-export-"));
const mapFile = join(folder, "map.json");
writeFileSync(mapFile, JSON.stringify(IMAGE_MAP));
const [server, bucket] = await Promise.all([startPostgres(), startBucket()]);
const postgres = "missing" in server ? null : server;
let client: pg.Client;
// A skip is counted, and says why.
if ("missing" in server) test.skip(`Postgres: ${server.missing}`, () => undefined);

afterAll(async () => {
  await Promise.all([postgres?.stop(), bucket.stop()]);
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

let [printed, said] = ["", ""];
beforeEach(() => {
  [printed, said] = ["", ""];
  vi.spyOn(console, "log").mockImplementation((text: unknown) => void (printed += `${text}\n`));
  vi.spyOn(console, "error").mockImplementation((text: unknown) => void (said += `${text}\n`));
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
});

const to = (table: string) => ["--to", postgres?.url ?? "", "--table", table];
const exported = (run: string, table: string, ...more: string[]) =>
  EXPORT.run([run, ...to(table), "--map", mapFile, ...more], bucket.env);

describe.skipIf(postgres === null)("export to Postgres", { timeout: MINUTES * 60_000 }, () => {
  const outcomes = Array.from({ length: ROWS }, (_, i) => outcomeOf(i + 1));
  beforeAll(async () => {
    client = await (postgres as Postgres).connect();
    await createImages(client, "image", ROWS);
    await bucket.put(logObjects("full", outcomes));
  }, MINUTES * 60_000);

  test(`${ROWS} rows while another client writes to them: nobody waits 250 ms for a lock`, async () => {
    const beside = await writeBeside(postgres as Postgres, "image", ROWS);
    expect(await exported("full", "image")).toBe(0);
    const { writes, refused, longestWaitMs } = await beside.stop();
    expect(printed).toContain(`Done: ${ROWS} rows of public.image changed, 0 needed no change`);
    expect(writes).toBeGreaterThan(0);
    expect(refused).toBe(0);
    expect(longestWaitMs).toBeLessThan(250);
    const { rows } = await client.query("SELECT * FROM image ORDER BY identifier");
    for (const [i, row] of rows.entries()) expect(row).toMatchObject(rowOf(outcomes[i] as Outcome));
    if (LONG) process.stdout.write(`${writes} writes beside, longest wait ${longestWaitMs.toFixed(1)} ms\n`);
  });

  test("the second run writes to no row, and locks none", async () => {
    const before = await writesOf(client, "image");
    expect(await exported("full", "image")).toBe(0);
    expect(printed).toContain(`Done: 0 rows of public.image changed, ${ROWS} needed no change`);
    expect(await writesOf(client, "image")).toEqual(before);
  });

  test("--new reads only what came since, and an older outcome changes nothing", async () => {
    const [first, second] = [outcomes[0], outcomes[1]] as [Outcome, Outcome];
    const newer: Outcome = { ...first, status: "gone", reason: "source_missing", checkedAt: first.checkedAt + 1 };
    const older: Outcome = { ...second, status: "gone", checkedAt: second.checkedAt - 1 };
    await bucket.put(new Map([[logKey("full", "b".repeat(16), 0, 0), logText([newer, older])]]));
    expect(await exported("full", "image", "--new")).toBe(0);
    expect(printed).toContain("Done: 1 row of public.image changed");
    const { rows } = await client.query("SELECT status, width FROM image WHERE identifier <= $1 ORDER BY 1", [
      uuidOf(2),
    ]);
    expect(rows.map(({ status }) => status).sort()).toEqual(["gone", second.status].sort());
  });

  test("a row that another client holds is written when it is free again; a job runs once at a time", async () => {
    const outcome: Outcome = { ...outcomeOf(5), status: "html", checkedAt: Date.UTC(2027, 0) };
    await bucket.put(
      new Map([
        [logKey("held", "a".repeat(16), 0, 0), logText([outcome, { ...outcomeOf(6), checkedAt: Date.UTC(2027, 0) }])],
      ]),
    );
    const holder = await (postgres as Postgres).connect();
    await holder.query("BEGIN");
    await holder.query("UPDATE image SET title = 'held' WHERE identifier = $1", [uuidOf(5)]);
    const running = exported("held", "image");
    const status = "SELECT status, checked_at FROM image WHERE identifier = $1";
    // The free row is written though the held one comes before it.
    await vi.waitFor(async () => {
      const { rows } = await client.query(status, [uuidOf(6)]);
      expect(rows[0].checked_at.getTime()).toBe(Date.UTC(2027, 0));
    }, 10_000);
    expect(await exported("held", "image")).toBe(1);
    expect(said).toContain("Another process works on this already");
    await holder.query("COMMIT");
    expect(await running).toBe(0);
    expect((await client.query(status, [uuidOf(5)])).rows[0].status).toBe("html");
  });

  test("a cut connection in the middle: the next run goes on, and the result is the same", async () => {
    await createImages(client, "cut", ROWS);
    const otherMap = join(folder, "other.json");
    writeFileSync(otherMap, JSON.stringify({ id: "identifier", status: "title" }));
    const others = EXPORT.run(["full", ...to("cut"), "--map", otherMap], bucket.env);
    await cutJob(client, "cut", "stage");
    expect(await others).toBe(1);
    for (const phase of ["stage", "apply"] as const) {
      const running = exported("full", "cut");
      await cutJob(client, "cut", phase);
      expect(await running).toBe(1);
      expect(said).toContain("Run it again: it goes on where it stopped.");
    }
    expect(await exported("full", "cut")).toBe(0);
    expect(await differences(client, "cut", "image")).toBe(0);
    // Nothing is left, of the call with the other map neither.
    expect((await client.query("SELECT relname FROM pg_class WHERE relname LIKE 'firstlight_staging_%'")).rows).toEqual(
      [],
    );
    expect((await client.query("SELECT 1 FROM firstlight_jobs WHERE name LIKE '% public.cut %'")).rows).toHaveLength(1);
  });

  if (LONG) {
    test("kill -9 of the program in both of its phases: the next one goes on, and the result is the same", async () => {
      await createImages(client, "killed", ROWS);
      const args = ["src/cli/catalogue.ts", "export", "full", ...to("killed"), "--map", mapFile];
      const seen = await killedExports(client, "killed", args, bucket.env);
      expect(new Set(seen).size).toBe(seen.length);
      expect(await differences(client, "killed", "image")).toBe(0);
      process.stdout.write(`${seen.join("\n")}\n`);
    });
  }

  test("any log in any order, with repeats: the table is what a plain reduction gives", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { below, pick } = choices(round);
      const log = Array.from({ length: 60 }, (_, i) => outcomeOf(1 + below(20), round * 1_000 + i));
      const repeats = Array.from({ length: 10 }, () => pick(log));
      const shuffled = [...log, ...repeats].map((one) => [below(1e9), one] as const).sort(([a], [b]) => a - b);
      await client.query("DROP TABLE IF EXISTS reduced");
      await createImages(client, "reduced", 25);
      await bucket.put(
        logObjects(
          `round-${round}`,
          shuffled.map(([, one]) => one),
          7,
        ),
      );
      expect(await exported(`round-${round}`, "reduced")).toBe(0);
      const { rows } = await client.query("SELECT * FROM reduced ORDER BY identifier");
      for (const row of rows) {
        const candidates = latestOf(log, row.identifier).map(rowOf);
        if (candidates.length === 0) expect(row).toMatchObject({ status: null, meta_data: { kept: true } });
        // Outcomes that agree in time and attempts: one of them, whole.
        else expect(candidates, `round ${round}`).toContainEqual(picked(row));
      }
    }
  });

  test.each([
    [
      "a table that is not there",
      ["--table", 'x"; DROP TABLE image; --'],
      IMAGE_MAP,
      'There is no table x"; DROP TABLE',
    ],
    ["an unknown column", ["--table", "image"], { id: "identifier", status: 'a"b' }, 'public.image has no column a"b;'],
    [
      "no database",
      ["--to", "postgres://127.0.0.1:9/x", "--table", "image"],
      IMAGE_MAP,
      "127.0.0.1:9/x: nothing listens",
    ],
  ])("%s fails with its reason, and nothing is written", async (_, words, map, message) => {
    const before = await writesOf(client, "image");
    const file = join(folder, "wrong.json");
    writeFileSync(file, JSON.stringify(map));
    const given = words.includes("--to") ? words : ["--to", postgres?.url ?? "", ...words];
    expect(await EXPORT.run(["full", ...given, "--map", file], bucket.env)).toBe(1);
    expect(said).toContain(message);
    expect(await writesOf(client, "image")).toEqual(before);
  });

  test("what we write for a column, Postgres takes", async () => {
    for (const declared of [
      "int2",
      "int4",
      "int8",
      "numeric",
      "numeric(4,1)",
      "float4",
      "float8",
      "text",
      "varchar(5)",
    ]) {
      await acceptsValues(client, declared, LONG ? 20_000 : 300);
    }
    for (const declared of ["char(3)", "uuid", "bool", "timestamptz", "timestamp", "date"])
      await acceptsValues(client, declared, LONG ? 20_000 : 300);
  });

  test("names with quotes, capitals and spaces are names", async () => {
    await client.query('CREATE SCHEMA "My ""schema"""');
    await client.query(
      `CREATE TABLE "My ""schema"""."pic'tures" ("the ""key""" text PRIMARY KEY, "St atus;" varchar(9))`,
    );
    await client.query(`INSERT INTO "My ""schema"""."pic'tures" VALUES ($1), ($2)`, [uuidOf(1), uuidOf(2)]);
    const file = join(folder, "names.json");
    writeFileSync(file, JSON.stringify({ id: 'the "key"', status: "St atus;" }));
    expect(await EXPORT.run(["full", ...to(`My "schema".pic'tures`), "--map", file], bucket.env)).toBe(0);
    const { rows } = await client.query(`SELECT "St atus;" AS status FROM "My ""schema"""."pic'tures" ORDER BY 1`);
    expect(rows.map(({ status }) => status)).toEqual([statusOf(1), statusOf(2)].sort());
    expect(printed).toContain(`${ROWS - 2} pictures not in the table`);
    function statusOf(number: number): string {
      return number === 1 ? "gone" : (outcomes[number - 1]?.status ?? "");
    }
  });
});

describe.skipIf(postgres === null)("a connection", () => sessionTests(postgres as Postgres));

describe.skipIf(postgres === null)("attribution", { timeout: MINUTES * 60_000 }, () => {
  attributionTests(postgres as Postgres, LONG ? 1_000_000 : 2_000, () => ({ printed, said }));
});
