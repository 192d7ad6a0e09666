/**
 * Writes the tables in docs/*.md again from the data that the code uses: the lines between `<!-- generated: NAME -->` and
 * `<!-- end -->`. Run it by hand after a change of that data: `npx node .ci/build-docs.ts`. A test fails if it was forgotten.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { withTables } from "./docs/tables.ts";

const docs = new URL("../docs/", import.meta.url);
for (const name of readdirSync(docs).filter((file) => file.endsWith(".md"))) {
  const file = new URL(name, docs);
  const page = readFileSync(file, "utf8");
  const printed = withTables(page);
  if (printed === page) continue;
  writeFileSync(file, printed);
  console.log(`docs/${name}: tables written again`);
}
