/** The tests of `catalogue -- attribute`, on the server that the tests of the export have started. */
import type pg from "pg";
import { beforeAll, expect, test } from "vitest";
import { ATTRIBUTE } from "../../../src/cli/catalogue/attribute.ts";
import type { Postgres } from "../postgres.ts";
import { writeBeside, writesOf } from "./clientsBeside.ts";
import { createImages } from "./imageTable.ts";
import { uuidOf } from "./outcomes.ts";

/** `console`: what was printed during the test that runs. */
export function attributionTests(
  server: Postgres,
  rows: number,
  console: () => { readonly printed: string; readonly said: string },
): void {
  let client: pg.Client;
  beforeAll(async () => {
    client = await server.connect();
  });
  const to = (table: string) => ["--to", server.url, "--table", table];

  test(`${rows} rows while another client writes to them: nobody waits 250 ms for a lock`, async () => {
    await createImages(client, "flickr", rows);
    // The account of row 2 was renamed to a name that nobody knows; it was attributed before. Row 3 is NASA's, but has a source.
    await client.query("UPDATE flickr SET source = 'spacex' WHERE identifier = ANY($1)", [[uuidOf(2), uuidOf(3)]]);
    await client.query("UPDATE flickr SET source = NULL WHERE identifier = $1", [uuidOf(4)]);
    const beside = await writeBeside(server, "flickr", rows);
    const began = performance.now();
    expect(await ATTRIBUTE.run(to("flickr"), {})).toBe(0);
    const seconds = (performance.now() - began) / 1_000;
    const { writes, refused, longestWaitMs } = await beside.stop();
    expect(refused).toBe(0);
    expect(writes).toBeGreaterThan(0);
    expect(longestWaitMs).toBeLessThan(250);
    const found = await client.query("SELECT source, count(*)::int AS rows FROM flickr GROUP BY 1 ORDER BY 1");
    const nasa = rows - Math.floor((rows + 1) / 3);
    expect(found.rows).toEqual([
      { source: "flickr", rows: rows - nasa - 1 },
      { source: "nasa", rows: nasa - 1 },
      { source: "spacex", rows: 2 },
    ]);
    if (rows > 100_000) {
      const figures = `${nasa} rows in ${seconds.toFixed(0)} s, ${writes} writes beside, longest wait ${longestWaitMs.toFixed(1)} ms`;
      process.stdout.write(`${figures}\n`);
    }
  });

  test("the second run writes to no row", async () => {
    const before = await writesOf(client, "flickr");
    expect(await ATTRIBUTE.run(to("flickr"), {})).toBe(0);
    expect(console().printed).toContain("Done: 0 rows of public.flickr changed");
    expect(await writesOf(client, "flickr")).toEqual(before);
  });

  test("a column that is not there is named with its flag", async () => {
    expect(await ATTRIBUTE.run([...to("flickr"), "--creator-column", "owner"], {})).toBe(1);
    expect(console().said).toContain("Table public.flickr has no column owner; give its name as --creator-column");
  });
}
