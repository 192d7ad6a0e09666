/** The import rules fail on deliberate violations. The test writes these into a copy of the tree's outline. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** [importing file, imported file, the rule that refuses the import, or null]. */
const IMPORTS = [
  ["src/concurrency/up.ts", "src/store/target.ts", "noRestrictedImports"],
  ["src/errors.ts", "src/config/target.ts", "noRestrictedImports"],
  ["src/config/up.ts", "src/policy/target.ts", "noRestrictedImports"],
  ["src/live/up.ts", "src/store/target.ts", "noRestrictedImports"],
  ["src/request/up.ts", "src/image/target.ts", "noRestrictedImports"],
  ["src/request/down.ts", "src/image/formats/registry.ts", null],
  ["src/policy/up.ts", "src/context/target.ts", "noRestrictedImports"],
  ["src/policy/down.ts", "src/config/target.ts", null],
  ["src/image/formats/gif/up.ts", "src/rendition/target.ts", "noRestrictedImports"],
  ["src/image/beside.ts", "src/store/target.ts", null],
  ["src/store/tiers/up.ts", "src/context/target.ts", "noRestrictedImports"],
  ["src/weather/up.ts", "src/context/target.ts", "noRestrictedImports"],
  ["src/weather/down.ts", "src/live/target.ts", null],
  ["src/live/weatherUp.ts", "src/weather/target.ts", "noRestrictedImports"],
  ["src/live/weatherDown.ts", "src/weather/settings.ts", null],
  ["src/catalogue/up.ts", "src/context/target.ts", "noRestrictedImports"],
  ["src/catalogue/down.ts", "src/store/target.ts", null],
  ["src/request/catalogue.ts", "src/catalogue/target.ts", "noRestrictedImports"],
  ["src/context/up.ts", "src/rendition/target.ts", "noRestrictedImports"],
  ["src/context/down.ts", "src/store/target.ts", null],
  ["src/rendition/up.ts", "src/handlers/target.ts", "noRestrictedImports"],
  ["src/rendition/down.ts", "src/context/target.ts", null],
  ["src/handlers/up.ts", "src/app.ts", "noRestrictedImports"],
  ["src/handlers/down.ts", "src/rendition/target.ts", null],
  ["src/jobs/up.ts", "src/cli/target.ts", "noRestrictedImports"],
  ["src/client/up.ts", "src/policy/target.ts", "noRestrictedImports"],
  ["src/client/down.ts", "src/request/target.ts", null],
  ["src/client/formats.ts", "src/image/formats/registry.ts", null],
  ["warmer/hint/up.ts", "src/request/target.ts", "noRestrictedImports"],
  ["warmer/hint/down.ts", "src/coordinate/regions.ts", null],
  ["src/store/framework.ts", "hono", "noRestrictedImports"],
  ["src/app.ts", "hono", null],
  ["src/image/circle.ts", "src/image/around.ts", "noImportCycles"],
  ["src/image/around.ts", "src/image/circle.ts", "noImportCycles"],
  ["src/image/typeCircle.ts", "src/image/typeAround.ts", "noImportCycles"],
  ["src/image/typeAround.ts", "src/image/typeCircle.ts", "noImportCycles"],
] as const satisfies readonly (readonly [string, string, string | null])[];

const top = resolve(import.meta.dirname, "../..");
const outline = mkdtempSync(join(tmpdir(), "firstlight-structure-"));
let found: readonly string[] = [];

beforeAll(() => {
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(outline, file)), { recursive: true });
    writeFileSync(join(outline, file), text);
  };
  copyFileSync(join(top, "biome.json"), join(outline, "biome.json"));
  for (const [, to] of IMPORTS) if (to.includes("/")) write(to, "export const target = 1;\n");
  for (const [from, to] of IMPORTS) {
    const path = to.includes("/") ? relative(dirname(from), to) : to;
    const spec = path.startsWith(".") || path === to ? path : `./${path}`;
    const type = /type[CA]/.test(from) ? "type " : "";
    const use = type === "" ? "export const used = target;" : "export type Used = typeof target;";
    write(from, `import ${type}{ target } from "${spec}";\n${use}\n`);
  }
  const biome = join(top, "node_modules/.bin/biome");
  const run = spawnSync(biome, ["lint", "--vcs-enabled=false", "--max-diagnostics=none", "--reporter=github", "."], {
    cwd: outline,
    encoding: "utf8",
  });
  found = run.stdout.split("\n");
});
afterAll(() => rmSync(outline, { recursive: true, force: true }));

describe("an import", () => {
  test.each(IMPORTS)("in %s of %s: %s", (from, _to, rule) => {
    const rules = found
      .filter((line) => line.includes(`/${from},`))
      .flatMap((line) => /lint\/\w+\/(noRestrictedImports|noImportCycles)/.exec(line)?.[1] ?? []);
    expect([...new Set(rules)]).toEqual(rule === null ? [] : [rule]);
  });
});
