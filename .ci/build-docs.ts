/**
 * Writes the tables in docs/ again from the data that the code uses: the lines between `<!-- generated: NAME -->` and
 * `<!-- end -->`. Run it by hand after a change of that data: `npx node .ci/build-docs.ts`. A test fails if it was forgotten.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { documentationPages } from "./docs/pages.ts";
import { withTables } from "./docs/tables.ts";

for (const name of documentationPages()) {
  const file = new URL(`../${name}`, import.meta.url);
  const page = readFileSync(file, "utf8");
  const printed = withTables(page);
  if (printed === page) continue;
  writeFileSync(file, printed);
  console.log(`${name}: tables written again`);
}
