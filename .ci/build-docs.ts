/**
 * Prints the tables in docs/*.md anew from the data the code runs on: between `<!-- generated: NAME -->` and
 * `<!-- end -->`. Run it by hand when such data changes: `node .ci/build-docs.ts`; a test holds docs and data together.
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
  console.log(`docs/${name}: tables printed anew`);
}
