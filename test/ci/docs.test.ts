import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { withTables } from "../../.ci/docs/tables.ts";

const pages = readdirSync("docs").filter((name) => name.endsWith(".md"));

describe("the tables in docs/ are the ones the code runs on (else: node .ci/build-docs.ts)", () => {
  test.each(pages)("%s", (name) => {
    const page = readFileSync(`docs/${name}`, "utf8");
    expect(withTables(page)).toBe(page);
  });
  test("a block without a table is an error", () => {
    expect(() => withTables("<!-- generated: nothing -->\n<!-- end -->")).toThrow("No table is called nothing");
  });
});

const CLAIMING = ["docs/security.md", "docs/storage.md"] as const;

describe.each(CLAIMING)("every claim in %s has its test", (page) => {
  const text = readFileSync(page, "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| ") && line.includes("`test/"));
  // In prose a title can have a line break.
  const proofs = [...text.matchAll(/`(test\/[\w/.-]+\.ts)`\s"([^"]+)"/g)].map(([, file = "", title = ""]) => [
    file,
    title.replace(/\s+/g, " "),
  ]);
  test("there are more than 15 claims, and each row names at least one test", () => {
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) expect(row).toMatch(/`test\/[\w/.-]+\.ts` "[^"]+"/);
  });
  test.each(proofs)("%s: %s", (file, title) => {
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, "utf8")).toContain(title);
  });
});
