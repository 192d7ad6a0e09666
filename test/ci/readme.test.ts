import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { documentationPages } from "../../.ci/docs/pages.ts";

const read = (file: string) => readFileSync(file, "utf8");
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",

  ...documentationPages(),
];
const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts);
const wrangler = read("wrangler.toml");
const readme = read("README.md");

describe("what the documents say is true", () => {
  it.each(PAGES)("%s: the npm scripts that it names exist", (page) => {
    const named = [...read(page).matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, name = ""]) => name);
    for (const name of named) expect(scripts, `${page} names npm run ${name}`).toContain(name);
  });
  it.each(PAGES)("%s: the files that it names in code exist", (page) => {
    const named = [...read(page).matchAll(/`((?:src|warmer|demo|bench|test|docs|\.ci)\/[\w./-]+)`/g)].map(
      ([, name = ""]) => name,
    );
    for (const name of named) expect(existsSync(name), `${page} names ${name}`).toBe(true);
  });
});

describe("README", () => {
  it("has the commands of a deployment, and fits on two screens", () => {
    for (const command of ["npm start", "npm test", "npm run deploy -- --domain ", "npm run doctor -- https://"]) {
      expect(readme).toContain(command);
    }
    expect(readme.split("\n").length).toBeLessThanOrEqual(150);
  });
  it("wrangler.toml has no secret", () => {
    expect(wrangler).not.toMatch(/^\s*\w*(SECRET|KEYS|SALTS|AUTHENTICATION)\w*\s*=/m);
  });
});
