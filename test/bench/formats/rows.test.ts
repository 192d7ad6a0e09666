import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const ROWS = resolve(import.meta.dirname, "../../../bench/formats/rows");

test.each(readdirSync(ROWS))("bench/formats/rows/%s exports a row", async (name) => {
  const { default: row } = (await import(pathToFileURL(join(ROWS, name)).href)) as { default?: unknown };
  expect(row).toBeTypeOf("function");
});
